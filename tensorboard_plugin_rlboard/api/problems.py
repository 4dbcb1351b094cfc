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


@dataclass(frozen=True)
class Problems:
    """Answer of /problems."""

    total: int
    columns: ProblemColumns
