"""Answer of /problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemColumns:
    """Problems, one list for each field."""

    file: Sequence[str]
    line: Sequence[int | None]
    offset: Sequence[int | None]
    kind: Sequence[str]
    reason: Sequence[str]
    step: Sequence[int | None]
    id: Sequence[str | None]


@dataclass(frozen=True)
class ProblemKind:
    """How many problems of one kind a run has.

    Attributes:
        kind: stable name of what is wrong.
        count: how many are listed one by one.
        unlisted: how many more there are.
    """

    kind: str
    count: int
    unlisted: int


@dataclass(frozen=True)
class Problems:
    """Answer of /problems."""

    total: int
    kinds: Sequence[ProblemKind]
    columns: ProblemColumns
