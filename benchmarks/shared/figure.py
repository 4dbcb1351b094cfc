"""One measured number, and the line of a Markdown table that shows it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        what: what was measured.
        value: the median of `count` runs, or the percentile that `what` names.
        unit: behind the number.
        reach: what it should be: at most, or at least where `at_least`; None where nothing was set.
        low, high: smallest and largest of the runs.
        note: what the number was made of.
    """

    what: str
    value: float
    unit: str
    reach: float | None = None
    at_least: bool = False
    low: float | None = None
    high: float | None = None
    count: int = 1
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the value is within its reach; None without one."""
        if self.reach is None:
            return None
        return self.value >= self.reach if self.at_least else self.value <= self.reach


def over_runs(what: str, values: Sequence[float], unit: str, **further: Any) -> Figure:
    """The median of repeated runs, with their range."""
    middle = statistics.median(values)
    return Figure(what, middle, unit, low=min(values), high=max(values), count=len(values), **further)


def percentile(values: Sequence[float], level: float) -> float:
    """A percentile (0 to 1), interpolated linearly."""
    ordered, at = sorted(values), level * (len(values) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


HEAD = ("| what | measured | range | runs | reach | |", "| --- | --- | --- | --- | --- | --- |")


def table_line(figure: Figure, judged: bool) -> str:
    """A figure as a line of a Markdown table; `judged` says whether it is within its reach."""
    sign = "≥" if figure.at_least else "≤"
    span = "" if figure.low is None or figure.high is None else f"{short(figure.low)} to {short(figure.high)}"
    reach = "" if figure.reach is None else f"{sign} {figure.reach:,g} {figure.unit}"
    mark = {True: "reached", False: "**not reached**", None: ""}[figure.reached if judged else None]
    what = f"{figure.what} ({figure.note})" if figure.note else figure.what
    return f"| {what} | {short(figure.value)} {figure.unit} | {span} | {figure.count} | {reach} | {mark} |"


def short(value: float) -> str:
    """A number with three digits that count."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 4
    return f"{value:,.{digits}f}"
