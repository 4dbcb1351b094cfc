"""Reads logs of no known format by a mapping of fields to keys, written by the user or guessed."""
