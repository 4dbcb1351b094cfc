"""Errors whose message is an answer to the user: what is wrong with a question, and what would be right."""

from __future__ import annotations


class ArgumentError(ValueError):
    """An argument that cannot be answered; the message says what would be right."""


class UnknownError(LookupError):
    """No run or sample of that name."""
