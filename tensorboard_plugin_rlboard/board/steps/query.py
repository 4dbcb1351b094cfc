"""The curves of any selection by queries: statistics of sample metrics at every step, and the step metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.api.number_column import NumberColumn
from tensorboard_plugin_rlboard.board.missing_column import missing_column_error
from tensorboard_plugin_rlboard.board.run_schema import RunSchema, RunSession
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, select_samples
from tensorboard_plugin_rlboard.board.steps.aggregates import (
    FIRST_STEP_KL,
    Aggregate,
    AggregateInput,
    AggregateRows,
    compute_aggregates,
)
from tensorboard_plugin_rlboard.board.steps.materialized import METRIC_PREFIX, OVERVIEW_METRICS
from tensorboard_plugin_rlboard.board.steps.metric_aggregates import metric_aggregate
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.steps.step_aggregates import (
    STEP_AGGREGATES,
    at_first_step,
    step_aggregates,
)
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import quoted, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import INTEGER_STATISTICS

PICKED_TEXT = "picked_text"
"""The column of a text in the table of picked samples."""
_STATISTICS = tuple(api.StepStatistics.__dataclass_fields__)


def takes_whole_steps(selection: Selection) -> bool:
    """Whether a selection takes every sample of its steps, so that materialised steps answer it."""
    of_run = replace(selection, split=None, attempt=None, step=None, step_min=None, step_max=None)
    return of_run == Selection(selection.run)


def requested_metrics(run: RunIndex, schema: RunSchema, question: StepsQuestion) -> list[str]:
    """The metrics that are asked for: those named, or the overview's that the run has.

    Raises:
        ArgumentError: a metric that the run does not have.
        StoppedError: nor yet, but it is still being read.
    """
    if question.metrics is None:
        return [name for name in OVERVIEW_METRICS if name in schema.metrics]
    for name in question.metrics:
        if name not in schema.metric_sql:
            unknown = f"metrics={name} is not a metric of run {run.name}; /runs lists its metrics."
            raise missing_column_error(run, schema, name, ArgumentError(unknown))
    return list(question.metrics)


def steps_answer(
    step: Ints,
    metrics: Mapping[str, Mapping[str, Floats]],
    step_metrics: Mapping[str, Floats],
    first_step: int | None,
) -> api.Steps:
    """The answer made of columns.

    Args:
        step: int64 [steps], ascending.
        metrics: metric -> statistic -> float64 [steps].
        step_metrics: step metric -> float64 [steps]; those without any value are left out.
        first_step: of the training; None where it was resumed.
    """
    columns = dict(step_metrics)
    if FIRST_STEP_KL in columns:
        columns[FIRST_STEP_KL] = at_first_step(columns[FIRST_STEP_KL], step, first_step)
    nothing = np.full(len(step), np.nan)
    return api.Steps(
        step.tolist(),
        {
            name: api.StepStatistics(
                **{
                    statistic: NumberColumn(values.get(statistic, nothing), statistic in INTEGER_STATISTICS)
                    for statistic in _STATISTICS
                }
            )
            for name, values in metrics.items()
        },
        {name: NumberColumn(values) for name, values in columns.items() if not np.isnan(values).all()},
    )


def query_steps(session: RunSession, question: StepsQuestion) -> api.Steps:
    """Answers /steps by queries, for any selection.

    Raises:
        ArgumentError: a metric that the run does not have.
    """
    run, schema, cursor = session.run, session.schema, session.cursor
    if not run.samples:
        return api.Steps([], {}, {})
    names = requested_metrics(run, schema, question)
    aggregates = step_aggregates(schema)
    aggregates |= {f"{METRIC_PREFIX}{name}": metric_aggregate(schema, name) for name in names}
    with session.snapshot():
        split, samples = _aggregate_input(session, question.selection, list(aggregates.values()))
        results = compute_aggregates(cursor, aggregates, samples, ("step",))
        first = first_step(session, split)
    return assemble_steps(results, first)


def first_step(session: RunSession, split: str) -> int | None:
    """The first step of a split; None where the training was resumed."""
    run = session.run
    found = session.cursor.execute(f"SELECT min(step) FROM {run.table} WHERE split = ?", [split]).fetchall()
    first: int | None = found[0][0]
    return first if run.attempts == 1 else None


def assemble_steps(results: dict[str, AggregateRows], first: int | None) -> api.Steps:
    """The answer made of what aggregates computed.

    Args:
        results: name -> rows by step.
        first: the first step of the training; None where it was resumed.
    """
    of_steps = [results.pop(name) for name in STEP_AGGREGATES if name in results]
    step = of_steps[0].keys[0]
    return steps_answer(
        step,
        {name.removeprefix(METRIC_PREFIX): _aligned(rows, step) for name, rows in results.items()},
        {name: column for rows in of_steps for name, column in _aligned(rows, step).items()},
        first,
    )


def _aligned(rows: AggregateRows, step: Ints) -> Mapping[str, Floats]:
    """The columns at the given steps; NaN at those that have no row."""
    own = rows.keys[0]
    if np.array_equal(own, step):
        return rows.columns
    at = np.searchsorted(step, own)
    columns = {name: np.full(len(step), np.nan) for name in rows.columns}
    for name, column in rows.columns.items():
        columns[name][at] = column
    return columns


def _aggregate_input(
    session: RunSession, selection: Selection, aggregates: Sequence[Aggregate]
) -> tuple[str, AggregateInput]:
    """The split and the samples of a selection: whole steps where they lie, others picked."""
    if takes_whole_steps(selection):
        groups = any(aggregate.groups for aggregate in aggregates)
        rows = select_samples(session, selection, needs_groups=groups)
        plain = select_samples(session, selection) if groups else rows
        return rows.split, AggregateInput(plain, rows, session.run.samples)
    return picked_samples(session, selection, aggregates)


def picked_samples(
    session: RunSession,
    selection: Selection,
    aggregates: Sequence[Aggregate],
    text_sql: str = "",
    only: Sequence[str] = (),
) -> tuple[str, AggregateInput]:
    """The split and the samples of a selection, searched only once: a table holds what the aggregates need of them.

    Args:
        session: the run, within a snapshot.
        selection: which samples.
        aggregates: what will be computed of them.
        text_sql: a text that the table holds as well, as `PICKED_TEXT`; empty for none.
        only: values of this text whose samples are picked; empty for all. It looks for their steps first, so the selection
            should search no texts.
    """
    run, cursor = session.run, session.cursor
    groups = any(aggregate.groups for aggregate in aggregates)
    narrowed = f" AND {text_sql} IN ({', '.join('?' * len(only))})" if only else ""
    among = _steps_of(session, selection, narrowed, only) if only else ""
    rows = select_samples(session, selection, needs_groups=groups, among=among)
    sql = " ".join(aggregate.sql("", "", "step") for aggregate in aggregates)
    needed = [name for name in run.columns if quoted(name) in sql or name in {"step", "file", "line_offset"}]
    response = text("response")  # only told apart: its digest does as well, and is a tenth of it
    columns = [
        # hash(NULL) is a number, and no response is none that could be repeated
        f"CASE WHEN {response} IS NOT NULL THEN CAST(hash({response}) AS VARCHAR) END AS {response}"
        if quoted(name) == response
        else quoted(name)
        for name in dict.fromkeys((*needed, "prompt_key"))
    ]
    if groups:
        columns += sorted(session.schema.computed_group_metrics)
    if text_sql:
        columns.append(f"{text_sql} AS {PICKED_TEXT}")
    cursor.execute(
        f"CREATE TEMP TABLE picked AS SELECT {', '.join(columns)} FROM {rows.table_sql} WHERE {rows.where}{narrowed}",
        [*rows.values, *only],
    )
    count = cursor.execute("SELECT count(*) FROM picked").fetchall()[0][0]
    picked = Relation("picked", "true", [])
    return rows.split, AggregateInput(picked, picked, count)


def _steps_of(session: RunSession, selection: Selection, narrowed: str, values: Sequence[str]) -> str:
    """The condition that a row is in one of the steps that have samples of a narrowed selection."""
    rows = select_samples(session, selection)
    steps = session.cursor.execute(
        f"SELECT DISTINCT step FROM {rows.table_sql} WHERE {rows.where}{narrowed} ORDER BY step",
        [*rows.values, *values],
    ).fetchall()
    return f"step IN ({', '.join(str(step) for (step,) in steps) or 'NULL'})"
