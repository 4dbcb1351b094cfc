"""Answers of /scalars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.api.values import Number


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
