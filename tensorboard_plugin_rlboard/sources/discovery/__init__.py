"""Finds rollout files below the log directory: its roots, the walk through them, and the files found."""
