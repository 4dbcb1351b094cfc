"""Shares encoded answers among equal questions while nothing changes.

Sixty tabs on one TensorBoard ask the same questions at the same moments, because all of them hear of a new step at once.
Of equal questions one is worked on; the others wait for its answer, asleep, each as long as it would have waited anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.limits.running_question import Waiter, check_stopped, current_question
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.web.encoded_answers import EncodedAnswer

_CACHE_BYTES = 16 * 1024 * 1024
_BUSY = "Somebody else's equal question was being answered all the time; try again in a moment."


@dataclass(eq=False)
class _PendingAnswer:
    """An answer that one request is computing, and the others that wait for it; None if that request failed."""

    answer: EncodedAnswer | None = None
    waiting: list[Waiter] = field(default_factory=list)


class SharedAnswers:
    """Answers by question and revision; every method may be called from any thread."""

    def __init__(self, max_bytes: int = _CACHE_BYTES) -> None:
        self._cache: LruCache[EncodedAnswer] = LruCache(max_bytes, lambda answer: answer.size)
        self._pending: dict[Hashable, _PendingAnswer] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, answer: Callable[[], EncodedAnswer]) -> EncodedAnswer:
        """The answer to a question: a cached one, one that another request is computing, or a new one.

        Args:
            key: the question and the revision that its answer has to be as new as.
            answer: answers it. What it raises is for this asker alone: who waits for it answers it anew.

        Raises:
            StoppedError: the question was given up while it waited.
        """
        while True:
            waiter = Waiter()
            with self._lock:
                cached = self._cache.get(key)
                if cached is not None:
                    return cached
                pending = self._pending.get(key)
                if pending is None:
                    own = self._pending[key] = _PendingAnswer()
                    break
                pending.waiting.append(waiter)
            _wait(waiter)
            if pending.answer is not None:
                return pending.answer
        try:
            own.answer = answer()
            self._cache.put(key, own.answer)
            return own.answer
        finally:
            with self._lock:
                del self._pending[key]
            for waiting in own.waiting:
                waiting.admitted.set()


def _wait(waiter: Waiter) -> None:
    """Waits until the answer is there, as long as the current question lasts."""
    question = current_question.get()
    if question is None:
        waiter.admitted.wait()
        return
    question.waits_for, question.waiter = _BUSY, waiter
    if not question.stop_reason:  # else nobody wakes it
        waiter.admitted.wait()
    question.waiter = None
    check_stopped()
    question.waits_for = ""
