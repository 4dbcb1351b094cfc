"""Answer of /distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.values import Number


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
