"""Places for questions: a few at a time, in the order in which they are asked for; quick ones before those that take long."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.limits.running_question import Turn, check_stopped, current_question

_CALM_POLL = 0.01
"""Seconds between two looks whether questions are worked on."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of question.

    Attributes:
        places: how many are worked on at most.
        busy: what is said of a question whose time is up before it had a place.
        is_quick: whether it goes before the others.
    """

    places: int
    busy: str
    is_quick: bool = False


class Places:
    """Gives places to questions of several kinds.

    Questions that are worked on beside each other share the cores and the interpreter's lock: all end later, and so does
    whatever TensorBoard itself has to answer. So fewer begin at once than there are places. The others are for those who
    wait behind one that takes long, or that hangs in a file system which is gone.

    Whoever waits sleeps: sixty that looked for a free place now and then would keep those who have one from working.

    Args:
        together: how many questions of all kinds at most have begun a moment ago.
        long_together: how many of them at most are not quick.
        quick_first: how many quick questions at most have a place before one of another kind that waits.
        moment: how many seconds a moment is.
        clock: seconds.
    """

    def __init__(
        self,
        together: int,
        long_together: int,
        quick_first: int,
        moment: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._together = together
        self._long_together = long_together
        self._quick_first = quick_first
        self._moment = moment
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[Turn, tuple[Kind, float]] = {}
        self._waiting: dict[Kind, deque[Turn]] = {}
        self._quick_in_a_row = 0

    @property
    def waiting(self) -> int:
        """How many questions wait for a place."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    @property
    def taken_now(self) -> int:
        """How many questions have a place."""
        return len(self._taken)

    def wait_for_calm(self, seconds: float) -> None:
        """Waits until no question has a place, or so long: for what nobody waits for, and would take cores from these."""
        end = self._clock() + seconds
        while self._taken and self._clock() < end:
            time.sleep(_CALM_POLL)

    @contextmanager
    def taken(self, kind: Kind) -> Iterator[None]:
        """Takes one; raises StoppedError where the question was given up before it had one."""
        turn = Turn()
        self._wait(kind, turn)
        try:
            yield
        finally:
            self._leave(kind, turn)

    def admit(self) -> None:
        """Gives places to those whose turn it is by now; to be called now and then while questions are worked on."""
        with self._lock:
            if any(self._waiting.values()):
                self._give()

    def _wait(self, kind: Kind, turn: Turn) -> None:
        question = current_question.get()
        with self._lock:
            self._waiting.setdefault(kind, deque()).append(turn)
            self._give()
            if turn in self._taken:
                return
        if question is None:
            turn.comes.wait()
            return
        question.waits_for, question.turn = kind.busy, turn
        if not question.stop_reason:  # else nobody wakes it
            turn.comes.wait()
        question.turn = None
        if question.stop_reason:
            self._leave(kind, turn)
        check_stopped()
        question.waits_for = ""

    def _leave(self, kind: Kind, turn: Turn) -> None:
        """Gives a place back, or ends waiting for one."""
        with self._lock:
            if self._taken.pop(turn, None) is None:
                self._waiting[kind].remove(turn)
            self._give()

    def _give(self) -> None:
        now = self._clock()
        while (kind := self._next(now)) is not None:
            turn = self._waiting[kind].popleft()
            self._taken[turn] = kind, now
            self._quick_in_a_row = self._quick_in_a_row + 1 if kind.is_quick else 0
            turn.comes.set()

    def _next(self, now: float) -> Kind | None:
        """The kind whose first question has a place now."""
        young = [kind for kind, began in self._taken.values() if now - began < self._moment]
        if len(young) >= self._together:
            return None
        all_taken = [kind for kind, _ in self._taken.values()]
        long_begin = sum(not kind.is_quick for kind in young) < self._long_together
        may_begin = [
            kind
            for kind, waiting in self._waiting.items()
            if waiting and all_taken.count(kind) < kind.places and (kind.is_quick or long_begin)
        ]
        quick_first = self._quick_in_a_row < self._quick_first
        return min(
            may_begin,
            key=lambda kind: (kind.is_quick is not quick_first, self._waiting[kind][0].since),
            default=None,
        )
