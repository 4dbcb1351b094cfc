"""/steps: the curves, materialised step by step and kept up to date with the index."""
