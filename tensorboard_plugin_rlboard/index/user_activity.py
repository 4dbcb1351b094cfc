"""What users look at and when they last asked: it decides what is indexed first and how often the logs are looked at."""

from __future__ import annotations

import math
import threading
import time


class UserActivity:
    """Written by the threads that answer requests, read by the thread that indexes.

    Every field is replaced whole, so no lock is needed.

    Attributes:
        viewed_run: the run that a user looked at last; it is indexed first. Empty before anybody has looked at one.
    """

    def __init__(self) -> None:
        self.viewed_run = ""
        self._requested_at = -math.inf
        self._requested = threading.Event()
        self._is_ended = False

    def note_viewed_run(self, name: str) -> None:
        """Notes which run a question was about."""
        self.viewed_run = name

    def note_request(self) -> None:
        """Notes that somebody asks for something, and ends `wait_for_request`."""
        self._requested_at = time.monotonic()
        self._requested.set()

    def seconds_since_request(self) -> float:
        """Seconds since anybody asked for anything; infinite where nobody has."""
        return time.monotonic() - self._requested_at

    def wait_for_request(self, seconds: float, *, since: float) -> None:
        """Waits until somebody asks, at most so long; returns at once where the last request is that young.

        Args:
            seconds: how long to wait.
            since: age of a request, in seconds, that still counts.
        """
        self._requested.clear()
        if not self._is_ended and self.seconds_since_request() >= since:
            self._requested.wait(seconds)

    def end_wait(self) -> None:
        """Ends `wait_for_request` for good, although nobody asks."""
        self._is_ended = True
        self._requested.set()
