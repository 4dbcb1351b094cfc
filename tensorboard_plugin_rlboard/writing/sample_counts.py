"""What became of the samples, and what was said about it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

LOG = logging.getLogger("tensorboard_plugin_rlboard.writer")


class SampleCounts:
    """Counts samples and logs warnings; used by the calling threads and by the one that writes.

    Args:
        path: asked for the file that is being written, which stands before every warning.

    Attributes:
        written, dropped, skipped: numbers of samples: in a file; lost; left out by sampling.
    """

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self.written = self.dropped = self.skipped = 0
        self._warned: set[str] = set()
        self.forked()

    def forked(self) -> None:
        """In a child process: the lock may be held by a thread that is not here."""
        self._lock = threading.RLock()  # reentrant: a signal handler of the training may call in

    def add(self, *, written: int = 0, skipped: int = 0) -> None:
        """Counts samples that are in a file, or left out by sampling."""
        with self._lock:
            self.written += written
            self.skipped += skipped

    def fail(self, error: BaseException, samples: int) -> None:
        """Counts samples that are lost; the first reason is told."""
        with self._lock:
            self.dropped += samples
        self.warn("failed", f"{type(error).__name__}: {error}; more such are only counted")

    def lose(self, samples: int, why: str) -> None:
        """Counts samples that were not taken, and says so once."""
        with self._lock:
            self.dropped += samples
        self.warn(why, f"{why}; more such are only counted")

    def warn(self, kind: str, message: str) -> None:
        """Logs a warning, the first of its kind only."""
        with self._lock:
            first = kind not in self._warned
            self._warned.add(kind)
        if first:
            LOG.warning("%s: %s", self._path(), message)

    def has_failed(self) -> bool:
        """Whether a reason for lost samples was told."""
        return "failed" in self._warned

    def close(self) -> None:
        """Says in the end what was lost."""
        if self.dropped:
            LOG.warning("%s: %d samples written, %d dropped", self._path(), self.written, self.dropped)
