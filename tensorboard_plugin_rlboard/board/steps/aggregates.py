"""Reduces samples to steps, one aggregate a query: the statistics of a metric, or some of the step metrics.

Step metrics are SQL; statistics are NumPy's, of numbers that a query brings. One aggregate at a time keeps the memory small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.board.selection import Relation, pieces_of
from tensorboard_plugin_rlboard.index.column_names import quoted
from tensorboard_plugin_rlboard.metrics.groups.kinds import group_shares
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_reductions import pooled_moments, step_shares
from tensorboard_plugin_rlboard.metrics.step_statistics import metric_statistics, step_segments
from tensorboard_plugin_rlboard.metrics.step_sums import (
    CRITIC,
    PROBABILITIES,
    SUM_NAMES,
    step_metrics,
)

if TYPE_CHECKING:
    import duckdb

ROWS_AT_ONCE = 200_000
"""Rows that one query reduces for one metric: a few dozen MB. Fewer rows, more metrics at once."""
ROWS_IN_MEMORY = 1_000_000
"""Samples whose numbers we hold at once, to reduce them ourselves; of one metric that are 30 MB."""
METRICS_AT_ONCE = 8
"""Metrics that one query reduces at most, however few the rows: the plan alone of one that reduces 200 takes gigabytes."""
FIRST_STEP_KL = "first_step_kl"
METRIC, SHARES, OF_CRITIC, OF_PROBABILITIES = "metric", "shares", "critic", "probabilities"
OF_GROUPS = "groups"
REDUCERS: Mapping[str, Callable[..., dict[str, Floats]]] = {
    METRIC: metric_statistics,
    SHARES: step_shares,
    OF_CRITIC: partial(pooled_moments, CRITIC),
    OF_PROBABILITIES: partial(pooled_moments, PROBABILITIES),
    OF_GROUPS: group_shares,
}
"""Name of a reducer -> what makes columns of steps of the derived columns of samples, float64 each."""


@dataclass(frozen=True)
class Aggregate:
    """Columns of the steps that one query computes. Two equal aggregates compute the same.

    Attributes:
        columns: (name, SQL over `inner`); where there is no `by`, `{at}` stands before the names of `inner`.
        inner: (name, aggregate over the samples of a step, or of each of its groups); where there is something derived,
            `{at}` stands before its names.
        by: what makes samples of a step a group, empty where there are none; then `columns` are aggregates as well.
        where: which samples count.
        groups: whether the samples have to bring the group metrics along.
        derived: (name, SQL of one sample) that `inner` finds beside the sample's own columns. To plan a query whose
            aggregates say the same condition again and again takes twice as long as to run it on a few samples.
        reducer: the function of `REDUCERS` that takes what is derived, in place of anything to reduce in SQL: NumPy sorts
            and adds up the numbers of each step in a quarter of the time that the database takes. Empty for none.
    """

    columns: tuple[tuple[str, str], ...]
    inner: tuple[tuple[str, str], ...]
    by: str = ""
    where: str = "true"
    groups: bool = False
    derived: tuple[tuple[str, str], ...] = ()
    reducer: str = ""

    def sql(self, table_sql: str, where: str, keys: str) -> str:
        """The query over a relation; `keys` are the columns that tell steps apart."""
        inner = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.inner)
        outer = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.columns)
        by = f", {self.by}" if self.by else ""
        selected = f"{table_sql} WHERE {where} AND {self.where}"
        if self.derived:
            derived = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.derived)
            if self.reducer:
                return f"SELECT {keys}, {derived} FROM {selected}"
            selected = f"(SELECT *, {derived} FROM {selected})"
        rows = f"SELECT {keys}, {inner} FROM {selected} GROUP BY {keys}{by}"
        return f"SELECT {keys}, {outer} FROM ({rows}) {f'GROUP BY {keys}' if self.by else ''} ORDER BY {keys}"


@dataclass(frozen=True)
class AggregateInput:
    """Some samples of a run.

    Attributes:
        plain: without the group metrics.
        with_groups: with them.
        count: how many there are at most.
    """

    plain: Relation
    with_groups: Relation
    count: int


@dataclass(frozen=True)
class AggregateRows:
    """The result of an aggregate: int64 [rows] of each key, float64 [rows] of each column, NaN where there is no value."""

    keys: tuple[Ints, ...]
    columns: Mapping[str, Floats]


def compute_aggregates(
    cursor: duckdb.DuckDBPyConnection,
    aggregates: Mapping[str, Aggregate],
    samples: AggregateInput,
    keys: tuple[str, ...],
) -> dict[str, AggregateRows]:
    """Computes aggregates over some samples; several in one query where the samples are few.

    Args:
        cursor: of the query database.
        aggregates: name -> aggregate.
        samples: the samples.
        keys: the columns that tell steps apart.

    Returns:
        The rows of each aggregate, sorted by the keys.
    """
    results: dict[str, AggregateRows] = {}
    reduced = [name for name, aggregate in aggregates.items() if aggregate.reducer]
    alone = [name for name, aggregate in aggregates.items() if aggregate.by]
    together = [name for name in aggregates if name not in {*reduced, *alone}]
    for names in (*_some_at_once(together, samples.count), *([name] for name in alone)):
        aggregate = _merged([aggregates[name] for name in names])
        rows = samples.with_groups if aggregate.groups else samples.plain
        answer = cursor.execute(
            aggregate.sql(rows.table_sql, rows.where, ", ".join(keys)), rows.values
        ).fetchnumpy()
        key_columns = tuple(np.asarray(answer[key], np.int64) for key in keys)
        for position, name in enumerate(names):
            columns = {
                column: _floats(answer[f"{position}.{place}"])
                for place, (column, _) in enumerate(aggregates[name].columns)
            }
            results[name] = AggregateRows(key_columns, _with_step_metrics(columns))
    for names in _some_at_once(reduced, samples.count):
        aggregate = _merged([aggregates[name] for name in names])
        rows = samples.with_groups if aggregate.groups else samples.plain
        parts = [
            _reduced(cursor, aggregate, [aggregates[name].reducer for name in names], part, keys)
            for part in _in_memory(cursor, rows, samples.count)
        ]
        for position, name in enumerate(names):
            results[name] = concatenated([part[position] for part in parts])
    return {name: results[name] for name in aggregates}


def _some_at_once(names: Sequence[str], rows: int) -> list[Sequence[str]]:
    """The aggregates of each query: fewer where there are many rows."""
    at_once = min(METRICS_AT_ONCE, max(1, ROWS_AT_ONCE // max(1, rows)))
    return [names[i : i + at_once] for i in range(0, len(names), at_once)]


def _in_memory(cursor: duckdb.DuckDBPyConnection, rows: Relation, count: int) -> list[Relation]:
    """Samples in pieces that are not too many for our memory."""
    return [rows] if count <= ROWS_IN_MEMORY else pieces_of(cursor, rows, ROWS_IN_MEMORY)


def _reduced(
    cursor: duckdb.DuckDBPyConnection,
    aggregate: Aggregate,
    reducers: Sequence[str],
    rows: Relation,
    keys: tuple[str, ...],
) -> list[AggregateRows]:
    """The results of a merged aggregate's reducers, in their order."""
    answer = cursor.execute(
        aggregate.sql(rows.table_sql, rows.where, ", ".join(keys)), rows.values
    ).fetchnumpy()
    key_columns = tuple(np.asarray(answer[key], np.int64) for key in keys)
    segments = step_segments(key_columns)
    of_steps = tuple(segments.by_step(column)[segments.starts] for column in key_columns)
    found: list[dict[str, Floats]] = [{} for _ in reducers]
    for name, _ in aggregate.derived:
        position, _, column = name.partition(":")
        found[int(position)][column] = _floats(answer[name])
    return [
        AggregateRows(of_steps, _with_step_metrics(REDUCERS[reducer](segments, **columns)))
        for reducer, columns in zip(reducers, found, strict=True)
    ]


def _floats(column: Any) -> Floats:
    """A column of an answer, float64 [rows], NaN where it is NULL."""
    found, missing = np.asarray(column, np.float64), np.ma.getmask(column)
    return found if missing is np.ma.nomask else np.where(missing, np.nan, found)


def _merged(aggregates: Sequence[Aggregate]) -> Aggregate:
    """One aggregate that computes the columns of several, named by the positions of aggregate and column.

    Names of a log differ by case, which those of the database must not.
    """
    if len(aggregates) == 1 and aggregates[0].by:
        only = aggregates[0]
        return replace(
            only, columns=tuple((f"0.{place}", sql) for place, (_, sql) in enumerate(only.columns))
        )
    inner = [
        # only what is derived has its place in braces: other SQL may have names of the user's with braces of their own
        (f"{position}:{name}", sql.format(at=f"{position}:") if aggregate.derived else sql)
        for position, aggregate in enumerate(aggregates)
        for name, sql in aggregate.inner
    ]
    derived = [
        (f"{position}:{name}", sql)
        for position, aggregate in enumerate(aggregates)
        for name, sql in aggregate.derived
    ]
    columns = [
        (f"{position}.{place}", sql.format(at=f"{position}:"))
        for position, aggregate in enumerate(aggregates)
        for place, (_, sql) in enumerate(aggregate.columns)
    ]
    groups = any(aggregate.groups for aggregate in aggregates)
    reducer = aggregates[0].reducer  # the others have one as well, or none has
    return Aggregate(tuple(columns), tuple(inner), groups=groups, derived=tuple(derived), reducer=reducer)


def _with_step_metrics(columns: dict[str, Floats]) -> dict[str, Floats]:
    """The columns with the step metrics in place of the sums that these are made of, in the order of the answer."""
    sums = {name: columns.pop(name) for name in SUM_NAMES if name in columns}
    last = {name: columns.pop(name) for name in (FIRST_STEP_KL,) if name in columns}
    return columns | step_metrics(sums) | last


def concatenated(tables: Sequence[AggregateRows]) -> AggregateRows:
    """The rows of several relations that have no key in common, one after the other."""
    keys = tuple(np.concatenate(columns) for columns in zip(*(table.keys for table in tables), strict=True))
    columns = {name: np.concatenate([table.columns[name] for table in tables]) for name in tables[0].columns}
    return AggregateRows(keys, columns)
