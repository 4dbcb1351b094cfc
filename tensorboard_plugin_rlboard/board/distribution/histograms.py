"""Histogram and density of one metric over a selection, against the reference or another step, on the same bins."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.api import Density, Distribution
from tensorboard_plugin_rlboard.board.run_schema import expression, needs_groups
from tensorboard_plugin_rlboard.board.selection import Selection, relation
from tensorboard_plugin_rlboard.board.steps.aggregates import QUANTILES
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

if TYPE_CHECKING:
    import duckdb

REFERENCES = {"reward": "ref_reward", "valid_reward": "ref_valid_reward", "n_chars": "ref_n_chars"}
"""Metrics of the policy and their counterpart of the reference."""
MAX_BINS = 500
_STEP = re.compile(r"-?[0-9]{1,18}")
_GRID = 200
_FINE = 2048
_HUGE = 1e150


def distribution(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    chosen: Selection,
    name: str,
    *,
    bins: int = 40,
    lo: float | None = None,
    hi: float | None = None,
    against: str = "",
) -> Distribution:
    """Answers /distribution.

    Raises:
        ArgumentError: an unknown metric or comparison, or bins out of range.
    """
    if not 1 <= bins <= MAX_BINS:
        raise ArgumentError(f"bins takes 1 to {MAX_BINS}.")
    x, bad = _values(cursor, run, chosen, name)
    other, other_bad = _against(cursor, run, chosen, name, against)
    ends = [end for some in (x, other) if some is not None and len(some) for end in (some[0], some[-1])]
    low, high = (float(min(ends)), float(max(ends))) if ends else (0.0, 1.0)
    if lo is not None:
        low, high = lo, max(high, lo)
    if hi is not None:
        low, high = low if lo is not None else min(low, hi), hi
    if not (np.isfinite(low) and np.isfinite(high)) or low > high:
        raise ArgumentError("lo and hi take finite numbers, lo at most hi.")
    if low == high:  # one value only: a bin of width one around it
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    grid = np.linspace(low, high, _GRID)
    return Distribution(
        edges=edges.tolist(),
        counts=_counts(x, edges).tolist(),
        against_counts=None if other is None else _counts(other, edges).tolist(),
        density=Density(
            grid.tolist(), density(x, grid).tolist(), None if other is None else density(other, grid).tolist()
        ),
        quantiles=_quantiles(x),
        against_quantiles=None if other is None else _quantiles(other),
        count=len(x),
        nonfinite=bad,
        against_count=None if other is None else len(other),
        against_nonfinite=None if other is None else other_bad,
        mean=_mean(x),
        std=_std(x),
        against_mean=None if other is None else _mean(other),
        against_std=None if other is None else _std(other),
    )


def _mean(x: Floats) -> float | None:
    return float(x.mean()) if len(x) else None


def _std(x: Floats) -> float | None:
    return float(x.std()) if len(x) else None


def _quantiles(x: Floats) -> dict[str, float | None]:
    """Interpolated linearly between the two sorted values beside each level."""
    if not len(x):
        return dict.fromkeys(QUANTILES)
    at = (len(x) - 1) * np.asarray(list(QUANTILES.values()))
    before = at.astype(np.int64)
    low, high = x[before], x[np.minimum(before + 1, len(x) - 1)]
    return dict(zip(QUANTILES, (low + (high - low) * (at - before)).tolist(), strict=True))


def _counts(x: Floats, edges: Floats) -> Ints:
    """Sorted values in each bin, int64 [bins]; the last bin contains its upper edge."""
    places = np.searchsorted(x, edges)
    places[-1] = np.searchsorted(x, edges[-1], side="right")
    return np.diff(places)


def _values(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, name: str
) -> tuple[Floats, int]:
    """The finite values of a metric, sorted, and how many are not finite, or too large for a variance to be.

    Sorting once is all that it costs: extremes, quantiles and bins of any width are looked up then.
    """
    sql = expression(run, name)
    if sql is None:
        raise ArgumentError(f"metric={name} is not a metric of run {run.name}; /runs lists its metrics.")
    rows = relation(cursor, run, chosen, needs_groups(run, [name]))
    found = cursor.execute(
        f"SELECT CAST({sql} AS DOUBLE) AS x FROM {rows.source} WHERE {rows.where} AND {sql} IS NOT NULL",
        rows.values,
    ).fetchnumpy()["x"]
    x = np.asarray(found, np.float64)
    some = np.sort(x[np.abs(x) < _HUGE])  # false for NaN
    return some, len(x) - len(some)


def _against(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, name: str, against: str
) -> tuple[Floats | None, int]:
    if not against:
        return None, 0
    if against == "reference":
        if name not in REFERENCES:
            raise ArgumentError(f"against=reference takes the metrics {', '.join(REFERENCES)}.")
        return _values(cursor, run, chosen, REFERENCES[name])
    kind, _, step = against.partition(":")
    if kind != "step" or not _STEP.fullmatch(step):
        raise ArgumentError(f"against={against} is not known: it takes reference or step:N.")
    return _values(cursor, run, replace(chosen, step=int(step), step_min=None, step_max=None), name)


def density(x: Floats, grid: Floats) -> Floats:
    """Gaussian kernel density on a grid, bandwidth by Scott's rule, float64 [grid]; zeros where nothing can be said.

    The values, sorted,  are binned finely first, so that a million of them cost what two thousand do.
    """
    spread = float(x.std()) if len(x) > 1 else 0.0
    apart = float(x[-1] - x[0]) if len(x) > 1 else 0.0
    if spread <= 0.0 or apart < 2 * _FINE * np.spacing(
        max(abs(x[0]), abs(x[-1]))
    ):  # equal but for their last digits
        return np.zeros(len(grid))
    width = spread * len(x) ** -0.2
    edges = np.linspace(x[0], x[-1], _FINE + 1)
    counts = _counts(x, edges)
    centres = (edges[:-1] + edges[1:]) / 2
    some = counts > 0
    z = (grid[:, None] - centres[some][None, :]) / width
    return np.asarray(
        (np.exp(-0.5 * z * z) @ counts[some]) / (len(x) * width * np.sqrt(2 * np.pi)), np.float64
    )
