"""A question that is being answered, and how it is stopped before its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.errors import StoppedError

if TYPE_CHECKING:
    import duckdb


@dataclass(eq=False)
class Waiter:
    """Somebody who waits for a slot, or for an answer that another question is working on.

    Attributes:
        admitted: set when it is there, or when the wait is over without it.
        since: since when it is waited for (monotonic clock).
    """

    admitted: threading.Event = field(default_factory=threading.Event)
    since: float = field(default_factory=time.monotonic)


@dataclass(eq=False)
class RunningQuestion:
    """A question that is being answered.

    Attributes:
        deadline: when its time is up (monotonic clock).
        disconnected: whether its client went away; None where that cannot be known.
        client_checked: when `disconnected` was asked last.
        order: which of its client's questions it is, counted where it was asked; 0 where nobody counts.
        stop_reason: why it is given up; empty as long as it is not.
        waiter: set while it waits for a slot.
        waits_for: what is said when its time is up meanwhile; empty while it is worked on.
        cursors: what it runs queries with.
    """

    deadline: float
    disconnected: Callable[[], bool] | None
    client_checked: float
    order: int = 0
    stop_reason: str = ""
    waiter: Waiter | None = None
    waits_for: str = ""
    cursors: list[duckdb.DuckDBPyConnection] = field(default_factory=list)

    def stop(self, reason: str) -> None:
        """Gives the question up: what it runs is interrupted, now and by the watch until it has ended."""
        self.stop_reason = self.stop_reason or reason
        waiter = self.waiter
        if waiter is not None:
            waiter.admitted.set()
        for cursor in tuple(self.cursors):
            cursor.interrupt()


current_question: ContextVar[RunningQuestion | None] = ContextVar("question", default=None)


def check_stopped() -> None:
    """Ends the current question where it was given up; for loops that ask no database.

    Raises:
        StoppedError: it was.
    """
    question = current_question.get()
    if question is not None and question.stop_reason:
        raise StoppedError(question.stop_reason)


def interruptible(cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The same cursor, to be interrupted when the current question is stopped.

    Raises:
        StoppedError: it was given up already.
    """
    question = current_question.get()
    if question is not None:
        question.cursors.append(cursor)
        check_stopped()
    return cursor
