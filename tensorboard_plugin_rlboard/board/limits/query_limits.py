"""Timeout, concurrency cap, cancellation on disconnect.

A question is what happens inside `QueryLimits.question`, in one thread. A database cursor of its own (`interruptible`) is
interrupted when its time is up, when its client went away, or when the same client asked anew for the same place on the
screen. Interrupting takes milliseconds and leaves other cursors alone. A regular expression does not hear it before the
end of its rows, so those go in pieces that are short in time (`text_matches`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tensorboard_plugin_rlboard.board.limits.question_slots import QuestionKind, QuestionSlots
from tensorboard_plugin_rlboard.board.limits.running_question import RunningQuestion, current_question
from tensorboard_plugin_rlboard.errors import StoppedError

TIMEOUT_SECONDS = 20.0
"""Timeout of a question. A regular expression over the responses of a million samples takes about one second."""
HEAVY_SLOTS = 3
"""Questions over whole runs that run at once; more wait for one of these to end."""
SEARCH_SLOTS = 2
"""Questions that look into texts, at once: they have slots of their own, so that numbers never wait long for them."""
QUICK_SLOTS = 64
"""Questions about one sample or one step."""
_MAX_RECENT, _MAX_RECENT_LONG, _MAX_QUICK_IN_A_ROW = 2, 1, 4
"""How many may have begun within `_RECENT_SECONDS`, of all kinds and of those that are not quick, and how many quick ones go before
one of these. With 64 clients on two cores, four at once (two quick ones, one over a whole run, one search) answered a tenth more, and
TensorBoard's own answers took twice as long, half of them 27 ms instead of 16; with one at once quick ones took a second."""
_RECENT_SECONDS = 0.15
"""After so long a question takes long, and the next need not wait for its end. Where TensorBoard has the cores, hardly one
takes so long; where others have them (a load of 35 on two), all do, and more at once have a larger share of the cores."""
_POLL_SECONDS = 0.02
_CLIENT_CHECK_SECONDS = 0.25
"""Between two tests of whether a client is still there."""
SUPERSEDED = "A newer question took the place of this one."
OUT_OF_MEMORY = "This needs more memory than the index may use: narrow the steps, or search and filter more."
BUSY = "Other questions over whole runs were being answered all the time; try again in a moment."
BUSY_SEARCHING = "Other searches were being answered all the time; try again in a moment."
DISCONNECTED = "Nobody waits for this answer any more."


class QueryLimits:
    """Watches over the questions of a process; every method may be called from any thread.

    Attributes:
        slots: what questions wait for before they run.
    """

    def __init__(
        self, seconds: float = TIMEOUT_SECONDS, heavy: int = HEAVY_SLOTS, searches: int = SEARCH_SLOTS
    ) -> None:
        self._seconds = seconds
        self.slots = QuestionSlots(_MAX_RECENT, _MAX_RECENT_LONG, _MAX_QUICK_IN_A_ROW, _RECENT_SECONDS)
        self._heavy = QuestionKind(heavy, BUSY)
        self._searches = QuestionKind(searches, BUSY_SEARCHING)
        self._quick = QuestionKind(QUICK_SLOTS, BUSY, is_quick=True)
        self._changed = threading.Condition()
        self._running: set[RunningQuestion] = set()
        self._by_place: dict[tuple[str, str], RunningQuestion] = {}
        self._watch_thread: threading.Thread | None = None

    @contextmanager
    def question(
        self,
        client: str = "",
        place: str = "",
        disconnected: Callable[[], bool] | None = None,
        order: int = 0,
    ) -> Iterator[None]:
        """Runs a question within its limits.

        Args:
            client: who asks; empty for nobody in particular.
            place: where on the screen the answer will stand: the client's older question for it is given up.
            disconnected: whether the client went away, asked now and then; None where that cannot be known.
            order: which of the client's questions it is, from 1: requests overtake each other on their way here, and
                the one that was asked last is wanted. 0 where the client does not count: what comes later is newer.

        Raises:
            StoppedError: it was given up.
        """
        now = time.monotonic()
        question = RunningQuestion(now + self._seconds, disconnected, now, order)
        key = (client, place)
        with self._changed:
            older = self._by_place.get(key) if client and place else None
            if older is not None and 0 < order < older.order:
                raise StoppedError(SUPERSEDED)
            if client and place:
                self._by_place[key] = question
            self._running.add(question)
            self._start_watch()
            self._changed.notify()
        if older is not None:
            older.stop(SUPERSEDED)
        token = current_question.set(question)
        try:
            yield
        except Exception as error:
            kind = type(error).__name__  # importing the database here would slow TensorBoard's start
            if question.stop_reason and kind in {"InterruptException", "StoppedError"}:
                raise StoppedError(question.stop_reason) from error
            if kind == "OutOfMemoryException":
                raise StoppedError(OUT_OF_MEMORY) from error
            raise
        finally:
            current_question.reset(token)
            with self._changed:
                self._running.discard(question)
                if self._by_place.get(key) is question:
                    del self._by_place[key]
            question.cursors.clear()

    def heavy(self) -> AbstractContextManager[None]:
        """A slot for a question that reads a whole run; waits for it as long as the question lasts."""
        return self.slots.take(self._heavy)

    def search(self) -> AbstractContextManager[None]:
        """A slot for a question that searches texts."""
        return self.slots.take(self._searches)

    def quick(self) -> AbstractContextManager[None]:
        """A slot for a question that needs little; it never waits long."""
        return self.slots.take(self._quick)

    def _start_watch(self) -> None:
        if self._watch_thread is None:
            self._watch_thread = threading.Thread(target=self._watch, name="rlboard-limits", daemon=True)
            self._watch_thread.start()

    def _watch(self) -> None:
        """Interrupts what is given up, again and again: between two queries of a question nothing hears it."""
        while True:
            with self._changed:
                while not self._running:
                    self._changed.wait()
                running = tuple(self._running)
            now = time.monotonic()
            for question in running:
                if now > question.deadline:
                    question.stop(question.waits_for or _timeout_reason(self._seconds))
                elif (
                    question.disconnected is not None
                    and now - question.client_checked > _CLIENT_CHECK_SECONDS
                ):
                    question.client_checked = now
                    if question.disconnected():
                        question.stop(DISCONNECTED)
                if question.stop_reason:
                    question.stop(question.stop_reason)
            del running, question  # what has ended must not live on in here
            self.slots.admit()
            time.sleep(_POLL_SECONDS)


def _timeout_reason(seconds: float) -> str:
    return f"This took longer than {seconds:g} seconds and was given up: narrow the steps, or search and filter less."
