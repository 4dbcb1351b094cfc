"""Answer of /steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.values import Number


@dataclass(frozen=True)
class StepStatistics:
    """One metric over the samples of each step; lists are as long as `step`."""

    count: Sequence[Number]
    nonfinite: Sequence[Number]
    sum: Sequence[Number]
    mean: Sequence[Number]
    std: Sequence[Number]
    min: Sequence[Number]
    p01: Sequence[Number]
    p05: Sequence[Number]
    p25: Sequence[Number]
    p50: Sequence[Number]
    p75: Sequence[Number]
    p95: Sequence[Number]
    p99: Sequence[Number]
    max: Sequence[Number]


@dataclass(frozen=True)
class Steps:
    """Answer of /steps."""

    step: Sequence[int]
    metrics: Mapping[str, StepStatistics]
    step_metrics: Mapping[str, Sequence[Number]]


@dataclass(frozen=True)
class StepsByValue:
    """Answer of /steps with `by`: curves for the values of a text column that most samples have."""

    by: str
    values: Sequence[str]
    samples: Sequence[int]
    rest_values: int
    rest_samples: int
    without: int
    series: Sequence[Steps]
