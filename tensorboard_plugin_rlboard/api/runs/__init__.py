"""Answers about a run: what it is, what could not be read of it, what looks wrong in it, what TensorBoard has of it."""
