"""Measurements of responses as texts: odd characters, loops, word sequences. Pure functions on a few responses of a step."""
