"""Tokens as text: spellings of token strings, and token ids through a tokenizer."""
