"""Reductions over the samples of flat arrays: the tokens of many samples one after another.

`starts` is the first position of each sample and `sizes` its number of tokens, int64 [samples] both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LONG = 192
"""Tokens of a sample on average from which one call for each sample is faster than one pass over all."""
_MODERATE = 1e5
"""Up to this size the rounding error of a sum over a whole block stays below 1e-9."""


def segment_sum(x: Floats, starts: Ints, sizes: Ints) -> Floats:
    """Sums per sample; 0 for samples without tokens (which np.add.reduceat alone would get wrong)."""
    out = np.zeros(len(sizes))
    filled = sizes > 0
    if filled.all():
        return np.asarray(np.add.reduceat(x, starts), np.float64) if len(x) else out
    if filled.any():
        out[filled] = np.add.reduceat(x, starts[filled])
    return out


def spread(per_sample: Floats, sizes: Ints) -> Floats:
    """One number for each sample, repeated for each of its tokens."""
    return np.repeat(per_sample, sizes)


def first_maximum(x: Floats, highest: Floats, starts: Ints, sizes: Ints) -> Floats:
    """Position within its sample of the first value that equals the sample's highest; every sample has tokens."""
    if len(x) >= _LONG * len(sizes):
        ends = (starts + sizes).tolist()
        return np.asarray(
            [x[start:end].argmax() for start, end in zip(starts.tolist(), ends, strict=True)], float
        )
    hits = np.flatnonzero(x == spread(highest, sizes))
    owners = np.searchsorted(starts, hits, side="right") - 1
    first = starts.copy()
    first[owners[::-1]] = hits[::-1]  # later writes win: hits run backwards, so the first maximum stays
    return (first - starts).astype(np.float64)


@np.errstate(over="ignore", invalid="ignore")
def suffix_sum(x: Floats, starts: Ints, sizes: Ints, factor: float) -> Floats:
    """y_t = x_t + factor * y_{t+1} within each sample; missing (NaN) terms make the earlier ones NaN."""
    if factor == 1.0:
        return _plain_suffix_sum(x, starts, sizes)
    out = x.copy()
    longest = int(sizes.max(initial=0))
    ends = starts + sizes
    for back in range(2, longest + 1):  # all samples walk back together, one position at a time
        at = ends[sizes >= back] - back
        out[at] += factor * out[at + 1]
    return out


def _plain_suffix_sum(x: Floats, starts: Ints, sizes: Ints) -> Floats:
    if (
        len(x) < _LONG * len(sizes) and np.abs(x).sum() < _MODERATE
    ):  # short samples, nothing that spoils the next
        before = np.cumsum(x[::-1])[::-1]
        behind = np.append(before, 0.0)[starts + sizes]
        return before - spread(behind, sizes)
    out = np.empty_like(x)
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        out[start : start + size] = x[start : start + size][::-1].cumsum()[::-1]
    return out


def next_value(values: Floats, starts: Ints, sizes: Ints) -> Floats:
    """values_{t+1} within each sample, 0 after the last token."""
    out = np.empty_like(values)
    if len(values):
        out[:-1] = values[1:]
        out[(starts + sizes - 1)[sizes > 0]] = 0.0
    return out
