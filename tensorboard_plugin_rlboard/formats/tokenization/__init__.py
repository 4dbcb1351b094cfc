"""Turns tokens into text: token strings by their spelling, token ids by a tokenizer."""
