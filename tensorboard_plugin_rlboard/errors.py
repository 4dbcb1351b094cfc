"""Errors whose message is an answer to the user: what is wrong with a question, and what would be right."""

from __future__ import annotations


class ArgumentError(ValueError):
    """An argument that cannot be answered; the message says what would be right."""


class UnknownError(LookupError):
    """No run or sample of that name."""


class UnreadError(UnknownError):
    """A sample whose file cannot be read now; what is made of others without it is not to be kept."""


class StoppedError(RuntimeError):
    """A question that is given up, or that cannot be answered yet; the message says why, and what to do."""


_MAX_CHARACTERS = 600


def sentence(error: Exception) -> str:
    """The message of an error. A value of thousands of characters that it names is cut out of its middle."""
    message = str(error)
    return (
        message
        if len(message) <= _MAX_CHARACTERS
        else f"{message[: _MAX_CHARACTERS // 2]} … {message[-_MAX_CHARACTERS // 2 :]}"
    )
