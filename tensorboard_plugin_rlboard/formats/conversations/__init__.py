"""Reads chat messages of any trainer into one structure, and writes them as text."""
