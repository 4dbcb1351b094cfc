"""The progress line of ``rlboard index``, on a terminal only; sizes and times as people say them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

from tqdm import tqdm

from tensorboard_plugin_rlboard.texts import counted

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.cluster.job import JobCounts

_LINE = "[{bar:20}] {percentage:3.0f}%  {counts}"
_SMOOTHING = 0.05
"""Share of the newest of the measured rates: about the last twenty count, so that a job that gets stuck is seen."""


class Progress:
    """A bar with bytes, samples, rate and time left.

    Args:
        total: bytes of all files, as they are stored.
        stream: where it is drawn, standard error by default; nowhere if that is no terminal.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = max(1, total)
        self._stream = stream or sys.stderr
        self._bar: _Bar | None = None

    def draw(self, counts: JobCounts) -> None:
        """Draws the counts, at most ten times a second."""
        position = min(counts.position, self._total)
        if self._bar is None:  # what was indexed before says nothing of the rate
            self._bar = _Bar.begin(self._total, position, self._stream)
        self._bar.samples = counts.samples
        self._bar.update(position - self._bar.n)

    def clear(self) -> None:
        """Takes the line away."""
        if self._bar is not None:
            self._bar.close()


class _Bar(tqdm):
    """tqdm's bar with our numbers behind it."""

    monitor_interval = 0  # no thread of its own
    samples = 0

    @classmethod
    def begin(cls, total: int, position: int, stream: TextIO) -> _Bar:
        """Begins at a position; `disable=None` draws on a terminal only."""
        return cls(
            total=total,
            initial=position,
            file=stream,
            disable=None,
            leave=False,
            mininterval=0.1,
            miniters=0,
            smoothing=_SMOOTHING,
            ascii=".#",
            bar_format=_LINE,
        )

    @property
    def format_dict(self) -> dict[str, Any]:
        """What stands in `_LINE`."""
        values: dict[str, Any] = super().format_dict
        counts = [f"{size(self.n)} of {size(self.total)}", counted(self.samples, "sample")]
        rate = values["rate"]
        if rate:
            counts += [f"{size(rate)}/s", f"{duration((self.total - self.n) / rate)} left"]
        return values | {"counts": "  ".join(counts)}


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
