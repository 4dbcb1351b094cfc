"""Asks a store something within a time; what does not answer, or failed a moment ago, is not waited for again.

A question of the tab, or the thread that looks for findings, reads hundreds of lines of one object. Where that object does not answer,
each of them would wait for as long as the first one, and leave one more thread behind that waits for ever.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tensorboard_plugin_rlboard.sources.remote.errors import RemoteError

_RETRY_AFTER_S = 5.0
"""Seconds after an error in which the same address is not asked again."""
_UNANSWERED_S = 60.0
"""Seconds after which an address is asked again whose request never had an answer."""
_MAX_ADDRESSES = 1000
"""Addresses that are remembered."""


@dataclass
class _Unanswered:
    """A request that was given up, or that failed: the reason, and until when it is not asked again.

    Attributes:
        thread: the one that still waits for an answer; None after an error.
        error: what is said meanwhile.
        until: a monotonic time in seconds; with a thread, its end comes first.
    """

    thread: threading.Thread | None
    error: RemoteError
    until: float

    @property
    def is_current(self) -> bool:
        """Whether asking again would be in vain: the answer has not come yet, or an error came a moment ago."""
        return (self.thread is None or self.thread.is_alive()) and time.monotonic() < self.until


class TimedRequests:
    """Requests that somebody waits for; may be asked by any thread."""

    def __init__(self) -> None:
        self._unanswered: dict[str, _Unanswered] = {}

    def ask(
        self, url: str, store: str, request: Callable[[], Any], seconds: float, *, is_remembered: bool = True
    ) -> Any:
        """Asks in a thread of its own, which is left alone where it takes too long.

        Args:
            url: the address that the request is about.
            store: the part of it that names the store, fit to be shown.
            request: what is asked.
            seconds: how long its answer is waited for.
            is_remembered: whether it is left out where it would be in vain; else it is asked in any case.

        Returns:
            What the request returns.

        Raises:
            OSError: what it raises, or raised a moment ago; or it has not answered.
        """
        before = self._unanswered.get(url) if is_remembered else None
        if before is not None and before.is_current:
            raise before.error
        answers: list[Any] = []
        errors: list[Exception] = []

        def work() -> None:
            try:
                answers.append(request())
            except Exception as error:  # noqa: BLE001  raised again below, where somebody waits for it
                errors.append(error)

        thread = threading.Thread(target=work, name="rlboard-remote", daemon=True)
        thread.start()
        thread.join(seconds)
        if answers:
            self._unanswered.pop(url, None)
            return answers[0]
        if not errors:
            late = RemoteError(
                errno.ETIMEDOUT, f"{store} did not answer in {seconds:g} seconds; ask again later"
            )
            self._remember(url, _Unanswered(thread, late, time.monotonic() + _UNANSWERED_S))
            raise late
        if isinstance(errors[0], RemoteError):
            self._remember(url, _Unanswered(None, errors[0], time.monotonic() + _RETRY_AFTER_S))
        raise errors[0]

    def clear(self) -> None:
        """Forgets what was not answered."""
        self._unanswered.clear()

    def _remember(self, url: str, unanswered: _Unanswered) -> None:
        self._unanswered[url] = unanswered
        if len(self._unanswered) > _MAX_ADDRESSES:
            current = {name: one for name, one in tuple(self._unanswered.items()) if one.is_current}
            self._unanswered = dict(tuple(current.items())[-_MAX_ADDRESSES:])


timed_requests = TimedRequests()
