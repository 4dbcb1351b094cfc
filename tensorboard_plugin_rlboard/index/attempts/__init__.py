"""Attempts: which rows belong to which start of a resumed training."""
