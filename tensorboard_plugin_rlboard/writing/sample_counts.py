"""Counts written, dropped and skipped samples of a writer, and logs each kind of warning once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from tensorboard_plugin_rlboard.texts import counted

LOGGER = logging.getLogger("tensorboard_plugin_rlboard.writer")


class SampleCounts:
    """Counts samples and logs warnings; used by the calling threads and by the one that writes.

    Args:
        path: gives the file that is being written, which every warning begins with.

    Attributes:
        written: samples in a file.
        dropped: samples that are lost.
        skipped: samples that were left out by sampling.
    """

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self.written = self.dropped = self.skipped = 0
        self._warned: set[str] = set()
        self.after_fork()

    def after_fork(self) -> None:
        """In a child process: the lock may be held by a thread that is not here."""
        self._lock = threading.RLock()  # reentrant: a signal handler of the training may call in

    def count(self, *, written: int = 0, skipped: int = 0) -> None:
        """Count samples that are in a file, or left out by sampling."""
        with self._lock:
            self.written += written
            self.skipped += skipped

    def count_failed(self, error: BaseException, samples: int) -> None:
        """Count samples that are lost because of an error; the first error is logged."""
        with self._lock:
            self.dropped += samples
        self.warn_once("failed", f"{type(error).__name__}: {error}; more such are only counted")

    def count_dropped(self, samples: int, why: str) -> None:
        """Count samples that were not accepted, and log the reason once."""
        with self._lock:
            self.dropped += samples
        self.warn_once(why, f"{why}; more such are only counted")

    def warn_once(self, kind: str, message: str) -> None:
        """Log a warning, the first of its kind only."""
        with self._lock:
            first = kind not in self._warned
            self._warned.add(kind)
        if first:
            LOGGER.warning("%s: %s", self._path(), message)

    def has_failed(self) -> bool:
        """Whether an error was logged."""
        return "failed" in self._warned

    def close(self) -> None:
        """Log how many samples were dropped, if any."""
        if self.dropped:
            written = counted(self.written, "sample")
            LOGGER.warning("%s: %s written, %s dropped", self._path(), written, f"{self.dropped:,}")
