"""The curves of a selection once for each value of a text column: math and code, easy and hard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.labels import FREE_TEXT_COLUMNS, no_such_kinds_error
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation, select_samples
from tensorboard_plugin_rlboard.board.steps.aggregates import (
    AggregateInput,
    AggregateRows,
    compute_aggregates,
)
from tensorboard_plugin_rlboard.board.steps.materialized import METRIC_PREFIX
from tensorboard_plugin_rlboard.board.steps.metric_aggregates import metric_aggregate
from tensorboard_plugin_rlboard.board.steps.query import (
    PICKED_TEXT,
    assemble_steps,
    first_step,
    picked_samples,
    requested_metrics,
    takes_whole_steps,
)
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.steps.step_aggregates import step_aggregates

MAX_VALUES = 7
"""Values that have curves: those with the most samples. More lines in one chart cannot be told apart."""
_KEY = "by_value"


def query_by_value(session: RunSession, question: StepsQuestion) -> api.StepsByValue:
    """Answers /steps with `by`, for any selection.

    Raises:
        ArgumentError: a metric or text column that the run does not have, or a text of which each sample has its own.
    """
    run, schema, cursor = session.run, session.schema, session.cursor
    column = _text_sql(session, question.by)
    nothing = api.StepsByValue(question.by, [], [], 0, 0, 0, [])
    if not run.samples:
        return nothing
    names = requested_metrics(run, schema, question)
    aggregates = step_aggregates(schema)
    aggregates |= {f"{METRIC_PREFIX}{name}": metric_aggregate(schema, name) for name in names}
    needed = list(aggregates.values())
    with session.snapshot():
        if takes_whole_steps(question.selection):
            # The metrics of a million samples take longest, and a text of many values needs those of a few.
            rows = select_samples(session, question.selection)
            table_sql = f"(SELECT *, {column} AS {PICKED_TEXT} FROM {rows.table_sql} WHERE {rows.where})"
            counts = _value_counts(session, Relation(table_sql, "true", rows.values))
            only = [value for value, _ in counts.shown]
        else:  # searched once
            split, samples = picked_samples(session, question.selection, needed, column)
            counts, only = _value_counts(session, samples.plain), []
        shown = counts.shown
        if not shown:
            return replace(nothing, without=counts.without)
        if only:
            split, samples = picked_samples(session, question.selection, needed, column, only)
        cases = " ".join(f"WHEN ? THEN {place}" for place in range(len(shown)))
        picked = Relation(
            f"(SELECT rowid, *, CASE {PICKED_TEXT} {cases} END AS {_KEY} FROM {samples.plain.table_sql})",
            f"{_KEY} IS NOT NULL",
            [value for value, _ in shown],
        )
        of_shown = AggregateInput(picked, picked, samples.count)
        results = compute_aggregates(cursor, aggregates, of_shown, (_KEY, "step"))
        first = first_step(session, split)
    series = [assemble_steps(_of_value(results, place), first) for place in range(len(shown))]
    return api.StepsByValue(
        by=question.by,
        values=[value for value, _ in shown],
        samples=[count for _, count in shown],
        rest_values=counts.different - len(shown),
        rest_samples=counts.samples - sum(count for _, count in shown),
        without=counts.without,
        series=series,
    )


@dataclass(frozen=True)
class _ValueCounts:
    """The values of a text: the most frequent ones with their samples, how many there are, and samples with and without one."""

    shown: list[tuple[str, int]]
    different: int
    samples: int
    without: int


def _value_counts(session: RunSession, rows: Relation) -> _ValueCounts:
    """Counts the values of `PICKED_TEXT`: there may be as many as samples, and only those that have curves leave the database."""
    found = session.cursor.execute(
        f"WITH counted AS MATERIALIZED (SELECT {PICKED_TEXT} AS value, count(*) AS n FROM {rows.table_sql} "
        f"WHERE {rows.where} GROUP BY 1), "
        f"shown AS (SELECT * FROM counted WHERE value IS NOT NULL ORDER BY n DESC, value LIMIT {MAX_VALUES}) "
        "SELECT count(value), coalesce(sum(n) FILTER (value IS NOT NULL), 0), "
        "coalesce(sum(n) FILTER (value IS NULL), 0), "
        "(SELECT list((value, n) ORDER BY n DESC, value) FROM shown) FROM counted",
        rows.values,
    ).fetchall()
    different, samples, without, shown = found[0]
    return _ValueCounts([*map(tuple, shown or ())], int(different), int(samples), int(without))


def _text_sql(session: RunSession, name: str) -> str:
    texts = session.schema.texts
    if name in texts and name not in FREE_TEXT_COLUMNS:
        return session.schema.text_sql[name]
    raise no_such_kinds_error(session, name)


def _of_value(results: Mapping[str, AggregateRows], place: int) -> dict[str, AggregateRows]:
    """The rows of one value, by step only."""
    found = {}
    for name, rows in results.items():
        own = rows.keys[0] == place
        columns = {column: values[own] for column, values in rows.columns.items()}
        found[name] = AggregateRows((rows.keys[1][own],), columns)
    return found
