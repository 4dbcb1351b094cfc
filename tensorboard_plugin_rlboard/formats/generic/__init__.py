"""Logs of no known format, by a mapping of fields to keys that the user wrote or a guess made."""
