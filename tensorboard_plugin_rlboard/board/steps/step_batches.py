"""Computes aggregates over steps in batches of a bounded number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.board.steps.aggregates import (
    ROWS_AT_ONCE,
    Aggregate,
    AggregateInput,
    compute_aggregates,
    concatenated,
)
from tensorboard_plugin_rlboard.board.steps.step_aggregates import STEP_AGGREGATES
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps, StepKey
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.metrics.segments import Ints

KEYS = ("step", "attempt")


@dataclass(frozen=True)
class StepBatch:
    """Some steps of one split.

    Attributes:
        split: the split.
        steps: int64, ascending.
        has_gaps: whether other steps lie between them.
    """

    split: str
    steps: Ints
    has_gaps: bool


def steps_of_split(split: str, keys: Iterable[StepKey]) -> Ints:
    """The steps of one split, int64 in the order given."""
    return np.asarray([step for other, step in keys if other == split], np.int64)


def step_batches(run_steps: RunSteps, keys: Iterable[StepKey]) -> Iterator[StepBatch]:
    """Batches of steps with at most `ROWS_AT_ONCE` samples each; a larger step is a batch of its own."""
    every: dict[str, list[int]] = {}
    for split, step in sorted(run_steps.entries):
        every.setdefault(split, []).append(step)
    batch: list[int] = []
    ordered = sorted(keys)
    rows = 0
    for position, (split, step) in enumerate(ordered):
        batch.append(step)
        rows += run_steps.entries[split, step].samples
        following = ordered[position + 1] if position + 1 < len(ordered) else None
        more = run_steps.entries[following].samples if following else 0
        if following is None or following[0] != split or rows + more > ROWS_AT_ONCE:
            steps = np.asarray(batch, np.int64)
            first, last = np.searchsorted(every[split], [batch[0], batch[-1]])
            yield StepBatch(split, steps, bool(last - first + 1 > len(batch)))
            batch, rows = [], 0


def batch_input(schema: RunSchema, run_steps: RunSteps, batch: StepBatch) -> AggregateInput:
    """The samples of a batch."""
    where = "split = ? AND step BETWEEN ? AND ?"
    values: list[object] = [batch.split, int(batch.steps[0]), int(batch.steps[-1])]
    if batch.has_gaps:
        where += " AND step IN (SELECT unnest(?))"
        values.append(batch.steps.tolist())
    plain = with_groups = Relation(schema.table, where, values)
    if schema.group_columns:
        table_sql = f"(SELECT rowid, *, {schema.group_columns} FROM {schema.table} WHERE {where})"
        with_groups = Relation(table_sql, "true", values)
    count = sum(run_steps.entries[batch.split, step].samples for step in batch.steps.tolist())
    return AggregateInput(plain, with_groups, count)


def compute_table(
    cursor: duckdb.DuckDBPyConnection, samples: AggregateInput, aggregates: Mapping[str, Aggregate]
) -> StepTable:
    """Every aggregate over some samples, one row for each attempt of each step."""
    results = compute_aggregates(cursor, aggregates, samples, KEYS)
    step, attempt = results[STEP_AGGREGATES[0]].keys
    table = StepTable(step, attempt)
    for name, rows in results.items():
        table = table.with_aggregate(name, rows)
    return table


def complete_table(
    cursor: duckdb.DuckDBPyConnection,
    schema: RunSchema,
    run_steps: RunSteps,
    split: str,
    table: StepTable,
    aggregates: Mapping[str, Aggregate],
    previous: Mapping[str, Aggregate],
) -> StepTable:
    """Adds the columns of new aggregates to rows that are up to date, and leaves out those of aggregates that are gone.

    Args:
        cursor: of the query database.
        schema: of the run.
        run_steps: the steps of the run.
        split: of the rows.
        table: the rows.
        aggregates: those that the rows are to have.
        previous: those that they were computed with.
    """
    unchanged = {
        name: columns
        for name, columns in table.columns.items()
        if name in aggregates and aggregates[name] == previous.get(name)
    }
    completed = StepTable(table.step, table.attempt, unchanged)
    keys = [(split, step) for step in np.unique(table.step).tolist()]
    inputs = [batch_input(schema, run_steps, batch) for batch in step_batches(run_steps, keys)]
    new = {name: aggregate for name, aggregate in aggregates.items() if name not in unchanged}
    results = [compute_aggregates(cursor, new, samples, KEYS) for samples in inputs]
    for name in new if results else ():
        completed = completed.with_aggregate(name, concatenated([result[name] for result in results]))
    return completed
