"""Finds rollout files below the log directory: its roots, the walk through them, names and facts of files."""
