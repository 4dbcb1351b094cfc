"""The SQL that reduces samples to steps, one aggregate a query: the statistics of a metric, or some of the step metrics.

One aggregate at a time keeps the memory small: quantiles of twenty metrics over a million samples at once need more than
400 MB, those of one metric next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.run_schema import GROUP_KEY, RunSchema
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.index.column_names import hidden, metric, quoted, text
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_sums import SUM_NAMES, step_metrics
from tensorboard_plugin_rlboard.metrics.thresholds import ZERO_ADVANTAGE_SPREAD

if TYPE_CHECKING:
    import duckdb

QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
INTEGER_STATISTICS = frozenset({"count", "nonfinite"})
"""Statistics that are whole numbers."""
STEP_AGGREGATES = ("", "groups", "duplicates")
"""Names of the aggregates of step metrics. The first has a row for every step; the others may leave steps out. Those of
metrics have other names: they are prefixed."""
ROWS_AT_ONCE = 200_000
"""AggregateRows that one query reduces for one metric: a few dozen MB for its quantiles. Fewer rows, more metrics at once."""
FIRST_STEP_KL = "first_step_kl"


@dataclass(frozen=True)
class Aggregate:
    """Columns of the steps that one query computes. Two equal aggregates compute the same.

    Attributes:
        columns: (name, SQL over `inner`); where there is no `by`, `{at}` stands before the names of `inner`.
        inner: (name, aggregate over the samples of a step, or of each of its groups).
        by: what makes samples of a step a group, empty where there are none; then `columns` are aggregates as well.
        where: which samples count.
        groups: whether the samples have to bring the group metrics along.
    """

    columns: tuple[tuple[str, str], ...]
    inner: tuple[tuple[str, str], ...]
    by: str = ""
    where: str = "true"
    groups: bool = False

    def sql(self, source: str, where: str, keys: str) -> str:
        """The query over a relation; `keys` are the columns that tell steps apart."""
        inner = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.inner)
        outer = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.columns)
        by = f", {self.by}" if self.by else ""
        rows = f"SELECT {keys}, {inner} FROM {source} WHERE {where} AND {self.where} GROUP BY {keys}{by}"
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
    at_once = max(1, ROWS_AT_ONCE // max(1, samples.count))
    alone = [name for name, aggregate in aggregates.items() if aggregate.by]
    together = [name for name, aggregate in aggregates.items() if not aggregate.by]
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
                column: np.ma.filled(np.ma.asarray(answer[f"{position}:{column}"], np.float64), np.nan)
                for column, _ in aggregates[name].columns
            }
            results[name] = AggregateRows(key_columns, _with_step_metrics(columns))
    return {name: results[name] for name in aggregates}


def _merged(aggregates: Sequence[Aggregate]) -> Aggregate:
    """One aggregate that computes the columns of several, each with the position of its own before its name."""
    if len(aggregates) == 1 and aggregates[0].by:
        only = aggregates[0]
        return replace(only, columns=tuple((f"0:{name}", sql) for name, sql in only.columns))
    inner = [
        (f"{position}:{name}", sql)
        for position, aggregate in enumerate(aggregates)
        for name, sql in aggregate.inner
    ]
    columns = [
        (f"{position}:{name}", sql.format(at=f"{position}:"))
        for position, aggregate in enumerate(aggregates)
        for name, sql in aggregate.columns
    ]
    return Aggregate(tuple(columns), tuple(inner), groups=any(aggregate.groups for aggregate in aggregates))


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
    finite = f"FILTER (isfinite({x}))"
    if schema.is_token_mean(name):
        token_metric = name.removesuffix("_mean")
        total, count = metric(f"{token_metric}_sum"), hidden(f"{token_metric}_count")
        counted = {
            "count": f"sum({count})",
            "nonfinite": f"sum({hidden(f'{token_metric}_nonfinite')})",
            "sum": f"sum({total})",
            "mean": f"sum({total}) / nullif(sum({count}), 0)",
        }
    else:
        counted = {
            "count": f"count({x}) {finite}",
            "nonfinite": f"count({x}) FILTER (NOT isfinite({x}))",
            "sum": f"sum({x}) {finite}",
            "mean": f"avg({x}) {finite}",
        }
    single = counted | {
        "std": f"stddev_pop({x}) {finite}",
        "min": f"min({x}) {finite}",
        "max": f"max({x}) {finite}",
    }
    levels = ", ".join(str(level) for level in QUANTILES.values())
    columns = {column: f'"{{at}}{column}"' for column in single} | {
        column: f'"{{at}}levels"[{position}]' for position, column in enumerate(QUANTILES, 1)
    }
    inner = single | {"levels": f"quantile_cont({x}, [{levels}]) {finite}"}
    return Aggregate(
        tuple(columns.items()),
        tuple(inner.items()),
        groups=schema.needs_groups([name]),
    )


def step_aggregates(schema: RunSchema) -> dict[str, Aggregate]:
    """The step metrics of docs/metrics.md that the run has what it needs for; names are those of `STEP_AGGREGATES`."""
    gap, reward, length = metric("reward_gap"), metric("reward"), metric("n_tokens")
    finite = f"FILTER (isfinite({gap}))"
    both = f"FILTER (isfinite({reward}) AND isfinite({length}))"
    columns = {
        "n_samples": "count(*)",
        "win": f"avg(CAST({gap} > 0 AS DOUBLE)) {finite}",
        "tie": f"avg(CAST({gap} = 0 AS DOUBLE)) {finite}",
        "loss": f"avg(CAST({gap} < 0 AS DOUBLE)) {finite}",
        "reward_length_correlation": f"corr({reward}, {length}) {both}",
        "truncation_share": f"avg({metric('truncated')})",
    }
    columns |= {name: f"sum({hidden(name)})" for name in SUM_NAMES if name in schema.stored_sums}
    if "k3_sum" in schema.metric_sql:  # of every step; which of them is the first is said later
        columns[FIRST_STEP_KL] = f"sum({metric('k3_sum')}) / nullif(sum({hidden('k3_count')}), 0)"
    of_samples = Aggregate(tuple((name, f'"{{at}}{name}"') for name in columns), tuple(columns.items()))
    return dict(zip(STEP_AGGREGATES, (of_samples, _group_shares(), _duplicate_share()), strict=True))


def _group_shares() -> Aggregate:
    """Shares over the groups of each step."""
    reward = metric("reward")
    finite = f"FILTER (isfinite({reward}))"
    zero = f"spread <= {ZERO_ADVANTAGE_SPREAD}"
    return Aggregate(
        (
            ("zero_advantage_groups", f"avg(CAST({zero} AS DOUBLE)) FILTER (n >= 2)"),
            ("all_good_groups", f"avg(CAST({zero} AND mean > 0 AS DOUBLE)) FILTER (n >= 2)"),
            ("all_bad_groups", f"avg(CAST({zero} AND mean <= 0 AS DOUBLE)) FILTER (n >= 2)"),
        ),
        (
            ("n", f"count({reward}) {finite}"),
            ("spread", f"max({reward}) {finite} - min({reward}) {finite}"),
            ("mean", f"avg({reward}) {finite}"),
        ),
        by=GROUP_KEY,
    )


def _duplicate_share() -> Aggregate:
    """The share of repeated responses among those to one prompt.

    Told apart by a hash of 64 bits: texts as keys would need the memory of all responses.
    """
    response = text("response")
    return Aggregate(
        (("duplicate_share", "avg(1.0 - different / n) FILTER (n >= 2)"),),
        (("different", f"count(DISTINCT hash({response}))"), ("n", "count(*)")),
        by="prompt_key",
        where=f"{response} IS NOT NULL AND prompt_key IS NOT NULL",
    )


def at_first_step(values: Floats, steps: Ints, first: int | None) -> Floats:
    """`first_step_kl` at the first step of the training and nowhere else; None where the training was resumed."""
    return np.where(steps == first, values, np.nan) if first is not None else np.full(len(steps), np.nan)
