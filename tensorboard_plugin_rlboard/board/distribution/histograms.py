"""Histogram and density of one metric over a selection, against the reference or another step, on the same bins."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from tensorboard_plugin_rlboard.api import Density, Distribution
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.finite_numbers import finite_ones
from tensorboard_plugin_rlboard.board.missing_column import missing_column_error
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import QUANTILES

REFERENCES = {"reward": "ref_reward", "valid_reward": "ref_valid_reward", "n_chars": "ref_n_chars"}
"""Metrics of the policy and their counterpart of the reference."""
MAX_BINS = 500
_STEP = re.compile(r"-?[0-9]{1,18}")
_GRID_POINTS = 200
"""Points of a density."""
_FINE_BINS = 2048


def distribution(session: RunSession, question: DistributionQuestion) -> Distribution:
    """Answers /distribution.

    Raises:
        ArgumentError: an unknown metric or comparison, or bins out of range.
        StoppedError: a metric that is not known yet while the run is being read.
    """
    if not 1 <= question.bins <= MAX_BINS:
        raise ArgumentError(f"bins takes 1 to {MAX_BINS}.")
    x, nonfinite = _values(session, question.selection, question.metric)
    other, other_nonfinite = _compared_values(session, question)
    low, high = _bin_range(x, other, question)
    edges = np.linspace(low, high, question.bins + 1)
    grid = np.linspace(low, high, _GRID_POINTS)
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
        nonfinite=nonfinite,
        against_count=None if other is None else len(other),
        against_nonfinite=None if other is None else other_nonfinite,
        mean=_mean(x),
        std=_std(x),
        against_mean=None if other is None else _mean(other),
        against_std=None if other is None else _std(other),
    )


def _bin_range(x: Floats, other: Floats | None, question: DistributionQuestion) -> tuple[float, float]:
    """The ends of the bins: as asked for, else the extremes of both sets of sorted values."""
    lo, hi = question.lo, question.hi
    ends = [end for values in (x, other) if values is not None and len(values) for end in values[[0, -1]]]
    low, high = (float(min(ends)), float(max(ends))) if ends else (0.0, 1.0)
    if lo is not None:
        low, high = lo, max(high, lo)
    if hi is not None:
        low, high = low if lo is not None else min(low, hi), hi
    if not (np.isfinite(low) and np.isfinite(high)) or low > high:
        raise ArgumentError("lo and hi take finite numbers, lo at most hi.")
    if low == high:  # one value only: a bin of width one around it
        return low - 0.5, high + 0.5
    return low, high


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
    positions = np.searchsorted(x, edges)
    positions[-1] = np.searchsorted(x, edges[-1], side="right")
    return np.diff(positions)


def _values(session: RunSession, selection: Selection, name: str) -> tuple[Floats, int]:
    """The finite values of a metric, sorted, and how many are not finite (`board.finite_numbers`).

    Sorting once is all that it costs: extremes, quantiles and bins of any width are looked up then.
    """
    sql = session.schema.metric_sql.get(name)
    if sql is None:
        unknown = f"metric={name} is not a metric of run {session.run.name}; /runs lists its metrics."
        raise missing_column_error(session.run, session.schema, name, ArgumentError(unknown))
    with session.snapshot():
        rows = select_samples(session, selection, needs_groups=session.schema.needs_groups([name]))
        column = session.cursor.execute(
            f"SELECT CAST({sql} AS DOUBLE) AS x FROM {rows.table_sql} WHERE {rows.where} AND {sql} IS NOT NULL",
            rows.values,
        ).fetchnumpy()["x"]
    x = np.asarray(column, np.float64)
    finite = np.sort(x[finite_ones(x)])
    return finite, len(x) - len(finite)


def _compared_values(session: RunSession, question: DistributionQuestion) -> tuple[Floats | None, int]:
    """The values that the metric is compared with; None if it is compared with nothing."""
    name, against = question.metric, question.against
    if not against:
        return None, 0
    if against == "reference":
        if name not in REFERENCES:
            raise ArgumentError(f"against=reference takes the metrics {', '.join(REFERENCES)}.")
        return _values(session, question.selection, REFERENCES[name])
    kind, _, step = against.partition(":")
    if kind != "step" or not _STEP.fullmatch(step):
        raise ArgumentError(f"against={against} is not known: it takes reference or step:N.")
    other = replace(question.selection, step=int(step), step_min=None, step_max=None)
    return _values(session, other, name)


def density(x: Floats, grid: Floats) -> Floats:
    """Gaussian kernel density on a grid, bandwidth by Scott's rule, float64 [grid]; zeros where nothing can be said.

    The values, sorted, are binned finely first, so that a million of them cost what two thousand do.
    """
    std = float(x.std()) if len(x) > 1 else 0.0
    extent = float(x[-1] - x[0]) if len(x) > 1 else 0.0
    # The values may be equal but for their last digits.
    if std <= 0.0 or extent < 2 * _FINE_BINS * np.spacing(max(abs(x[0]), abs(x[-1]))):
        return np.zeros(len(grid))
    width = std * len(x) ** -0.2
    edges = np.linspace(x[0], x[-1], _FINE_BINS + 1)
    counts = _counts(x, edges)
    centres = (edges[:-1] + edges[1:]) / 2
    filled = counts > 0
    z = (grid[:, None] - centres[filled][None, :]) / width
    return np.asarray(
        (np.exp(-0.5 * z * z) @ counts[filled]) / (len(x) * width * np.sqrt(2 * np.pi)), np.float64
    )
