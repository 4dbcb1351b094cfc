"""Answer of /run_table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RunMetric:
    """A metric along the steps of a run, from its means of the steps.

    Attributes:
        last: its mean at the newest step that has one.
        highest, lowest: the largest and the smallest mean of a step.
        highest_step: the first step with the largest.
        area: the area under the curve by trapezoids, divided by the steps that it spans: the height of its middle.
    """

    last: float
    highest: float
    highest_step: int
    lowest: float
    area: float


@dataclass(frozen=True)
class RunRow:
    """One run by its numbers; `findings` is null where it was not examined yet."""

    run: str
    state: str
    samples: int
    steps: int
    last_step: int | None
    problems: int
    findings: Mapping[str, int] | None
    changed_at: float | None
    metrics: Mapping[str, RunMetric]


@dataclass(frozen=True)
class RunTable:
    """Answer of /run_table."""

    total: int
    runs: Sequence[RunRow]
