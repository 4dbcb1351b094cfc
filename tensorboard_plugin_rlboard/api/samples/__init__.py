"""Answers about samples: lists of them, one of them whole, their tokens."""
