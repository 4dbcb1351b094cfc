"""Tells how the rows of a file are stored, by its first bytes; its name only speaks where these say nothing."""
