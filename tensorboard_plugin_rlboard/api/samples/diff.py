"""Answer of /diff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.runs.runs import MetricInfo
from tensorboard_plugin_rlboard.api.values import Number


@dataclass(frozen=True)
class DiffSide:
    """One of two texts: which it is, what it is compared by, and one token metric of it."""

    run: str
    id: str
    step: int
    text: str
    units: Sequence[str]
    left_out: int
    values: Sequence[Number] | None


@dataclass(frozen=True)
class DiffOpcodes:
    """Stretches of two texts, one list for each field."""

    kind: Sequence[str]
    left: Sequence[int]
    left_end: Sequence[int]
    right: Sequence[int]
    right_end: Sequence[int]
    move: Sequence[int | None]


@dataclass(frozen=True)
class Diff:
    """Answer of /diff."""

    unit: str
    in_one_piece: bool
    metric: MetricInfo | None
    left: DiffSide
    right: DiffSide
    opcodes: DiffOpcodes
