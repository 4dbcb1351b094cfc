"""Rows of no known format: what is a sample in them, and which keys hold our fields."""
