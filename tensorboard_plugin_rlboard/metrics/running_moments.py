"""Mean and standard deviation of numbers that come piece by piece."""

from __future__ import annotations

import math

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.thresholds import HUGE


class RunningMoments:
    """Count, mean and centred sum of squares of all numbers so far; pieces are pooled (Chan, Golub and LeVeque 1979).

    Sums of squares would leave nothing of the differences between numbers around a million. As everywhere where samples
    are put together, NaN, infinite numbers and those from 1e150 on do not count.

    Attributes:
        count: how many numbers count.
    """

    def __init__(self) -> None:
        self.count = 0
        self._mean = 0.0
        self._centred_squares = 0.0

    def add(self, values: Floats) -> None:
        """Takes further numbers, float64 [any number]."""
        finite = values[np.abs(values) < HUGE]
        if not len(finite):
            return
        rough = float(finite.mean())
        mean = rough + float((finite - rough).mean())  # the first one is rounded by as much as its sum is
        squares = float(np.square(finite - mean).sum())
        count, mean_difference = self.count + len(finite), mean - self._mean
        share = len(finite) / count
        self._centred_squares += squares + mean_difference * mean_difference * self.count * share
        self._mean += mean_difference * share
        self.count = count

    @property
    def mean(self) -> float:
        """The mean; NaN of no number."""
        return self._mean if self.count else math.nan

    @property
    def std(self) -> float:
        """The population standard deviation; NaN of no number."""
        return math.sqrt(self._centred_squares / self.count) if self.count else math.nan
