"""A cached history of prompts: what it covers, its last answer, and the last failure to read it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from tensorboard_plugin_rlboard.board.labels import Labels
from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PromptHistory
from tensorboard_plugin_rlboard.board.prompts.histories.selection_history import SelectionHistory
from tensorboard_plugin_rlboard.errors import ArgumentError, StoppedError, sentence

PAUSE_FACTOR = 6
"""So many times as long as reading a history last took, it is left alone: while its run is being indexed, and after a failure."""
_MIN_PAUSE_SECONDS = 10.0
"""Seconds after a failure at least."""


@dataclass(frozen=True)
class _Failure:
    """Why reading failed, and until when it is not tried again (monotonic clock)."""

    error: Exception
    until: float


@dataclass
class CachedHistory:
    """The history of a split's whole steps, without the newest ones, and what it covers.

    Attributes:
        lock: held by whoever reads it or answers from it.
        settled: the history of the steps of `stamps`.
        stamps: of each step of it.
        threshold: from which on a sample is a success.
        labels: the codes of the text column's values.
        answer: the last answer, and `answered_for` the stamps that it covers.
        seconds: how long reading took the last time.
        read_at: when that was (monotonic clock).
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    settled: PromptHistory = field(default_factory=PromptHistory)
    stamps: Mapping[int, int] = field(default_factory=dict)
    threshold: float = 0.0
    labels: Labels = field(default_factory=Labels)
    answer: SelectionHistory | None = None
    answered_for: Mapping[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    read_at: float = 0.0
    _failure: _Failure | None = None

    def is_recent(self) -> bool:
        """Whether it was read so recently that rows which are being added can wait."""
        return monotonic() - self.read_at < PAUSE_FACTOR * self.seconds

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Context in which it is read. After a failure it is not tried again with every request: it would fail again, and take as long.

        Raises:
            ArgumentError, StoppedError: it failed a moment ago.
        """
        start, failure = monotonic(), self._failure
        if failure is not None and start < failure.until:
            if isinstance(failure.error, ArgumentError):
                raise type(failure.error)(*failure.error.args)
            seconds = f"{failure.until - start:.0f}"
            raise StoppedError(
                f"What became of the prompts could not be read: {sentence(failure.error)}. It is tried again in "
                f"{seconds} s; the log of TensorBoard says more."
            )
        self._failure = None
        try:
            yield
        except Exception as error:
            now = monotonic()
            # Whoever gives up a question has found nothing out. Importing the database's own class would be all it is for.
            if not isinstance(error, StoppedError) and type(error).__name__ != "InterruptException":
                self._failure = _Failure(error, now + max(_MIN_PAUSE_SECONDS, PAUSE_FACTOR * (now - start)))
            raise
        self.read_at = monotonic()
        self.seconds = self.read_at - start
