"""Statistics of token metrics over the tokens of each sample.

Formulas: docs/metrics.md, "Per sample". The layout of the flat arrays is that of `segments`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.large_numbers import scaled_moments
from tensorboard_plugin_rlboard.metrics.segments import (
    Bools,
    Floats,
    Ints,
    repeat_per_token,
    segment_argmax,
    segment_sum,
)
from tensorboard_plugin_rlboard.metrics.tokens import Tokens


@dataclass(frozen=True)
class SampleStatistics:
    """Statistics of one token metric over the tokens of each sample, float64 [samples] each.

    They are taken over the finite, present, unmasked values, and are NaN where a sample has none; the counts are 0 then.

    Attributes:
        count: number of those values.
        nonfinite: number of present, unmasked values that are NaN or infinite.
        sum: in the unit of the metric, like the rest but `argmax`; infinite where it is too large for a float64.
        mean: finite, like all that follow.
        std: population standard deviation.
        min: smallest value.
        max: largest value.
        argmax: position of the first maximum in the response, counted from 0.
        absmean: mean of the absolute values.
    """

    count: Floats
    nonfinite: Floats
    sum: Floats
    mean: Floats
    std: Floats
    min: Floats
    max: Floats
    argmax: Floats
    absmean: Floats


def statistics(tokens: Tokens, name: str) -> SampleStatistics:
    """Statistics per sample of one token metric of `tokens`, logged or derived."""
    x = tokens.values[name]
    present = tokens.mask
    if name in tokens.missing:
        present = ~tokens.missing[name] if present is None else present & ~tokens.missing[name]
    included = np.isfinite(x) if present is None else np.isfinite(x) & present
    filled = tokens.sizes > 0
    starts, sizes = tokens.starts[filled], tokens.sizes[filled]
    found = np.full((9, len(filled)), np.nan)
    found[:2] = 0.0
    if included.all() and len(x):
        found[:, filled] = _statistics_of_all(x, starts, sizes)
    elif len(x):
        found[:, filled] = _statistics_of_included(x, included, present, starts, sizes)
    of_samples = SampleStatistics(*found)
    _replace_overflows(of_samples, tokens, x, included)
    return of_samples


def _replace_overflows(found: SampleStatistics, tokens: Tokens, x: Floats, included: Bools) -> None:
    """Computes once more what has overflowed, though every number of the sample is a float64."""
    sums = (found.sum, found.mean, found.std, found.absmean)
    overflown = (found.count > 0) & ~np.logical_and.reduce([np.isfinite(array) for array in sums])
    for sample in np.flatnonzero(overflown).tolist():
        start, size = int(tokens.starts[sample]), int(tokens.sizes[sample])
        own = x[start : start + size][included[start : start + size]]
        for array, number in zip(sums, scaled_moments(own), strict=True):
            array[sample] = number


@np.errstate(over="ignore", invalid="ignore")
def _statistics_of_all(x: Floats, starts: Ints, sizes: Ints) -> tuple[Floats, ...]:
    """The fields of `SampleStatistics` where every value counts; no sample is empty."""
    count = sizes.astype(np.float64)
    total = np.add.reduceat(x, starts)
    low, high = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    mean = total / count
    centred = x - repeat_per_token(mean, sizes)
    np.square(centred, out=centred)
    std = np.sqrt(np.add.reduceat(centred, starts) / count)
    same_sign = (low >= 0.0) | (
        high <= 0.0
    )  # then the mean of absolute values is that of the mean, and costs nothing
    absmean = np.abs(mean) if same_sign.all() else np.add.reduceat(np.abs(x), starts) / count
    argmax = segment_argmax(x, high, starts, sizes)
    return count, np.zeros(len(count)), total, mean, std, low, high, argmax, absmean


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def _statistics_of_included(
    x: Floats, included: Bools, present: Bools | None, starts: Ints, sizes: Ints
) -> tuple[Floats, ...]:
    """The same where some values are left out; NaN for samples of which none is left."""
    count = segment_sum(included.astype(np.float64), starts, sizes)
    n_present = sizes if present is None else segment_sum(present.astype(np.float64), starts, sizes)
    y = np.where(included, x, 0.0)
    nan_if_none = np.where(count > 0, 1.0, np.nan)
    total = segment_sum(y, starts, sizes) * nan_if_none
    mean = total / count
    squares = np.square(np.where(included, y - repeat_per_token(mean, sizes), 0.0))
    std = np.sqrt(segment_sum(squares, starts, sizes) / count)
    low = np.minimum.reduceat(np.where(included, x, np.inf), starts) * nan_if_none
    bounded = np.where(included, x, -np.inf)
    high = np.maximum.reduceat(bounded, starts)
    argmax = segment_argmax(bounded, high, starts, sizes) * nan_if_none
    absmean = segment_sum(np.abs(y), starts, sizes) / count
    return count, n_present - count, total, mean, std, low, high * nan_if_none, argmax, absmean
