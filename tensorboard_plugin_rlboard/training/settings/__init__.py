"""Finds and reads the user's settings, rlboard.toml, and gives its sections as they count for one folder."""
