"""Logs of no known format: a mapping of fields to keys, written by the user or guessed from names and types."""
