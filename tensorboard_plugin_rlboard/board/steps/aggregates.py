"""The SQL that reduces samples to steps, one aggregate a query: the statistics of a metric, or some of the step metrics.

One aggregate at a time keeps the memory small: quantiles of twenty metrics over a million samples at once need more than
400 MB, those of one metric next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.ordered_sums import ordered_list, ordered_sum
from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.index.column_names import hidden, metric, quoted
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_sums import (
    SUM_NAMES,
    step_metrics,
)

if TYPE_CHECKING:
    import duckdb

QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
INTEGER_STATISTICS = frozenset({"count", "nonfinite"})
"""Statistics that are whole numbers."""
ROWS_AT_ONCE = 200_000
"""AggregateRows that one query reduces for one metric: a few dozen MB for its quantiles. Fewer rows, more metrics at once."""
METRICS_AT_ONCE = 8
"""Metrics that one query reduces at most, however few the rows: the plan alone of one that reduces 200 takes gigabytes."""
FIRST_STEP_KL = "first_step_kl"


@dataclass(frozen=True)
class Aggregate:
    """Columns of the steps that one query computes. Two equal aggregates compute the same.

    Attributes:
        columns: (name, SQL over `inner`); where there is no `by`, `{at}` stands before the names of `inner`.
        inner: (name, aggregate over the samples of a step, or of each of its groups); where there is something derived,
            `{at}` stands before its names.
        by: what makes samples of a step a group, empty where there are none; then `columns` are aggregates as well.
        centres: (name, aggregate over the samples of a step) that stand beside each of its samples in `inner`.
        needs: the columns of the samples that an aggregate with centres needs.
        where: which samples count.
        groups: whether the samples have to bring the group metrics along.
        derived: (name, SQL of one sample) that `inner` finds beside the sample's own columns. To plan a query whose
            aggregates say the same condition again and again takes twice as long as to run it on a few samples.
    """

    columns: tuple[tuple[str, str], ...]
    inner: tuple[tuple[str, str], ...]
    by: str = ""
    centres: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    where: str = "true"
    groups: bool = False
    derived: tuple[tuple[str, str], ...] = ()

    def sql(self, source: str, where: str, keys: str) -> str:
        """The query over a relation; `keys` are the columns that tell steps apart."""
        inner = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.inner)
        outer = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.columns)
        by = f", {self.by}" if self.by else ""
        samples, selected = "", f"{source} WHERE {where} AND {self.where}"
        if self.derived:
            derived = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.derived)
            selected = f"(SELECT *, {derived} FROM {selected})"
        if self.centres:
            centres = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.centres)
            samples = (
                f"WITH samples AS MATERIALIZED (SELECT {keys}, {', '.join(self.needs)} FROM {selected}), "
                f"centres AS (SELECT {keys}, {centres} FROM samples GROUP BY {keys}) "
            )
            selected = f"samples JOIN centres USING ({keys})"
        rows = f"SELECT {keys}, {inner} FROM {selected} GROUP BY {keys}{by}"
        return f"{samples}SELECT {keys}, {outer} FROM ({rows}) {f'GROUP BY {keys}' if self.by else ''} ORDER BY {keys}"


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
    """What an aggregate computed: int64 [rows] of each key, float64 [rows] of each column, NaN where there is no value."""

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
    at_once = min(METRICS_AT_ONCE, max(1, ROWS_AT_ONCE // max(1, samples.count)))
    alone = [name for name, aggregate in aggregates.items() if aggregate.by or aggregate.centres]
    together = [name for name in aggregates if name not in alone]
    for names in (
        *(together[i : i + at_once] for i in range(0, len(together), at_once)),
        *([name] for name in alone),
    ):
        aggregate = _merged([aggregates[name] for name in names])
        rows = samples.with_groups if aggregate.groups else samples.plain
        sql = aggregate.sql(rows.source, rows.where, ", ".join(keys))
        answer = cursor.execute(sql, rows.values).fetchnumpy()
        key_columns = tuple(np.asarray(answer[key], np.int64) for key in keys)
        for position, name in enumerate(names):
            columns = {
                column: np.ma.filled(np.ma.asarray(answer[f"{position}.{place}"], np.float64), np.nan)
                for place, (column, _) in enumerate(aggregates[name].columns)
            }
            results[name] = AggregateRows(key_columns, _with_step_metrics(columns))
    return {name: results[name] for name in aggregates}


def _merged(aggregates: Sequence[Aggregate]) -> Aggregate:
    """One aggregate that computes the columns of several, named by the positions of aggregate and column.

    Names of a log differ by case, which those of the database must not.
    """
    if len(aggregates) == 1 and (aggregates[0].by or aggregates[0].centres):
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
    return Aggregate(tuple(columns), tuple(inner), groups=groups, derived=tuple(derived))


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


def metric_aggregate(schema: RunSchema, name: str) -> Aggregate:
    """Statistics of one metric. The mean of a token metric's `_mean` is weighted by tokens, not by samples."""
    x = schema.metric_sql[name]
    finite = is_finite(x)
    derived = {"x": _where(finite, x)}
    if schema.is_token_mean(name):
        token_metric = name.removesuffix("_mean")
        tokens = hidden(f"{token_metric}_count")
        derived |= {
            "tokens": _where(finite, tokens),
            "odd": _where(f"NOT {finite}", tokens),
            "nonfinite_tokens": hidden(f"{token_metric}_nonfinite"),
            "total": _where(finite, metric(f"{token_metric}_sum")),
        }
        total = ordered_sum('"{at}total"')
        counted = {
            "count": 'coalesce(sum("{at}tokens"), 0)',
            "nonfinite": 'sum("{at}nonfinite_tokens") + coalesce(sum("{at}odd"), 0)',
            "sum": total,
            "mean": total + ' / nullif(sum("{at}tokens"), 0)',
        }
    else:
        derived |= {"odd": _where(f"NOT {finite}", "1")}
        counted = {
            "count": 'count("{at}x")',
            "nonfinite": 'count("{at}odd")',
        }
    single = counted | {"min": 'min("{at}x")', "max": 'max("{at}x")'}
    levels = ", ".join(str(level) for level in QUANTILES.values())
    # Gathered and sorted once, for all that rounds.
    of_values = {"sum": "list_sum", "mean": "list_avg", "std": "list_stddev_pop"}
    columns = (
        {column: f'"{{at}}{column}"' for column in single}
        | {
            column: f'{function}("{{at}}values")'
            for column, function in of_values.items()
            if column not in single
        }
        | {column: f'"{{at}}levels"[{position}]' for position, column in enumerate(QUANTILES, 1)}
    )
    inner = single | {
        "values": ordered_list('"{at}x"'),
        "levels": f'quantile_cont("{{at}}x", [{levels}])',
    }
    return Aggregate(
        tuple(columns.items()),
        tuple(inner.items()),
        groups=schema.needs_groups([name]),
        derived=tuple(derived.items()),
    )


def _where(condition: str, x: str) -> str:
    """SQL of a value that counts only under a condition, NULL otherwise: aggregates pass over NULL."""
    return f"CASE WHEN {condition} THEN {x} END"
