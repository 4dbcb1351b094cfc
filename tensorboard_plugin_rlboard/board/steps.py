"""The curves: statistics of every metric over the samples of each step, and the steps' own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.api import Steps, StepStatistics
from tensorboard_plugin_rlboard.board.columns import fetch
from tensorboard_plugin_rlboard.board.selection import ArgumentError, Relation, Selection, relation
from tensorboard_plugin_rlboard.board.vocabulary import (
    GROUP_KEY,
    expression,
    needs_groups,
    sample_metrics,
    split_statistic,
)
from tensorboard_plugin_rlboard.index.columns import hidden, metric, physical, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.moments import NAMES, combine

if TYPE_CHECKING:
    import duckdb

QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
OVERVIEW = (
    "reward",
    "ref_reward",
    "reward_gap",
    "valid_reward",
    "ref_valid_reward",
    "log_ratio_mean",
    "k2_mean",
    "k3_mean",
    "n_tokens",
    "n_chars",
    "ref_n_chars",
    "entropies_mean",
    "surprise_mean",
    "mismatch_k3_mean",
)
_ZERO = 1e-8
"""A group whose rewards differ by no more than this gives no advantage (metrics.md)."""


def steps(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, metrics: list[str] | None
) -> Steps:
    """Answers /steps.

    Raises:
        ArgumentError: a metric that the run does not have.
    """
    if not run.samples:
        return Steps([], {}, {})
    known = set(sample_metrics(run))
    names = [name for name in OVERVIEW if name in known] if metrics is None else metrics
    for name in names:
        if expression(run, name) is None:
            raise ArgumentError(f"metrics={name} is not a metric of run {run.name}; /runs lists its metrics.")
    rows = relation(cursor, run, chosen, needs_groups(run, names))
    columns = ["step", *(sql for i, name in enumerate(names) for sql in _statistics(run, name, i))]
    found = fetch(
        cursor,
        f"SELECT {', '.join(columns)} FROM {rows.source} WHERE {rows.where} GROUP BY step ORDER BY step",
        rows.values,
    )
    answers = {name: _columns(found, i) for i, name in enumerate(names)}
    return Steps(found["step"], answers, _step_metrics(cursor, run, rows))


def _statistics(run: RunIndex, name: str, i: int) -> list[str]:
    """The aggregates of one metric. The mean of a token metric's `_mean` is weighted by tokens, not by samples."""
    x = expression(run, name)
    finite = f"FILTER (isfinite({x}))"
    parts = split_statistic(name)
    if parts and parts[1] == "mean" and physical("h", f"{parts[0]}_count") in run.columns:
        total, count = metric(f"{parts[0]}_sum"), hidden(f"{parts[0]}_count")
        counted = [
            f"CAST(sum({count}) AS DOUBLE) AS c{i}_count",
            f"CAST(sum({hidden(f'{parts[0]}_nonfinite')}) AS DOUBLE) AS c{i}_nonfinite",
            f"sum({total}) AS c{i}_sum",
            f"sum({total}) / nullif(sum({count}), 0) AS c{i}_mean",
        ]
    else:
        counted = [
            f"count({x}) {finite} AS c{i}_count",
            f"count({x}) FILTER (NOT isfinite({x})) AS c{i}_nonfinite",
            f"sum({x}) {finite} AS c{i}_sum",
            f"avg({x}) {finite} AS c{i}_mean",
        ]
    levels = ", ".join(str(level) for level in QUANTILES.values())
    return [
        *counted,
        f"nullif(stddev_pop({x}) {finite}, CAST('NaN' AS DOUBLE)) AS c{i}_std",  # NaN: its squares overflow
        f"min({x}) {finite} AS c{i}_min",
        f"max({x}) {finite} AS c{i}_max",
        f"quantile_cont({x}, [{levels}]) {finite} AS c{i}_quantiles",
    ]


def _columns(found: dict[str, list[Any]], i: int) -> StepStatistics:
    quantiles = found[f"c{i}_quantiles"]
    levels = {
        name: [None if row is None else float(row[k]) for row in quantiles]
        for k, name in enumerate(QUANTILES)
    }
    single = {
        name: found[f"c{i}_{name}"] for name in ("count", "nonfinite", "sum", "mean", "std", "min", "max")
    }
    return StepStatistics(**single, **levels)


def _step_metrics(cursor: duckdb.DuckDBPyConnection, run: RunIndex, rows: Relation) -> dict[str, list[Any]]:
    """The per-step table of docs/metrics.md, as far as the run has what it needs."""
    gap, reward, length = metric("reward_gap"), metric("reward"), metric("n_tokens")
    finite = f"FILTER (isfinite({gap}))"
    both = f"FILTER (isfinite({reward}) AND isfinite({length}))"
    columns = {
        "n_samples": "CAST(count(*) AS DOUBLE)",
        "win": f"avg(CAST({gap} > 0 AS DOUBLE)) {finite}",
        "tie": f"avg(CAST({gap} = 0 AS DOUBLE)) {finite}",
        "loss": f"avg(CAST({gap} < 0 AS DOUBLE)) {finite}",
        "reward_length_correlation": f"nullif(corr({reward}, {length}) {both}, CAST('NaN' AS DOUBLE))",
        "truncation_share": f"avg({metric('truncated')})",
    }
    sums = {name: f"sum({hidden(name)})" for name in NAMES if physical("h", name) in run.columns}
    wanted = ", ".join(f'{sql} AS "{name}"' for name, sql in (columns | sums).items())
    found = fetch(
        cursor,
        f"SELECT step, {wanted} FROM {rows.source} WHERE {rows.where} GROUP BY step ORDER BY step",
        rows.values,
    )
    table = {name: found[name] for name in columns}
    moments = {name: np.asarray([np.nan if x is None else x for x in found[name]], float) for name in sums}
    for name, array in combine(moments).items():
        table[name] = [None if np.isnan(x) else x for x in array.tolist()]
    table["first_step_kl"] = _first_step_kl(cursor, run, rows, found["step"])
    return {
        name: column
        for name, column in (table | _groups(cursor, rows)).items()
        if any(x is not None for x in column)
    }


def _first_step_kl(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, rows: Relation, shown: list[int]
) -> list[float | None]:
    """Mean k3 over the tokens of the first step of a training that was not resumed; None at every other step."""
    nothing: list[float | None] = [None] * len(shown)
    if run.attempts > 1 or physical("m", "k3_sum") not in run.columns:
        return nothing
    first = f"SELECT min(step) FROM {run.table} WHERE split = ?"
    mean = f"sum({metric('k3_sum')}) / nullif(sum({hidden('k3_count')}), 0)"
    found = cursor.execute(
        f"SELECT step, {mean} FROM {rows.source} WHERE {rows.where} AND step = ({first}) GROUP BY step",
        [*rows.values, rows.values[0]],  # a relation's first value is its split
    ).fetchall()
    values = {int(step): value for step, value in found}
    return [values.get(step) for step in shown]


def _groups(cursor: duckdb.DuckDBPyConnection, rows: Relation) -> dict[str, list[Any]]:
    """Shares over the groups and prompts of each step."""
    reward = metric("reward")
    finite = f"FILTER (isfinite({reward}))"
    groups = (
        f"SELECT step, count({reward}) {finite} AS n, max({reward}) {finite} - min({reward}) {finite} AS spread, "
        f"avg({reward}) {finite} AS mean FROM {rows.source} WHERE {rows.where} GROUP BY step, {GROUP_KEY}"
    )
    zero = f"spread <= {_ZERO}"
    shares = {
        "zero_advantage_groups": f"avg(CAST({zero} AS DOUBLE)) FILTER (n >= 2)",
        "all_good_groups": f"avg(CAST({zero} AND mean > 0 AS DOUBLE)) FILTER (n >= 2)",
        "all_bad_groups": f"avg(CAST({zero} AND mean <= 0 AS DOUBLE)) FILTER (n >= 2)",
    }
    wanted = ", ".join(f"{sql} AS {name}" for name, sql in shares.items())
    found = fetch(cursor, f"SELECT step, {wanted} FROM ({groups}) GROUP BY step ORDER BY step", rows.values)
    prompts = (
        f"SELECT step, 1.0 - count(DISTINCT {text('response')}) / count(*) AS share, count(*) AS n "
        f"FROM {rows.source} WHERE {rows.where} AND {text('response')} IS NOT NULL AND prompt_key IS NOT NULL "
        "GROUP BY step, prompt_key"
    )
    repeated = fetch(
        cursor,
        f"SELECT s.step, d.share FROM (SELECT DISTINCT step FROM {rows.source} WHERE {rows.where}) s LEFT JOIN "
        f"(SELECT step, avg(share) FILTER (n >= 2) AS share FROM ({prompts}) GROUP BY step) d USING (step) ORDER BY 1",
        rows.values + rows.values,
    )
    return {**{name: found[name] for name in shares}, "duplicate_share": repeated["share"]}
