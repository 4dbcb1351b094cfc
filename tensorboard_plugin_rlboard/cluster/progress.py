"""One line that says how far a job is, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.cluster.job import Counts

_EVERY = 0.1
_WINDOW = 30.0
_BAR = 20


class Progress:
    """A bar with bytes, samples, rate and time left.

    Args:
        total: bytes of all files, as they are stored.
        stream: where it is drawn, standard error by default; nowhere if that is no terminal.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._drawn = 0.0
        self._width = 0
        # (time, position) of the last half minute: a rate over all of a long job would hide that it got stuck.
        self._past: deque[tuple[float, int]] = deque()

    def draw(self, counts: Counts) -> None:
        """Draws the counts, at most ten times a second."""
        now = time.monotonic()
        self._past.append((now, counts.position))
        while len(self._past) > 2 and now - self._past[0][0] > _WINDOW:
            self._past.popleft()
        if self._shown and now - self._drawn >= _EVERY:
            self._drawn = now
            self._write(self.line(counts))

    def line(self, counts: Counts) -> str:
        """The counts in one line."""
        share = min(1.0, counts.position / self._total) if self._total else 1.0
        bar = ("#" * round(share * _BAR)).ljust(_BAR, ".")
        words = [
            f"[{bar}] {share:4.0%}",
            f"{size(counts.position)} of {size(self._total)}",
            f"{counts.samples:,} samples",
        ]
        (begun, first), (now, last) = self._past[0], self._past[-1]
        rate = (last - first) / (now - begun) if now > begun else 0.0
        if rate > 0:
            words += [f"{size(rate)}/s", f"{duration((self._total - counts.position) / rate)} left"]
        return "  ".join(words)

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown and self._width:
            self._write("")

    def _write(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
        self._stream.flush()
        self._width = len(line)


def size(count: float) -> str:
    """Bytes as people say them: ``1.5 GB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 99.95 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def duration(seconds: float) -> str:
    """Seconds as people say them: ``3 min 10 s``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
