"""Logs that no framework format knows: a mapping of keys said by the user or guessed from names and types."""
