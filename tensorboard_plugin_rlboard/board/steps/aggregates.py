"""The SQL that reduces samples to steps, in units of one query each: a metric, or some of the step metrics.

One unit at a time keeps the memory small: quantiles of twenty metrics over a million samples at once need more than
400 MB, those of one metric next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.run_schema import (
    GROUP_KEY,
    expression,
    needs_groups,
    split_statistic,
)
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.index.column_names import hidden, metric, physical, quoted, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_sums import SUM_NAMES, step_metrics

if TYPE_CHECKING:
    import duckdb

QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
WHOLE = frozenset({"count", "nonfinite"})
"""Statistics that are whole numbers."""
SHARED = ("", "groups", "duplicates")
"""Units of the step metrics. The first knows every step; the others may leave steps out. No metric has such a name
by itself: those of metrics are prefixed."""
ROWS = 200_000
"""Rows that one query reduces for one metric: a few dozen MB for its quantiles. Fewer rows, more metrics at once."""
FIRST_STEP = "first_step_kl"
_ZERO = 1e-8
"""A group whose rewards differ by no more than this gives no advantage (metrics.md)."""


@dataclass(frozen=True)
class Unit:
    """Columns of the steps that one query computes. Two equal units compute the same.

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
class Samples:
    """Some samples of a run, without and with the group metrics, and how many there are at most."""

    plain: Relation
    with_groups: Relation
    count: int


@dataclass(frozen=True)
class Rows:
    """What a unit found: int64 [rows] of each key, float64 [rows] of each column, NaN where there is no value."""

    keys: tuple[Ints, ...]
    columns: Mapping[str, Floats]


def compute(
    cursor: duckdb.DuckDBPyConnection, units: Mapping[str, Unit], samples: Samples, keys: tuple[str, ...]
) -> dict[str, Rows]:
    """What each unit finds in some samples, sorted by the keys; few samples are asked about several units at once."""
    found: dict[str, Rows] = {}
    at_once = max(1, ROWS // max(1, samples.count))
    alone = [name for name, unit in units.items() if unit.by]
    plain = [name for name, unit in units.items() if not unit.by]
    for some in (
        *(plain[i : i + at_once] for i in range(0, len(plain), at_once)),
        *([name] for name in alone),
    ):
        unit = _merged([units[name] for name in some])
        rows = samples.with_groups if unit.groups else samples.plain
        sql = unit.sql(rows.source, rows.where, ", ".join(keys))
        answer = cursor.execute(sql, rows.values).fetchnumpy()
        found_keys = tuple(np.asarray(answer[key], np.int64) for key in keys)
        for place, name in enumerate(some):
            names = {column: f"{place}:{column}" for column, _ in units[name].columns}
            arrays = {
                column: np.ma.filled(np.ma.asarray(answer[alias], np.float64), np.nan)
                for column, alias in names.items()
            }
            found[name] = Rows(found_keys, _finished(arrays))
    return {name: found[name] for name in units}


def _merged(units: Sequence[Unit]) -> Unit:
    """One unit that computes the columns of several, each with the place of its unit before its name."""
    if len(units) == 1 and units[0].by:
        only = units[0]
        return replace(only, columns=tuple((f"0:{name}", sql) for name, sql in only.columns))
    inner = [(f"{place}:{name}", sql) for place, unit in enumerate(units) for name, sql in unit.inner]
    columns = [
        (f"{place}:{name}", sql.format(at=f"{place}:"))
        for place, unit in enumerate(units)
        for name, sql in unit.columns
    ]
    return Unit(tuple(columns), tuple(inner), groups=any(unit.groups for unit in units))


def _finished(columns: dict[str, Floats]) -> dict[str, Floats]:
    """The columns with sums combined, in the order of the answer."""
    sums = {name: columns.pop(name) for name in SUM_NAMES if name in columns}
    last = {name: columns.pop(name) for name in (FIRST_STEP,) if name in columns}
    return columns | step_metrics(sums) | last


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of several relations that have no key in common, one after the other."""
    keys = tuple(np.concatenate(found) for found in zip(*(part.keys for part in parts), strict=True))
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return Rows(keys, columns)


def metric_unit(run: RunIndex, name: str) -> Unit:
    """Statistics of one metric. The mean of a token metric's `_mean` is weighted by tokens, not by samples."""
    x = expression(run, name)
    finite = f"FILTER (isfinite({x}))"
    parts = split_statistic(name)
    if parts and parts[1] == "mean" and physical("h", f"{parts[0]}_count") in run.columns:
        total, count = metric(f"{parts[0]}_sum"), hidden(f"{parts[0]}_count")
        counted = {
            "count": f"sum({count})",
            "nonfinite": f"sum({hidden(f'{parts[0]}_nonfinite')})",
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
        column: f'"{{at}}levels"[{place}]' for place, column in enumerate(QUANTILES, 1)
    }
    inner = single | {"levels": f"quantile_cont({x}, [{levels}]) {finite}"}
    return Unit(
        tuple(columns.items()),
        tuple(inner.items()),
        groups=needs_groups(run, [name]),
    )


def shared_units(run: RunIndex) -> dict[str, Unit]:
    """The per-step table of docs/metrics.md, as far as the run has what it needs; names are those of `SHARED`."""
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
    columns |= {name: f"sum({hidden(name)})" for name in SUM_NAMES if physical("h", name) in run.columns}
    if physical("m", "k3_sum") in run.columns:  # of every step; which of them is the first is said later
        columns[FIRST_STEP] = f"sum({metric('k3_sum')}) / nullif(sum({hidden('k3_count')}), 0)"
    units = [Unit(tuple((name, f'"{{at}}{name}"') for name in columns), tuple(columns.items())), _groups()]
    return dict(zip(SHARED, [*units, _duplicates()], strict=True))


def _groups() -> Unit:
    """Shares over the groups of each step."""
    reward = metric("reward")
    finite = f"FILTER (isfinite({reward}))"
    zero = f"spread <= {_ZERO}"
    return Unit(
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


def _duplicates() -> Unit:
    """The share of repeated responses among those to one prompt.

    Told apart by a hash of 64 bits: texts as keys would need the memory of all responses.
    """
    response = text("response")
    return Unit(
        (("duplicate_share", "avg(1.0 - different / n) FILTER (n >= 2)"),),
        (("different", f"count(DISTINCT hash({response}))"), ("n", "count(*)")),
        by="prompt_key",
        where=f"{response} IS NOT NULL AND prompt_key IS NOT NULL",
    )


def only_first(values: Floats, steps: Ints, first: int | None) -> Floats:
    """`first_step_kl` at the first step of the training and nowhere else; None where the training was resumed."""
    return np.where(steps == first, values, np.nan) if first is not None else np.full(len(steps), np.nan)
