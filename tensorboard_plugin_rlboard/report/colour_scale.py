"""From a token's number to its colour: the scale of the tab's heat map (frontend/src/lib/colourScale.ts), so that a page looks like it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

BUCKETS = 31
"""Colours of a palette. Odd, so that zero has the neutral middle for itself."""


@dataclass(frozen=True)
class Scale:
    """How numbers become colours of a palette.

    Attributes:
        palette: `diverging` about zero, or one hue from pale to strong.
        low, high: its ends.
        is_low_strong: whether the low end is the strong one: an unlikely token stands out, not a likely one.
    """

    palette: Literal["diverging", "ramp"]
    low: float
    high: float
    is_low_strong: bool = False


def robust_scale(values: Iterable[float | None], kind: str) -> Scale | None:
    """A scale that ends at the 1st and the 99th percentile, so that one outlier does not paint everything else alike.

    Args:
        values: numbers of the whole response; what is missing or not finite does not count.
        kind: of their metric (`metrics/catalog/metric.py`).

    Returns:
        None where nothing is finite.
    """
    finite = np.sort([value for value in values if value is not None and math.isfinite(value)])
    if not len(finite):
        return None
    low, high = (float(end) for end in np.quantile(finite, [0.01, 0.99]))
    if not low < high:  # nearly all alike: the few others are what is to be seen
        low, high = float(finite[0]), float(finite[-1])
    if kind == "signed" or (kind == "value" and low < 0 < high):
        end = max(abs(low), abs(high)) or 1.0
        return Scale("diverging", -end, end)
    if kind == "probability":
        return Scale("ramp", 0.0, 1.0, is_low_strong=True)
    if kind == "log_probability":
        return _ramp(low if low < 0 else -1.0, max(0.0, high), is_low_strong=True)
    if kind == "flag":
        return Scale("ramp", 0.0, 1.0)
    return _ramp(low, high) if kind == "value" else _ramp(min(0.0, low), high)


def _ramp(low: float, high: float, *, is_low_strong: bool = False) -> Scale:
    # all alike: measured from zero, so that a constant 0 is pale and a constant 5 is not
    first, last = (low, high) if low < high else (min(0.0, low), max(0.0, high))
    return Scale("ramp", first, last if first < last else first + 1, is_low_strong)


def bucket_of(scale: Scale, value: float) -> int:
    """The colour of a finite number, 0 to `BUCKETS` - 1; beyond an end it is that end's."""
    share = min(1.0, max(0.0, (value - scale.low) / (scale.high - scale.low)))
    return math.floor((1 - share if scale.is_low_strong else share) * (BUCKETS - 1) + 0.5)


def colour_class(scale: Scale | None, value: float | None) -> str:
    """The class of the style sheet that colours a token: empty for none, `n` without a value, `x` where it is not finite."""
    if value is None:
        return "n"
    if not math.isfinite(value):
        return "x"
    return "" if scale is None else f"{scale.palette[0]}{bucket_of(scale, value)}"
