"""/distribution: the histogram and density of one metric over a selection."""
