"""Guesses the mapping of rows of no known format: what is a sample in them, and which keys hold our fields."""

from __future__ import annotations

VERSION = 17
"""Counts the ways in which rows were understood: files that an earlier one has read are looked at again."""
