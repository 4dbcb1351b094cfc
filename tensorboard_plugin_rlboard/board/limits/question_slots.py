"""Slots for questions: a bounded number runs at once, first come first served, quick ones before those that take long."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.limits.running_question import Waiter, check_stopped, current_question

_IDLE_POLL_SECONDS = 0.01
"""Between two looks whether questions are running."""


@dataclass(frozen=True, eq=False)
class QuestionKind:
    """A class of questions with slots of its own.

    Attributes:
        slots: how many of them run at once at most.
        busy: what is said of a question whose time is up before it had a slot.
        is_quick: whether it goes before the others.
    """

    slots: int
    busy: str
    is_quick: bool = False


class QuestionSlots:
    """Gives slots to questions of several kinds.

    Questions that are worked on beside each other share the cores and the interpreter's lock: all end later, and so does
    whatever TensorBoard itself has to answer. So fewer begin at once than there are slots. The others are for those who
    wait behind one that takes long, or that hangs in a file system which is gone.

    Whoever waits sleeps: sixty that looked for a free slot now and then would keep those who have one from working.

    Args:
        max_recent: how many running questions, of all kinds, may have begun within the last `recent_seconds`.
        max_recent_long: how many of them may be other than quick.
        max_quick_in_a_row: how many quick questions may go before one of another kind that waits.
        recent_seconds: seconds.
        clock: gives seconds.
    """

    def __init__(
        self,
        max_recent: int,
        max_recent_long: int,
        max_quick_in_a_row: int,
        recent_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_recent = max_recent
        self._max_recent_long = max_recent_long
        self._max_quick_in_a_row = max_quick_in_a_row
        self._recent_seconds = recent_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[Waiter, tuple[QuestionKind, float]] = {}
        self._waiting: dict[QuestionKind, deque[Waiter]] = {}
        self._quick_in_a_row = 0

    @property
    def waiting(self) -> int:
        """How many questions wait for a slot."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    @property
    def n_taken(self) -> int:
        """How many questions have a slot."""
        return len(self._taken)

    def wait_until_idle(self, seconds: float) -> None:
        """Waits until no question runs, `seconds` at most; for background work, which would take cores from questions."""
        end = self._clock() + seconds
        while self._taken and self._clock() < end:
            time.sleep(_IDLE_POLL_SECONDS)

    @contextmanager
    def take(self, kind: QuestionKind) -> Iterator[None]:
        """Holds a slot; raises StoppedError if the question was given up before it had one."""
        waiter = Waiter()
        self._wait(kind, waiter)
        try:
            yield
        finally:
            self._leave(kind, waiter)

    def admit(self) -> None:
        """Gives free slots to waiting questions; has to be called now and then while questions run."""
        with self._lock:
            if any(self._waiting.values()):
                self._admit_next()

    def _wait(self, kind: QuestionKind, waiter: Waiter) -> None:
        question = current_question.get()
        with self._lock:
            self._waiting.setdefault(kind, deque()).append(waiter)
            self._admit_next()
            if waiter in self._taken:
                return
        if question is None:
            waiter.admitted.wait()
            return
        question.waits_for, question.waiter = kind.busy, waiter
        if not question.stop_reason:  # else nobody wakes it
            waiter.admitted.wait()
        question.waiter = None
        if question.stop_reason:
            self._leave(kind, waiter)
        check_stopped()
        question.waits_for = ""

    def _leave(self, kind: QuestionKind, waiter: Waiter) -> None:
        """Gives a slot back, or stops waiting for one."""
        with self._lock:
            if self._taken.pop(waiter, None) is None:
                self._waiting[kind].remove(waiter)
            self._admit_next()

    def _admit_next(self) -> None:
        now = self._clock()
        while (kind := self._next(now)) is not None:
            waiter = self._waiting[kind].popleft()
            self._taken[waiter] = kind, now
            self._quick_in_a_row = self._quick_in_a_row + 1 if kind.is_quick else 0
            waiter.admitted.set()

    def _next(self, now: float) -> QuestionKind | None:
        """The kind whose first waiting question may run now."""
        young = [kind for kind, began in self._taken.values() if now - began < self._recent_seconds]
        if len(young) >= self._max_recent:
            return None
        all_taken = [kind for kind, _ in self._taken.values()]
        long_begin = sum(not kind.is_quick for kind in young) < self._max_recent_long
        may_begin = [
            kind
            for kind, waiting in self._waiting.items()
            if waiting and all_taken.count(kind) < kind.slots and (kind.is_quick or long_begin)
        ]
        max_quick_in_a_row = self._quick_in_a_row < self._max_quick_in_a_row
        return min(
            may_begin,
            key=lambda kind: (kind.is_quick is not max_quick_in_a_row, self._waiting[kind][0].since),
            default=None,
        )
