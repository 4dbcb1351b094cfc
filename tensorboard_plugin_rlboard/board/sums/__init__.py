"""Sums whose digits do not depend on an order, and what a sample has of its group, as SQL."""
