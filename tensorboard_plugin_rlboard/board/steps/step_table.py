"""Materialised steps of one split as NumPy columns; replaced as a whole, so that readers need no lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tensorboard_plugin_rlboard.board.steps.aggregates import AggregateRows
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

Columns = Mapping[str, Mapping[str, Floats]]
"""Aggregate -> column -> float64 [rows]; NaN where there is no value."""


@dataclass(frozen=True)
class StepTable:
    """Rows sorted by step, then attempt: one for each attempt of each step.

    Attributes:
        step, attempt: int64 [rows].
        columns: what the aggregates computed.
    """

    step: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    attempt: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    columns: Columns = field(default_factory=dict)

    def without_steps(self, steps: Ints) -> StepTable:
        """The rows of all other steps."""
        other = ~np.isin(self.step, steps)
        columns = {
            name: {column: array[other] for column, array in aggregate.items()}
            for name, aggregate in self.columns.items()
        }
        return StepTable(self.step[other], self.attempt[other], columns)

    def merged_with(self, other: StepTable) -> StepTable:
        """The rows of both, which have no step in common; a column that only one of them has is NaN in the other."""
        step = np.concatenate([self.step, other.step])
        attempt = np.concatenate([self.attempt, other.attempt])
        order = np.lexsort((attempt, step))
        columns: dict[str, dict[str, Floats]] = {}
        for name in dict.fromkeys((*self.columns, *other.columns)):
            mine, theirs = self.columns.get(name, {}), other.columns.get(name, {})
            columns[name] = {}
            for column in dict.fromkeys((*mine, *theirs)):
                both = [
                    table_columns.get(column, np.full(len(table.step), np.nan))
                    for table, table_columns in ((self, mine), (other, theirs))
                ]
                columns[name][column] = np.concatenate(both)[order]
        return StepTable(step[order], attempt[order], columns)

    def with_aggregate(self, name: str, rows: AggregateRows) -> StepTable:
        """With the columns of an aggregate; rows that it does not have (keys: step, attempt) are NaN."""
        step, attempt = rows.keys
        if np.array_equal(step, self.step) and np.array_equal(attempt, self.attempt):
            return self._with_columns(name, dict(rows.columns))
        own_keys = zip(self.step.tolist(), self.attempt.tolist(), strict=True)
        positions = {key: i for i, key in enumerate(own_keys)}
        keys = zip(step.tolist(), attempt.tolist(), strict=True)
        at = np.asarray([positions.get(key, -1) for key in keys], np.int64)
        columns = {}
        for column, values in rows.columns.items():
            columns[column] = np.full(len(self.step), np.nan)
            columns[column][at[at >= 0]] = values[at >= 0]
        return self._with_columns(name, columns)

    def _with_columns(self, name: str, columns: Mapping[str, Floats]) -> StepTable:
        return StepTable(self.step, self.attempt, {**self.columns, name: columns})

    def row_positions(self, attempt: int | None, low: int | None, high: int | None) -> slice | Ints:
        """The positions of the rows of one attempt, or of each step's newest one, with steps from low to high."""
        first = 0 if low is None else int(np.searchsorted(self.step, low))
        end = len(self.step) if high is None else int(np.searchsorted(self.step, high, side="right"))
        step = self.step[first:end]
        if attempt is not None:
            included = self.attempt[first:end] == attempt
        else:
            included = np.ones(len(step), bool)
            included[:-1] = step[1:] != step[:-1]
        return slice(first, max(first, end)) if included.all() else first + np.flatnonzero(included)
