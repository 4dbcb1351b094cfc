"""Materialised steps of one split as NumPy columns; replaced as a whole, so that readers need no lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tensorboard_plugin_rlboard.board.steps.aggregates import Rows
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

Columns = Mapping[str, Mapping[str, Floats]]
"""Unit -> column -> float64 [rows]; NaN where there is no value."""


@dataclass(frozen=True)
class StepTable:
    """Rows sorted by step, then attempt: one for each attempt of each step.

    Attributes:
        step, attempt: int64 [rows].
        columns: what the units found.
    """

    step: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    attempt: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    columns: Columns = field(default_factory=dict)

    def without(self, steps: Ints) -> StepTable:
        """The rows of all other steps."""
        return self.rows(~np.isin(self.step, steps))

    def rows(self, chosen: NDArray[np.bool_]) -> StepTable:
        """Some of the rows."""
        columns = {
            name: {column: array[chosen] for column, array in unit.items()}
            for name, unit in self.columns.items()
        }
        return StepTable(self.step[chosen], self.attempt[chosen], columns)

    def plus(self, other: StepTable) -> StepTable:
        """The rows of both, which have no step in common; a column that only one of them has is NaN in the other."""
        step = np.concatenate([self.step, other.step])
        attempt = np.concatenate([self.attempt, other.attempt])
        order = np.lexsort((attempt, step))
        columns: dict[str, dict[str, Floats]] = {}
        for name in dict.fromkeys((*self.columns, *other.columns)):
            mine, theirs = self.columns.get(name, {}), other.columns.get(name, {})
            columns[name] = {}
            for column in dict.fromkeys((*mine, *theirs)):
                parts = (mine.get(column), theirs.get(column))
                both = [
                    np.full(len(side.step), np.nan) if part is None else part
                    for part, side in zip(parts, (self, other), strict=True)
                ]
                columns[name][column] = np.concatenate(both)[order]
        return StepTable(step[order], attempt[order], columns)

    def with_unit(self, name: str, found: Rows) -> StepTable:
        """With a unit's columns; rows that it did not find (keys: step, attempt) are NaN."""
        step, attempt = found.keys
        if np.array_equal(step, self.step) and np.array_equal(attempt, self.attempt):
            return self._having(name, dict(found.columns))
        places = {key: i for i, key in enumerate(zip(self.step.tolist(), self.attempt.tolist(), strict=True))}
        wanted = [places.get(key, -1) for key in zip(step.tolist(), attempt.tolist(), strict=True)]
        at = np.asarray(wanted, np.int64)
        columns = {}
        for column, values in found.columns.items():
            columns[column] = np.full(len(self.step), np.nan)
            columns[column][at[at >= 0]] = values[at >= 0]
        return self._having(name, columns)

    def _having(self, name: str, columns: Mapping[str, Floats]) -> StepTable:
        return StepTable(self.step, self.attempt, {**self.columns, name: columns})

    def places(self, attempt: int | None, low: int | None, high: int | None) -> slice | Ints:
        """Where the rows of one attempt are, or of the newest one of each step, with steps from low to high."""
        first = 0 if low is None else int(np.searchsorted(self.step, low))
        end = len(self.step) if high is None else int(np.searchsorted(self.step, high, side="right"))
        step = self.step[first:end]
        if attempt is not None:
            chosen = self.attempt[first:end] == attempt
        else:
            chosen = np.ones(len(step), bool)
            chosen[:-1] = step[1:] != step[:-1]
        return slice(first, max(first, end)) if chosen.all() else first + np.flatnonzero(chosen)
