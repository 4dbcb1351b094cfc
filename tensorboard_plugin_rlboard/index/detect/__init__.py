"""Detects what a file is: its format and its run, and what its path and the settings add to the format."""
