"""Places for questions that need much: a few at a time, in the order in which they are asked for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from tensorboard_plugin_rlboard.board.limits.running_question import Turn, check_stopped, current_question


class Places:
    """Some places, given in the order in which they are asked for; `busy` is said to whom none was free for.

    Whoever waits sleeps: sixty that looked for a free place now and then would keep those who have one from working.
    """

    def __init__(self, places: int, busy: str) -> None:
        self._free = places
        self._busy = busy
        self._lock = threading.Lock()
        self._waiting: deque[Turn] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Takes one; raises StoppedError where the question was given up before it had one."""
        self._wait(Turn())
        try:
            yield
        finally:
            self._leave()

    def _wait(self, turn: Turn) -> None:
        question = current_question.get()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            self._waiting.append(turn)
        if question is None:
            turn.comes.wait()
            return
        question.waits_for, question.turn = self._busy, turn
        if not question.stop_reason:  # else nobody wakes it
            turn.comes.wait()
        question.turn = None
        with self._lock:
            is_over = bool(question.stop_reason)
            if is_over and not turn.has_place:
                self._waiting.remove(turn)
        if is_over and turn.has_place:
            self._leave()
        check_stopped()
        question.waits_for = ""

    def _leave(self) -> None:
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            turn = self._waiting.popleft()
            turn.has_place = True
        turn.comes.set()
