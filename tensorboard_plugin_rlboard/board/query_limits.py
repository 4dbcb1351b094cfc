"""QueryLimits of questions: a time for each, a number of heavy ones at once, and none that nobody waits for.

A question is what happens between `QueryLimits.question` and its end, in one thread. A database cursor that it takes from
`cursor` is interrupted when its time is up, when its client went away, or when the same client asked anew for the same
place on the screen. Interrupting takes milliseconds and leaves other cursors alone; only a regular expression goes on to
the end of its hundred thousand rows, a fraction of a second for most.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SECONDS = 20.0
"""Time of a question. A regular expression over the responses of a million samples takes about one second."""
HEAVY = 3
"""Questions over whole runs that are worked on at once; more wait for their turn."""
_TICK = 0.02
_LOOK = 0.25
"""Seconds between two looks at whether a client is still there."""
NEWER = "A newer question took the place of this one."
LARGE = "This needs more memory than the index may use: narrow the steps, or search and filter more."
GONE = "Nobody waits for this answer any more."


class StoppedError(RuntimeError):
    """A question that was given up; the message says why, and what to do."""


@dataclass(eq=False)
class _Question:
    deadline: float
    gone: Callable[[], bool] | None
    looked: float
    reason: str = ""
    cursors: list[duckdb.DuckDBPyConnection] = field(default_factory=list)

    def stop(self, reason: str) -> None:
        """Gives the question up: what it runs is interrupted, now and by the watch until it has ended."""
        self.reason = self.reason or reason
        for cursor in tuple(self.cursors):
            cursor.interrupt()


_present: ContextVar[_Question | None] = ContextVar("question", default=None)


class QueryLimits:
    """Watches over the questions of a process; every method may be called from any thread."""

    def __init__(self, seconds: float = SECONDS, heavy: int = HEAVY) -> None:
        self._seconds = seconds
        self._heavy = threading.Semaphore(heavy)
        self._some = threading.Condition()
        self._running: set[_Question] = set()
        self._places: dict[tuple[str, str], _Question] = {}
        self._watch: threading.Thread | None = None

    @contextmanager
    def question(
        self, client: str = "", place: str = "", gone: Callable[[], bool] | None = None
    ) -> Iterator[None]:
        """Runs a question within its limits.

        Args:
            client: who asks; empty for nobody in particular.
            place: where the answer will stand: the client's older question for it is given up.
            gone: whether the client went away, asked now and then; None where that cannot be known.

        Raises:
            StoppedError: it was given up.
        """
        now = time.monotonic()
        own = _Question(now + self._seconds, gone, now)
        key = (client, place)
        with self._some:
            older = self._places.get(key) if client and place else None
            if client and place:
                self._places[key] = own
            self._running.add(own)
            self._start()
            self._some.notify()
        if older is not None:
            older.stop(NEWER)
        token = _present.set(own)
        try:
            yield
        except Exception as error:
            kind = type(error).__name__  # importing the database here would slow TensorBoard's start
            if own.reason and kind in {"InterruptException", "StoppedError"}:
                raise StoppedError(own.reason) from error
            if kind == "OutOfMemoryException":
                raise StoppedError(LARGE) from error
            raise
        finally:
            _present.reset(token)
            with self._some:
                self._running.discard(own)
                if self._places.get(key) is own:
                    del self._places[key]
            own.cursors.clear()

    def cursor(self, cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """The same cursor, interrupted when the present question is given up.

        Raises:
            StoppedError: it was given up already.
        """
        own = _present.get()
        if own is not None:
            own.cursors.append(cursor)
            check()
        return cursor

    @contextmanager
    def heavy(self) -> Iterator[None]:
        """One of the few places for questions that look at a whole run; waits for it as long as the question lasts.

        Raises:
            StoppedError: the question was given up meanwhile.
        """
        while not self._heavy.acquire(timeout=_TICK):
            check()
        try:
            yield
        finally:
            self._heavy.release()

    def _start(self) -> None:
        if self._watch is None:
            self._watch = threading.Thread(target=self._look, name="rlboard-limits", daemon=True)
            self._watch.start()

    def _look(self) -> None:
        """Interrupts what is given up, again and again: between two queries of a question nothing hears it."""
        while True:
            with self._some:
                while not self._running:
                    self._some.wait()
                running = tuple(self._running)
            now = time.monotonic()
            for one in running:
                if now > one.deadline:
                    one.stop(_late(self._seconds))
                elif one.gone is not None and now - one.looked > _LOOK:
                    one.looked = now
                    if one.gone():
                        one.stop(GONE)
                if one.reason:
                    one.stop(one.reason)
            del running, one  # what has ended must not live on in here
            time.sleep(_TICK)


def check() -> None:
    """Ends the present question where it was given up; for loops that ask no database.

    Raises:
        StoppedError: it was.
    """
    own = _present.get()
    if own is not None and own.reason:
        raise StoppedError(own.reason)


def _late(seconds: float) -> str:
    return f"This took longer than {seconds:g} seconds and was given up: narrow the steps, or search and filter less."
