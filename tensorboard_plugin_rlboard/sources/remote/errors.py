"""Why an address cannot be read, as one sentence."""

from __future__ import annotations


class RemoteError(OSError):
    """An address cannot be read now; ``strerror`` says why, without the address and without credentials."""


class WrongAnswerError(Exception):
    """A store has answered with something else than it was asked for; the message says what, as a part of a sentence."""
