"""Histogram and density of one metric over a selection, against the reference or another step, on the same bins."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.api import Density, Distribution
from tensorboard_plugin_rlboard.board.selection import ArgumentError, Selection, relation
from tensorboard_plugin_rlboard.board.steps import QUANTILES
from tensorboard_plugin_rlboard.board.vocabulary import expression, needs_groups
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.segments import Floats

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
    both = x if other is None else np.concatenate([x, other])
    low, high = (float(both.min()), float(both.max())) if len(both) else (0.0, 1.0)
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
        counts=np.histogram(x, edges)[0].tolist(),
        against_counts=None if other is None else np.histogram(other, edges)[0].tolist(),
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
    return {name: float(np.quantile(x, level)) if len(x) else None for name, level in QUANTILES.items()}


def _values(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, name: str
) -> tuple[Floats, int]:
    """The finite values of a metric and how many are not finite, or too large for a variance to be."""
    sql = expression(run, name)
    if sql is None:
        raise ArgumentError(f"metric={name} is not a metric of run {run.name}; /runs lists its metrics.")
    rows = relation(cursor, run, chosen, needs_groups(run, [name]))
    found = cursor.execute(
        f"SELECT CAST({sql} AS DOUBLE) AS x FROM {rows.source} WHERE {rows.where} AND {sql} IS NOT NULL",
        rows.values,
    ).fetchnumpy()["x"]
    x = np.asarray(found, np.float64)
    finite = np.abs(x) < _HUGE  # false for NaN
    return x[finite], int(len(x) - finite.sum())


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

    The values are binned finely first, so that a million of them cost what two thousand do.
    """
    spread = float(x.std()) if len(x) > 1 else 0.0
    apart = float(x.max() - x.min()) if len(x) > 1 else 0.0
    if spread <= 0.0 or apart < 2 * _FINE * np.spacing(np.abs(x).max()):  # equal but for their last digits
        return np.zeros(len(grid))
    width = spread * len(x) ** -0.2
    counts, edges = np.histogram(x, _FINE)
    centres = (edges[:-1] + edges[1:]) / 2
    some = counts > 0
    z = (grid[:, None] - centres[some][None, :]) / width
    return np.asarray(
        (np.exp(-0.5 * z * z) @ counts[some]) / (len(x) * width * np.sqrt(2 * np.pi)), np.float64
    )
