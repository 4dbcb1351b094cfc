"""Places for questions that need much: a few at a time, in the order in which they are asked for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tensorboard_plugin_rlboard.board.limits.running_question import Turn, check_stopped, current_question


class Places:
    """Some places, given in the order in which they are asked for; `busy` is said to whom none was free for.

    Questions that are worked on beside each other share the cores and the interpreter's lock: all end later, and so does
    whatever TensorBoard itself has to answer. So fewer begin at once than there are places. The others are for those
    who wait behind one that takes long, or that hangs in a file system which is gone.

    Whoever waits sleeps: sixty that looked for a free place now and then would keep those who have one from working.

    Args:
        places: how many questions are worked on at most.
        busy: what is said of a question whose time is up before it had a place.
        at_once: how many of them at most have begun a moment ago; by default any number.
        moment: how many seconds that is.
        clock: seconds.
    """

    def __init__(
        self,
        places: int,
        busy: str,
        at_once: int | None = None,
        moment: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._busy = busy
        self._at_once = places if at_once is None else at_once
        self._moment = moment
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[Turn, float] = {}
        self._waiting: deque[Turn] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Takes one; raises StoppedError where the question was given up before it had one."""
        turn = Turn()
        self._wait(turn)
        try:
            yield
        finally:
            self._leave(turn)

    def admit(self) -> None:
        """Gives places to those whose turn it is by now; to be called now and then while questions are worked on."""
        if not self._waiting:
            return
        with self._lock:
            self._give()

    def _wait(self, turn: Turn) -> None:
        question = current_question.get()
        with self._lock:
            self._waiting.append(turn)
            self._give()
            if turn in self._taken:
                return
        if question is None:
            turn.comes.wait()
            return
        question.waits_for, question.turn = self._busy, turn
        if not question.stop_reason:  # else nobody wakes it
            turn.comes.wait()
        question.turn = None
        if question.stop_reason:
            self._leave(turn)
        check_stopped()
        question.waits_for = ""

    def _leave(self, turn: Turn) -> None:
        """Gives a place back, or ends waiting for one."""
        with self._lock:
            if self._taken.pop(turn, None) is None:
                self._waiting.remove(turn)
            self._give()

    def _give(self) -> None:
        now = self._clock()
        while self._waiting and len(self._taken) < self._places:
            if sum(now - began < self._moment for began in self._taken.values()) >= self._at_once:
                return
            turn = self._waiting.popleft()
            self._taken[turn] = now
            turn.comes.set()
