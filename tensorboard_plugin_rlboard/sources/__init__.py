"""Finds rollout files below the log directory, reads their bytes, and says which bytes are new."""
