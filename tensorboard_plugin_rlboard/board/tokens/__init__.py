"""/worst_tokens: the most extreme tokens of a selection."""
