"""Keeps the index up to date: the background thread, what it does next, files discovered and parts loaded."""
