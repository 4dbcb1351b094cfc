"""Reductions over segments: the tokens of many samples lie one after another in one flat array, a segment per sample.

In every function `x` (or `values`) is float64 [tokens], `starts` is the first position of each sample and `sizes` its
number of tokens, both int64 [samples]. The segments follow each other without gaps, and a segment may be empty.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LONG_SEGMENT = 192
"""Tokens per sample on average from which one call for each sample is faster than one pass over all tokens."""
_LARGE, _SCALE = 2.0**900, 64
"""From where on a sum may leave the numbers of a float64 on its way, and the power of two by which it is made smaller."""
_WIDTHS = (4, 16, 48, 96, _LONG_SEGMENT)
"""Segments up to these lengths are summed side by side, as rows of one table for each: little of it is padding."""


def segment_sum(x: Floats, starts: Ints, sizes: Ints) -> Floats:
    """Sum of each segment, float64 [samples]; 0 for an empty one (which np.add.reduceat alone would get wrong)."""
    out = np.zeros(len(sizes))
    filled = sizes > 0
    if filled.any():
        out[filled] = np.add.reduceat(x, starts[filled])
    return out


def sorted_segments(x: Floats, starts: Ints, sizes: Ints) -> Floats:
    """The numbers of each segment from the smallest on, float64 [tokens]; without NaN."""
    out = x.copy()
    several = sizes > 1
    # One call for each is faster than one sort of all by two keys, also where segments are short.
    for start, end in zip(starts[several].tolist(), (starts + sizes)[several].tolist(), strict=True):
        out[start:end].sort()
    return out


def segment_any(x: Bools, starts: Ints, sizes: Ints) -> Bools:
    """Whether any position of each segment is True, bool [samples]; False for an empty one."""
    out = np.zeros(len(sizes), bool)
    filled = sizes > 0
    if filled.any():
        out[filled] = np.logical_or.reduceat(x, starts[filled])
    return out


def repeat_per_token(per_sample: Floats, sizes: Ints) -> Floats:
    """Repeats the number of each sample for each of its tokens, float64 [tokens]."""
    return np.repeat(per_sample, sizes)


def segment_argmax(x: Floats, highest: Floats, starts: Ints, sizes: Ints) -> Floats:
    """Position of the first maximum within each segment, counted from 0, float64 [samples].

    Args:
        x: values without NaN.
        highest: maximum of each segment, float64 [samples].
        starts: see the module.
        sizes: see the module; no segment is empty.
    """
    if len(x) >= _LONG_SEGMENT * len(sizes):
        ends = (starts + sizes).tolist()
        return np.asarray(
            [x[start:end].argmax() for start, end in zip(starts.tolist(), ends, strict=True)], float
        )
    hits = np.flatnonzero(x == repeat_per_token(highest, sizes))
    owners = np.searchsorted(starts, hits, side="right") - 1
    first = starts.copy()
    first[owners[::-1]] = hits[::-1]  # later writes win: hits run backwards, so the first maximum stays
    return (first - starts).astype(np.float64)


@np.errstate(over="ignore", invalid="ignore")
def discounted_cumsum(x: Floats, starts: Ints, sizes: Ints, discount: float) -> Floats:
    """Discounted sum of what is still to come: y_t = x_t + discount * y_{t+1} within each segment, float64 [tokens].

    With rewards it is the return to go, with TD errors and gamma * lambda it is GAE (arXiv 1506.02438, section 3).
    A NaN makes every earlier position of its segment NaN, and no other segment.
    """
    out = _discounted(x, starts, sizes, discount)
    large = np.flatnonzero(np.abs(x) > _LARGE)
    large = large[np.isfinite(x[large])]
    if len(large):
        # A sum beyond float64 must not take along the positions before it, where rewards bring it back.
        filled = np.flatnonzero(sizes > 0)
        owners = filled[np.unique(np.searchsorted(starts[filled], large, side="right") - 1)]
        small = _discounted(np.ldexp(x, -_SCALE), starts[owners], sizes[owners], discount)
        for start, size in zip(starts[owners].tolist(), sizes[owners].tolist(), strict=True):
            out[start : start + size] = np.ldexp(small[start : start + size], _SCALE)
    return out


def _discounted(x: Floats, starts: Ints, sizes: Ints, discount: float) -> Floats:
    """The same without a look at how large the numbers are."""
    if discount == 1.0:
        return _undiscounted_cumsum(x, starts, sizes)
    out = x.copy()
    longest = int(sizes.max(initial=0))
    ends = starts + sizes
    for back in range(2, longest + 1):  # all segments walk back together, one position at a time
        at = ends[sizes >= back] - back
        out[at] += discount * out[at + 1]
    return out


def _undiscounted_cumsum(x: Floats, starts: Ints, sizes: Ints) -> Floats:
    """Each segment is summed for itself, from its end on: what stands in another one leaves no rounding in it."""
    out = np.empty_like(x)
    shortest = 1
    for width in _WIDTHS:
        members = (sizes >= shortest) & (sizes < width)
        shortest = width
        if not members.any():
            continue
        lengths = sizes[members]
        back = np.arange(int(lengths.max()))
        inside = back < lengths[:, None]
        at = np.where(inside, (starts[members] + lengths - 1)[:, None] - back, 0)
        out[at[inside]] = np.where(inside, x[at], 0.0).cumsum(axis=1)[inside]
    long = sizes >= shortest
    for start, size in zip(starts[long].tolist(), sizes[long].tolist(), strict=True):
        out[start : start + size] = x[start : start + size][::-1].cumsum()[::-1]
    return out


def next_value(values: Floats, starts: Ints, sizes: Ints) -> Floats:
    """values_{t+1} within each segment, float64 [tokens]; 0 after the last token, where the episode has ended."""
    out = np.empty_like(values)
    if len(values):
        out[:-1] = values[1:]
        out[(starts + sizes - 1)[sizes > 0]] = 0.0
    return out
