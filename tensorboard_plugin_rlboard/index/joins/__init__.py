"""Joins reference answers and scores to the samples that they belong to, by key; `joiner.py` leads through it."""
