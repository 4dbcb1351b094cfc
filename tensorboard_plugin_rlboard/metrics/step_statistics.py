"""Statistics of a metric over the samples of each step: formulas in docs/metrics.md, "Per step".

Floating-point addition rounds, so the same numbers in another order give another last digit. Here the numbers of a step
are added in the order of their size: whoever has indexed a log, and in whichever order its rows lie, the answer is the
same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tensorboard_plugin_rlboard.metrics.segments import (
    Bools,
    Floats,
    Ints,
    repeat_per_token,
    segment_sum,
    sorted_segments,
)

Number = TypeVar("Number", np.float64, np.int64)
QUANTILES = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
STATISTICS = ("count", "nonfinite", "sum", "mean", "min", "max", "std", *QUANTILES)
INTEGER_STATISTICS = frozenset({"count", "nonfinite"})
"""Statistics that are whole numbers."""
_ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""What the rounding of numbers leaves at most of a mean that is 0, as a part of the largest of them."""


@dataclass(frozen=True)
class StepSegments:
    """Which rows belong to which step, in whichever order they come.

    Attributes:
        order: the rows step by step, int64 [rows]; None where they lie so already.
        starts: position of each step's first row in that order, int64 [steps].
        sizes: number of rows of each step, int64 [steps].
    """

    order: Ints | None
    starts: Ints
    sizes: Ints

    def by_step(self, x: NDArray[Number]) -> NDArray[Number]:
        """A number of each row, [rows], step by step."""
        return x if self.order is None else x[self.order]

    def of_rows(self, x: Floats) -> Floats:
        """The number of its step for each row, in the order of the rows; float64 [rows]."""
        by_step = repeat_per_token(x, self.sizes)
        if self.order is None:
            return by_step
        rows = np.empty_like(by_step)
        rows[self.order] = by_step
        return rows


def step_segments(keys: tuple[Ints, ...]) -> StepSegments:
    """The segments of rows with equal keys, int64 [rows] each; sorted by the first key, then the second."""
    order, rows = None, len(keys[0])
    backwards, changes = _backwards_and_changes(keys)
    if backwards.any():
        order = np.lexsort(keys[::-1])
        changes = _backwards_and_changes(tuple(key[order] for key in keys))[1]
    starts = np.append(np.zeros(min(1, rows), np.int64), np.flatnonzero(changes) + 1)
    return StepSegments(order, starts, np.diff(starts, append=rows))


def ordered_sum(x: Floats, segments: StepSegments) -> Floats:
    """The sum of each step's numbers, float64 [steps]; NaN where it has none."""
    values, starts, sizes = sorted_without_nan(x, segments)
    return np.where(sizes > 0, segment_sum(values, starts, sizes), np.nan)


def ordered_mean(x: Floats, segments: StepSegments) -> Floats:
    """The mean of each step's numbers, float64 [steps]; NaN where it has none."""
    values, starts, sizes = sorted_without_nan(x, segments)
    return np.where(sizes > 0, segment_sum(values, starts, sizes), np.nan) / np.maximum(1, sizes)


def sorted_without_nan(x: Floats, segments: StepSegments) -> tuple[Floats, Ints, Ints]:
    """The numbers without NaN, sorted within each step, with the starts and sizes of the steps."""
    x = segments.by_step(x)
    counts = ~np.isnan(x)
    sizes, starts = segments.sizes, segments.starts
    if not counts.all():
        sizes = segment_sum(counts.astype(np.float64), starts, sizes).astype(np.int64)
        starts = np.cumsum(sizes) - sizes
        x = x[counts]
    return sorted_segments(x, starts, sizes), starts, sizes


def metric_statistics(segments: StepSegments, x: Floats, odd: Floats, **tokens: Floats) -> dict[str, Floats]:
    """The `STATISTICS` of a metric; of a metric of tokens where `total`, `tokens` and `nonfinite` are given as well."""
    if tokens:
        return token_mean_statistics(segments, x, odd, **tokens)
    return sample_statistics(segments, x, odd)


def sample_statistics(segments: StepSegments, x: Floats, odd: Floats) -> dict[str, Floats]:
    """The `STATISTICS` of a metric of samples, float64 [steps] each; NaN where a step has no number.

    Args:
        segments: the steps of the rows.
        x: the metric of each row, float64 [rows], NaN where it does not count.
        odd: 1 for each row with a number that does not count, NaN for the others; float64 [rows].
    """
    values, starts, sizes = sorted_without_nan(x, segments)
    total = np.where(sizes > 0, segment_sum(values, starts, sizes), np.nan)
    spread = _spread(values, starts, sizes)
    added, mean = _without_rounding(total, np.maximum(1, sizes), spread)
    return {
        "count": sizes.astype(np.float64),
        "nonfinite": _sum_of_integers(odd, segments),
        "sum": added,
        "mean": mean,
        **spread,
    }


def token_mean_statistics(
    segments: StepSegments, x: Floats, odd: Floats, total: Floats, tokens: Floats, nonfinite: Floats
) -> dict[str, Floats]:
    """The same of a metric of tokens: count, sum and mean are over all tokens of a step, the rest over its samples' means.

    Args:
        segments: the steps of the rows.
        x: the mean over the tokens of each row, float64 [rows], NaN where it does not count.
        odd: tokens of the rows whose mean is a number that does not count, NaN for the others; float64 [rows].
        total: the sum of the tokens of `x`, float64 [rows].
        tokens: how many they are, float64 [rows].
        nonfinite: tokens of each row without a finite number, NaN where it has no tokens; float64 [rows].
    """
    values, starts, sizes = sorted_without_nan(x, segments)
    count = _sum_of_integers(tokens, segments)
    spread = _spread(values, starts, sizes)
    added, mean = _without_rounding(ordered_sum(total, segments), np.where(count > 0, count, np.nan), spread)
    has_tokens = _sum_of_integers((~np.isnan(nonfinite)).astype(np.float64), segments) > 0
    return {
        "count": count,
        "nonfinite": np.where(
            has_tokens, _sum_of_integers(nonfinite, segments) + _sum_of_integers(odd, segments), np.nan
        ),
        "sum": added,
        "mean": mean,
        **spread,
    }


def _without_rounding(total: Floats, count: Floats, spread: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Sum and mean of each step, float64 [steps]; 0 where all that is left of the mean is rounding.

    Numbers around 0, as differences and advantages are, add up to 0 but for their last digit: 0.3 - 0.2 and 0.2 - 0.3
    do, 0.3 - 0.2 and 0.1 - 0.2 do not. A mean of -2.08e-17 would be read as one.
    """
    mean = total / count
    largest = np.maximum(np.abs(spread["min"]), np.abs(spread["max"]))
    is_rounding = np.abs(mean) <= _ROUNDING * largest
    return np.where(is_rounding, 0.0, total), np.where(is_rounding, 0.0, mean)


def _backwards_and_changes(keys: tuple[Ints, ...]) -> tuple[Bools, Bools]:
    """Where the keys of a row are less than those of the row before it, and where they are others; bool [rows - 1]."""
    backwards = changes = np.zeros(max(0, len(keys[0]) - 1), bool)
    for key in keys:
        backwards = backwards | (~changes & (key[1:] < key[:-1]))
        changes = changes | (key[1:] != key[:-1])
    return backwards, changes


def _sum_of_integers(x: Floats, segments: StepSegments) -> Floats:
    """The sum of whole numbers over each step, float64 [steps]; NaN counts nothing."""
    return segment_sum(np.nan_to_num(segments.by_step(x)), segments.starts, segments.sizes)


def _spread(x: Floats, starts: Ints, sizes: Ints) -> dict[str, Floats]:
    """Extremes, population standard deviation and quantiles of sorted segments; NaN for an empty one."""
    filled = sizes > 0
    starts, sizes = starts[filled], sizes[filled]
    low, high = x[starts], x[starts + sizes - 1]
    mean = segment_sum(x, starts, sizes) / sizes
    centred = x - np.repeat(mean, sizes)
    # Of equal numbers the mean is rounded, and they would seem to vary by that.
    std = np.where(low == high, 0.0, np.sqrt(segment_sum(np.square(centred), starts, sizes) / sizes))
    found = {"min": low, "max": high, "std": std}
    for name, level in QUANTILES.items():
        place = (sizes - 1) * level
        below = np.floor(place).astype(np.int64)
        left, right = x[starts + below], x[starts + np.minimum(below + 1, sizes - 1)]
        found[name] = left + (right - left) * (place - below)
    spread = {}
    for name, values in found.items():
        spread[name] = np.full(len(filled), np.nan)
        spread[name][filled] = values
    return spread
