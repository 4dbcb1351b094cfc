"""Lets a thread that has other work wait for a store for a moment only: what comes later is taken at a later scan.

A store that is slow, or does not answer at all, would else hold up every other run. So each request is asked by a thread
of its own. Its answer is waited for during a moment, of which each store has a few in one scan at the log directory;
then it counts as not readable for now, and the same request of a later scan takes the answer that has come meanwhile.
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
_SCAN_S = 10.0
"""Seconds of one scan that are lost at most to waiting for one store in vain."""
_LATER_S = 0.01
_MAX_OPEN = 16
"""Requests to one store that are open at once."""
_KEPT_SCANS = 20
"""Looks after which an answer that nobody has taken is dropped."""
_MAX_SKIPPED_SCANS = 15
"""Looks during which what has failed again and again is not asked."""


@dataclass
class _OpenRequest:
    """A request that was asked."""

    store: str
    last_scan: int
    done: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: Exception | None = None


@dataclass
class _FailedAddress:
    """An address that could not be read: how often in a row, until which scan it is not asked, and why."""

    times: int
    skipped_to: int
    error: RemoteError


class DeferredRequests:
    """Requests to stores whose answers may come at a later scan. Used by the one thread that indexes."""

    def __init__(self) -> None:
        self._scan = 0
        self._open: dict[Hashable, _OpenRequest] = {}
        self._failed: dict[str, _FailedAddress] = {}
        self._lost: dict[str, float] = defaultdict(float)
        self._thread = threading.local()

    @property
    def is_enabled(self) -> bool:
        """Whether this thread waits for a moment only."""
        return bool(getattr(self._thread, "is_enabled", False))

    @contextmanager
    def enabled(self) -> Iterator[None]:
        """Has this thread wait for a moment only."""
        self._thread.is_enabled = True
        try:
            yield
        finally:
            self._thread.is_enabled = False

    def begin_scan(self) -> None:
        """Begins the next scan of the log directory."""
        self._scan += 1
        self._lost.clear()
        for key, pending in tuple(self._open.items()):
            if pending.done.is_set() and pending.last_scan < self._scan - _KEPT_SCANS:
                del self._open[key]

    def ask(self, url: str, store: str, key: Hashable, request: Callable[[], Any]) -> Any:
        """Asks, or takes the answer to what was asked before.

        Args:
            url: the address that the request is about.
            store: the part of it that names the store, fit to be shown.
            key: equal for requests that have the same answer.
            request: what is asked.

        Returns:
            What the request returns.

        Raises:
            OSError: what it raises; or it has not answered yet, or is not asked in this scan.
        """
        failed = self._failed.get(url)
        if failed is not None and self._scan < failed.skipped_to:
            raise failed.error
        pending = self._open.get(key)
        if pending is None:
            pending = self._begin(store, key, request)
            seconds = min(_WAIT_S, max(_LATER_S, _SCAN_S - self._lost[store]))
        else:
            seconds = _LATER_S
        began = time.monotonic()
        pending.last_scan = self._scan
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
            rest = min(_MAX_SKIPPED_SCANS, 2 ** (times - 1) - 1)
            self._failed[url] = _FailedAddress(times, self._scan + 1 + rest, pending.error)
        raise pending.error

    def _begin(self, store: str, key: Hashable, request: Callable[[], Any]) -> _OpenRequest:
        if sum(pending.store == store for pending in self._open.values()) >= _MAX_OPEN:
            reason = (
                f"{store} has {_MAX_OPEN} questions to answer; it is asked again when it has answered them"
            )
            raise RemoteError(errno.ETIMEDOUT, reason)
        pending = _OpenRequest(store, self._scan)

        def work() -> None:
            try:
                pending.answer = request()
            except Exception as error:  # noqa: BLE001  raised again where the answer is taken
                pending.error = error
            pending.done.set()

        threading.Thread(target=work, name="rlboard-remote", daemon=True).start()
        self._open[key] = pending
        return pending


deferred_requests = DeferredRequests()
