"""Aligns two sequences: what is equal in both, what is in one only, and what has moved."""
