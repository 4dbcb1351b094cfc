"""The curves of a selection: statistics of every sample metric at every step, and the step's own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.api import Steps, StepStatistics
from tensorboard_plugin_rlboard.api.number_column import Numbers
from tensorboard_plugin_rlboard.board.run_schema import GROUP_METRICS, expression, sample_metrics
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, relation
from tensorboard_plugin_rlboard.board.steps.aggregates import (
    FIRST_STEP,
    SHARED,
    WHOLE,
    Rows,
    Samples,
    Unit,
    compute,
    metric_unit,
    only_first,
    shared_units,
)
from tensorboard_plugin_rlboard.board.steps.materialized import OVERVIEW
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import physical, quoted, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

if TYPE_CHECKING:
    import duckdb

_FIELDS = tuple(StepStatistics.__dataclass_fields__)


def everything(chosen: Selection) -> bool:
    """Whether a selection takes every sample of its steps, so that what is known of the steps answers it."""
    anywhere = replace(chosen, split=None, attempt=None, step=None, step_min=None, step_max=None)
    return anywhere == Selection(chosen.run)


def wanted(run: RunIndex, metrics: Sequence[str] | None) -> list[str]:
    """The metrics that are asked for: those named, or the overview's that the run has.

    Raises:
        ArgumentError: a metric that the run does not have.
    """
    if metrics is None:
        known = set(sample_metrics(run))
        return [name for name in OVERVIEW if name in known]
    for name in metrics:
        if expression(run, name) is None:
            raise ArgumentError(f"metrics={name} is not a metric of run {run.name}; /runs lists its metrics.")
    return list(metrics)


def answered(
    step: Ints, metrics: Mapping[str, Mapping[str, Floats]], shared: Mapping[str, Floats], first: int | None
) -> Steps:
    """The answer made of columns.

    Args:
        step: int64 [steps], ascending.
        metrics: metric -> statistic -> float64 [steps].
        shared: step metric -> float64 [steps]; those without any value are left out.
        first: the first step of the training, None where it was resumed.
    """
    table = dict(shared)
    if FIRST_STEP in table:
        table[FIRST_STEP] = only_first(table[FIRST_STEP], step, first)
    nothing = np.full(len(step), np.nan)
    return Steps(
        step.tolist(),
        {
            name: StepStatistics(
                **{field: Numbers(columns.get(field, nothing), field in WHOLE) for field in _FIELDS}
            )
            for name, columns in metrics.items()
        },
        {name: Numbers(column) for name, column in table.items() if not np.isnan(column).all()},
    )


def steps(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, metrics: Sequence[str] | None
) -> Steps:
    """Answers /steps by queries, for any selection.

    Raises:
        ArgumentError: a metric that the run does not have.
    """
    if not run.samples:
        return Steps([], {}, {})
    units = shared_units(run) | {f"m:{name}": metric_unit(run, name) for name in wanted(run, metrics)}
    cursor.execute("BEGIN TRANSACTION")  # one snapshot for all queries
    try:
        split, samples = _samples(cursor, run, chosen, list(units.values()))
        found = compute(cursor, units, samples, ("step",))
        first = cursor.execute(f"SELECT min(step) FROM {run.table} WHERE split = ?", [split]).fetchall()[0][0]
    finally:
        cursor.execute("ROLLBACK")
    shared = [found.pop(name) for name in SHARED]
    step = shared[0].keys[0]
    return answered(
        step,
        {name.removeprefix("m:"): _aligned(rows, step) for name, rows in found.items()},
        {name: column for rows in shared for name, column in _aligned(rows, step).items()},
        first if run.attempts == 1 else None,
    )


def _aligned(rows: Rows, step: Ints) -> Mapping[str, Floats]:
    """The columns at the given steps; NaN at those that were not found."""
    found = rows.keys[0]
    if np.array_equal(found, step):
        return rows.columns
    at = np.searchsorted(step, found)
    columns = {name: np.full(len(step), np.nan) for name in rows.columns}
    for name, column in rows.columns.items():
        columns[name][at] = column
    return columns


def _samples(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, units: Sequence[Unit]
) -> tuple[object, Samples]:
    """The split and the samples of a selection.

    Where they are searched for, they are searched only once: a temporary table holds what the units need of them.
    """
    groups = any(unit.groups for unit in units)
    rows = relation(cursor, run, chosen, groups)
    split = rows.values[0]  # a relation's first value is its split
    if everything(chosen):
        plain = relation(cursor, run, chosen) if groups else rows
        return split, Samples(plain, rows, run.samples)
    sql = " ".join(unit.sql("", "", "step") for unit in units)
    needed = [name for name in run.columns if quoted(name) in sql or name in {"step", "file", "line_offset"}]
    response = text("response")  # only told apart: its digest does as well, and is a tenth of it
    columns = [
        f"CAST(hash({response}) AS VARCHAR) AS {response}" if quoted(name) == response else quoted(name)
        for name in dict.fromkeys((*needed, "prompt_key"))
    ]
    if groups:
        columns += [name for name in GROUP_METRICS if physical("m", name) not in run.columns]
    cursor.execute(
        f"CREATE TEMP TABLE picked AS SELECT {', '.join(columns)} FROM {rows.source} WHERE {rows.where}",
        rows.values,
    )
    count = cursor.execute("SELECT count(*) FROM picked").fetchall()[0][0]
    picked = Relation("picked", "true", [])
    return split, Samples(picked, picked, count)
