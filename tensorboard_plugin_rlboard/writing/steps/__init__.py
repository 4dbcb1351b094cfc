"""Collects the samples of steps that are still going on, chooses which are written, and sums up their means."""
