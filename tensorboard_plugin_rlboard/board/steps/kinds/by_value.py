"""The curves of a selection once for each value of a text column: math and code, easy and hard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tensorboard_plugin_rlboard.api import StepsByValue
from tensorboard_plugin_rlboard.board.missing_column import missing_column
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.board.steps.aggregates import (
    AggregateInput,
    AggregateRows,
    compute_aggregates,
)
from tensorboard_plugin_rlboard.board.steps.materialized import METRIC_PREFIX
from tensorboard_plugin_rlboard.board.steps.metric_aggregates import metric_aggregate
from tensorboard_plugin_rlboard.board.steps.query import (
    PICKED_TEXT,
    assembled,
    first_step,
    picked_samples,
    requested_metrics,
)
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.steps.step_aggregates import step_aggregates
from tensorboard_plugin_rlboard.errors import ArgumentError

MAX_VALUES = 7
"""Values that have curves: those with the most samples. More lines in one chart cannot be told apart."""
_LONG_TEXTS = ("prompt", "response", "ref_response")
"""Texts that are no kind of anything: each sample has its own."""
_KEY = "by_value"


def query_by_value(session: RunSession, question: StepsQuestion) -> StepsByValue:
    """Answers /steps with `by`, for any selection.

    Raises:
        ArgumentError: a metric or text column that the run does not have, or a text of which each sample has its own.
    """
    run, schema, cursor = session.run, session.schema, session.cursor
    column = _text_sql(session, question.by)
    nothing = StepsByValue(question.by, [], [], 0, 0, 0, [])
    if not run.samples:
        return nothing
    names = requested_metrics(run, schema, question)
    aggregates = step_aggregates(schema)
    aggregates |= {f"{METRIC_PREFIX}{name}": metric_aggregate(schema, name) for name in names}
    with session.snapshot():
        split, samples = picked_samples(session, question.selection, list(aggregates.values()), column)
        # A column may have as many values as there are samples: only those that have curves leave the database.
        without, counted, different = cursor.execute(
            f"SELECT count(*) - count({PICKED_TEXT}), count({PICKED_TEXT}), count(DISTINCT {PICKED_TEXT}) "
            f"FROM {samples.plain.source}"
        ).fetchall()[0]
        shown = cursor.execute(
            f"SELECT {PICKED_TEXT}, count(*) FROM {samples.plain.source} WHERE {PICKED_TEXT} IS NOT NULL "
            f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MAX_VALUES}"
        ).fetchall()
        if not shown:
            return replace(nothing, without=without)
        cases = " ".join(f"WHEN ? THEN {place}" for place in range(len(shown)))
        picked = Relation(
            f"(SELECT *, CASE {PICKED_TEXT} {cases} END AS {_KEY} FROM {samples.plain.source})",
            f"{_KEY} IS NOT NULL",
            [value for value, _ in shown],
        )
        of_shown = AggregateInput(picked, picked, samples.count)
        results = compute_aggregates(cursor, aggregates, of_shown, (_KEY, "step"))
        first = first_step(session, split)
    series = [assembled(_of_value(results, place), first) for place in range(len(shown))]
    return StepsByValue(
        by=question.by,
        values=[value for value, _ in shown],
        samples=[count for _, count in shown],
        rest_values=different - len(shown),
        rest_samples=counted - sum(count for _, count in shown),
        without=without,
        series=series,
    )


def _text_sql(session: RunSession, name: str) -> str:
    texts = session.schema.texts
    if name in texts and name not in _LONG_TEXTS:
        return session.schema.text_sql[name]
    fitting = ", ".join(text for text in texts if text not in _LONG_TEXTS)
    unknown = (
        f"by={name[:60]} is no text that tells kinds of samples apart in run {session.run.name}: "
        f"{fitting or 'it has none, log one such as data_source with each sample'}."
    )
    raise missing_column(session.run, session.schema, name, ArgumentError(unknown))


def _of_value(results: Mapping[str, AggregateRows], place: int) -> dict[str, AggregateRows]:
    """The rows of one value, by step only."""
    found = {}
    for name, rows in results.items():
        own = rows.keys[0] == place
        columns = {column: values[own] for column, values in rows.columns.items()}
        found[name] = AggregateRows((rows.keys[1][own],), columns)
    return found
