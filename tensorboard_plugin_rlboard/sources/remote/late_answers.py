"""Lets a thread that has other work wait for a store for a moment only: what comes later is taken at a later look.

A store that is slow, or does not answer at all, would else hold up every other run. So each question is asked by a thread
of its own. Its answer is waited for during a moment, of which each store has a few in one look at the log directory;
then it counts as not readable for now, and the same question of a later look takes the answer that has come meanwhile.
What answers with an error again and again is asked more and more rarely.
"""

from __future__ import annotations

import errno
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tensorboard_plugin_rlboard.sources.remote.errors import RemoteError

_WAIT_S = 5.0
"""Seconds that an answer is waited for when it is asked."""
_LOOK_S = 10.0
"""Seconds of one look that are lost at most to waiting for one store in vain."""
_LATER_S = 0.01
_MOST = 16
"""Questions to one store that are open at once."""
_KEPT_LOOKS = 20
"""Looks after which an answer that nobody has taken is dropped."""
_LONGEST_REST = 15
"""Looks during which what has failed again and again is not asked."""


@dataclass
class _Open:
    """A question that was asked."""

    store: str
    last_look: int
    done: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: Exception | None = None


@dataclass
class _Failed:
    """An address that could not be read: how often in a row, until which look it is not asked, and why."""

    times: int
    rests_to: int
    error: RemoteError


class LateAnswers:
    """Questions to stores whose answers may come at a later look. Used by the one thread that indexes."""

    def __init__(self) -> None:
        self._look = 0
        self._open: dict[Hashable, _Open] = {}
        self._failed: dict[str, _Failed] = {}
        self._lost: dict[str, float] = defaultdict(float)
        self._thread = threading.local()

    @property
    def is_on(self) -> bool:
        """Whether this thread waits for a moment only."""
        return bool(getattr(self._thread, "is_on", False))

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Has this thread wait for a moment only."""
        self._thread.is_on = True
        try:
            yield
        finally:
            self._thread.is_on = False

    def lost(self, store: str) -> float:
        """Seconds of this look that were waited for a store in vain."""
        return self._lost[store]

    def begin_look(self) -> None:
        """Begins the next look at the log directory."""
        self._look += 1
        self._lost.clear()
        for key, pending in tuple(self._open.items()):
            if pending.done.is_set() and pending.last_look < self._look - _KEPT_LOOKS:
                del self._open[key]

    def ask(self, url: str, store: str, key: Hashable, question: Callable[[], Any]) -> Any:
        """Asks, or takes the answer to what was asked before.

        Args:
            url: the address that the question is about.
            store: the part of it that names the store, fit to be shown.
            key: equal for questions that have the same answer.
            question: what is asked.

        Returns:
            What the question returns.

        Raises:
            OSError: what it raises; or it has not answered yet, or is not asked in this look.
        """
        failed = self._failed.get(url)
        if failed is not None and self._look < failed.rests_to:
            raise failed.error
        pending = self._open.get(key)
        if pending is None:
            pending = self._begin(store, key, question)
            seconds = min(_WAIT_S, max(_LATER_S, _LOOK_S - self._lost[store]))
        else:
            seconds = _LATER_S
        began = time.monotonic()
        pending.last_look = self._look
        if not pending.done.wait(seconds):
            self._lost[store] += time.monotonic() - began
            reason = f"{store} has not answered in {_WAIT_S:g} seconds; what it answers is read when it comes"
            raise RemoteError(errno.ETIMEDOUT, reason)
        del self._open[key]
        if pending.error is None:
            self._failed.pop(url, None)
            return pending.answer
        if isinstance(pending.error, RemoteError):
            self._lost[store] += time.monotonic() - began
            times = 1 if failed is None else failed.times + 1
            rest = min(_LONGEST_REST, 2 ** (times - 1) - 1)
            self._failed[url] = _Failed(times, self._look + 1 + rest, pending.error)
        raise pending.error

    def _begin(self, store: str, key: Hashable, question: Callable[[], Any]) -> _Open:
        if sum(pending.store == store for pending in self._open.values()) >= _MOST:
            reason = f"{store} has {_MOST} questions to answer; it is asked again when it has answered them"
            raise RemoteError(errno.ETIMEDOUT, reason)
        pending = _Open(store, self._look)

        def work() -> None:
            try:
                pending.answer = question()
            except Exception as error:  # noqa: BLE001  raised again where the answer is taken
                pending.error = error
            pending.done.set()

        threading.Thread(target=work, name="rlboard-remote", daemon=True).start()
        self._open[key] = pending
        return pending


late_answers = LateAnswers()
