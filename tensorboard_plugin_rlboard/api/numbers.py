"""Answers that are numbers over many samples, and lists of problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.api.runs import MetricInfo
from tensorboard_plugin_rlboard.api.values import Number, Value


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
class Density:
    """A kernel density estimate on a shared grid."""

    x: Sequence[float]
    y: Sequence[float]
    against_y: Sequence[float] | None


@dataclass(frozen=True)
class Distribution:
    """Answer of /distribution: two sets of values on the same edges."""

    edges: Sequence[float]
    counts: Sequence[int]
    against_counts: Sequence[int] | None
    density: Density
    quantiles: Mapping[str, Number]
    against_quantiles: Mapping[str, Number] | None
    count: int
    nonfinite: int
    against_count: int | None
    against_nonfinite: int | None
    mean: Number
    std: Number
    against_mean: Number
    against_std: Number


@dataclass(frozen=True)
class WorstTokens:
    """Answer of /worst_tokens."""

    metric: MetricInfo
    by: str
    end: str
    samples: int
    samples_read: int
    complete: bool
    columns: Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class ProblemColumns:
    """Problems, one list for each field."""

    file: Sequence[str]
    line: Sequence[int | None]
    offset: Sequence[int | None]
    kind: Sequence[str]
    reason: Sequence[str]


@dataclass(frozen=True)
class Problems:
    """Answer of /problems."""

    total: int
    columns: ProblemColumns


@dataclass(frozen=True)
class ScalarTags:
    """Answer of /scalars without a tag: paired scalar run -> its tags."""

    tags: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ScalarSeries:
    """One native scalar; TensorBoard keeps at most 1,000 points of it unless told otherwise."""

    step: Sequence[int]
    wall_time: Sequence[float]
    value: Sequence[Number]


@dataclass(frozen=True)
class Scalars:
    """Answer of /scalars with tags: tag -> series."""

    series: Mapping[str, ScalarSeries] = field(default_factory=dict)
