"""What a process and those below it hold: memory, threads, descriptors, files; and whether that grows."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tensorboard_process import children_of

MB = 1_000_000
_MIN_MEASUREMENTS, _SHARE_AT_REST = 5, 0.25
"""Measurements of which a fifth is one; and the share of what a gauge may rise by that it may while no log changes."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Gauge:
    """Something that is measured.

    Attributes:
        name: as the table has it.
        allowed: how much its median may rise from the second fifth of the time to the last one, besides `share`.
        share: a share of the median that it may rise by as well.
    """

    name: str
    allowed: float
    share: float = 0.0


GAUGES = (
    Gauge("memory of TensorBoard, MB", 60, 0.1),
    Gauge("memory with its processes, MB", 120, 0.2),
    Gauge("threads", 4),
    Gauge("descriptors", 12),
    Gauge("its temporary folder, MB", 60, 0.2),
    Gauge("kept index, MB", math.inf),  # parts of files that are gone stay, up to a limit of 20 GiB
)


def measure(process: int, temporary: Path, cache: Path) -> dict[str, float]:
    """Measures everything now.

    Args:
        process: id of the TensorBoard.
        temporary: its temporary folder.
        cache: where its index is kept.
    """
    alone, process_folder = _memory(process), Path(f"/proc/{process}")
    below = sum(_memory(child) for child in children_of(process))
    values = (
        alone / MB,
        (alone + below) / MB,
        len(list((process_folder / "task").iterdir())),
        len(list((process_folder / "fd").iterdir())),
        _size(temporary) / MB,
        _size(cache) / MB,
    )
    return {gauge.name: float(value) for gauge, value in zip(GAUGES, values, strict=True)}


def slope(moments: Sequence[float], values: Sequence[float]) -> float:
    """How much a value rises each hour: the line of least squares through the values.

    Args:
        moments: seconds, at least two that differ.
        values: one for each.
    """
    return statistics.linear_regression(moments, values).slope * 3600


def without_warm_up(values: Sequence[float]) -> Sequence[float]:
    """The values without their first fifth, in which a TensorBoard reads its logs for the first time."""
    return values[len(values) // 5 :]


def rise_sentence(gauge: Gauge, values: Sequence[float], share: float = 1.0) -> str:
    """One sentence where a value has risen by more than it may; else empty.

    Args:
        gauge: what it is.
        values: what was measured, at least five.
        share: of what it may rise by.
    """
    fifth = len(values) // 5
    early, late = statistics.median(values[fifth : 2 * fifth]), statistics.median(values[-fifth:])
    if late - early <= share * (gauge.allowed + gauge.share * early):
        return ""
    return f"{gauge.name} rose from {early:.0f} to {late:.0f}"


def _empty_series() -> dict[str, list[float]]:
    return {gauge.name: [] for gauge in GAUGES}


@dataclass
class Series:
    """What was measured at some moments, in seconds, by the name of its gauge."""

    moments: list[float] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=_empty_series)

    def slope(self, name: str) -> str:
        """The rise in an hour, the first fifth aside; a dash where that was too short."""
        values = without_warm_up(self.values[name])
        return f"{slope(without_warm_up(self.moments), values):+.1f}" if len(values) > 1 else "–"


@dataclass
class SoakMeasurements:
    """What was measured while logs changed, and while they rested."""

    changing: Series = field(default_factory=Series)
    resting: Series = field(default_factory=Series)

    def add(self, moment: float, values: Mapping[str, float], *, is_rest: bool) -> None:
        """Adds what was measured at a moment."""
        series = self.resting if is_rest else self.changing
        series.moments.append(moment)
        for name, value in values.items():
            series.values[name].append(value)

    def rises(self) -> list[str]:
        """A sentence for each gauge that has risen by more than it may."""
        found = [rise_sentence(gauge, self.changing.values[gauge.name]) for gauge in GAUGES]
        if len(self.resting.moments) >= _MIN_MEASUREMENTS:
            at_rest = [
                rise_sentence(gauge, self.resting.values[gauge.name], _SHARE_AT_REST) for gauge in GAUGES
            ]
            found += [f"{one} while the logs rested" if one else "" for one in at_rest]
        return [one for one in found if one]

    def rows(self) -> list[tuple[object, ...]]:
        """A row of the table for each gauge: the first fifth aside, least, median, most, and the rise in an hour."""
        found: list[tuple[object, ...]] = []
        for gauge in GAUGES:
            values = without_warm_up(self.changing.values[gauge.name])
            figures = (min(values), statistics.median(values), max(values))
            at_rest = (self.resting.slope(gauge.name),) if self.resting.moments else ()
            cells = (f"{value:.0f}" for value in figures)
            found.append((gauge.name, *cells, self.changing.slope(gauge.name), *at_rest))
        return found


def _memory(process: int) -> int:
    """Bytes that are in memory; 0 for a process that has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # gone meanwhile
            total += path.lstat().st_size if path.is_file() else 0
    return total
