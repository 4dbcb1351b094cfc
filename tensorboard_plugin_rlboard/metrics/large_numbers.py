"""Means and deviations of numbers so large that their sums or squares overflow a float64."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats

_SUM_SCALE, _SQUARE_SCALE = -64, -560
"""Powers of two: 2^64 of the largest numbers have a sum then, and as many of the largest squares. What is lost of small
numbers is a part of 2^-500 of the largest one, and only numbers from 2^450 on come here."""


class Moments(NamedTuple):
    """The result of `scaled_moments`: all finite, except a sum that no float64 holds, which is infinite."""

    total: float
    mean: float
    std: float
    absmean: float


@np.errstate(over="ignore", under="ignore")
def scaled_moments(x: Floats) -> Moments:
    """Sum, mean, population standard deviation and mean of absolute values of finite numbers, one or more."""
    # Rounding must not lead beyond the numbers themselves: the largest float64 is its own mean.
    low, high = x.min(), x.max()
    small = np.ldexp(x, _SUM_SCALE)
    total = small.sum()
    mean = np.clip(np.ldexp(total / len(x), -_SUM_SCALE), low, high)
    centred = np.ldexp(x, _SQUARE_SCALE) - np.ldexp(mean, _SQUARE_SCALE)
    widest = high / 2 - low / 2
    std = min(np.ldexp(np.sqrt(np.square(centred).mean()), -_SQUARE_SCALE), widest)
    absmean = min(np.ldexp(np.abs(small).sum() / len(x), -_SUM_SCALE), max(abs(low), abs(high)))
    return Moments(float(np.ldexp(total, -_SUM_SCALE)), float(mean), float(std), float(absmean))
