"""Answers as they are sent, shared by everybody who asks the same while nothing changes.

Sixty tabs on one TensorBoard ask the same questions at the same moments, because all of them hear of a new step at once.
Of equal questions one is worked on; the others wait for its answer, asleep, each as long as it would have waited anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.limits.running_question import Turn, check_stopped, current_question
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.web.encoded_answers import EncodedAnswer

_CACHE_BYTES = 16 * 1024 * 1024
_BUSY = "Somebody else's equal question was being answered all the time; try again in a moment."


@dataclass(eq=False)
class _InWork:
    """An answer that somebody works on, and who waits for it; `answer` stays None where that one gave up."""

    answer: EncodedAnswer | None = None
    waiting: list[Turn] = field(default_factory=list)


class SharedAnswers:
    """Answers by question and revision; every method may be called from any thread."""

    def __init__(self, max_bytes: int = _CACHE_BYTES) -> None:
        self._kept: LruCache[EncodedAnswer] = LruCache(max_bytes, lambda answer: answer.size)
        self._in_work: dict[Hashable, _InWork] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, answer: Callable[[], EncodedAnswer]) -> EncodedAnswer:
        """The answer to a question: one that is kept, one that somebody works on, or a new one.

        Args:
            key: the question and the revision that its answer has to be as new as.
            answer: answers it. What it raises is for this asker alone: who waits for it answers it anew.

        Raises:
            StoppedError: the question was given up while it waited.
        """
        while True:
            turn = Turn()
            with self._lock:
                kept = self._kept.get(key)
                if kept is not None:
                    return kept
                work = self._in_work.get(key)
                if work is None:
                    mine = self._in_work[key] = _InWork()
                    break
                work.waiting.append(turn)
            _wait(turn)
            if work.answer is not None:
                return work.answer
        try:
            mine.answer = answer()
            self._kept.put(key, mine.answer)
            return mine.answer
        finally:
            with self._lock:
                del self._in_work[key]
            for waiting in mine.waiting:
                waiting.comes.set()


def _wait(turn: Turn) -> None:
    """Waits for a turn, as long as the current question lasts."""
    question = current_question.get()
    if question is None:
        turn.comes.wait()
        return
    question.waits_for, question.turn = _BUSY, turn
    if not question.stop_reason:  # else nobody wakes it
        turn.comes.wait()
    question.turn = None
    check_stopped()
    question.waits_for = ""
