"""Estimates over prompts: what further samples would reach, and how sure a comparison is."""
