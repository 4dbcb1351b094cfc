"""Mean and standard deviation piece by piece, with numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tensorboard_plugin_rlboard.metrics.running_moments import RunningMoments


def of(*pieces: list[float]) -> RunningMoments:
    moments = RunningMoments()
    for piece in pieces:
        moments.add(np.asarray(piece, np.float64))
    return moments


@pytest.mark.parametrize(
    "pieces", [[[1.0, 2.0, 3.0, 6.0]], [[1.0], [2.0, 3.0], [], [6.0]], [[6.0, 3.0], [2.0, 1.0]]]
)
def test_by_hand(pieces: list[list[float]]) -> None:
    """The mean of 1, 2, 3 and 6 is 3; the squares apart from it are 4 + 1 + 0 + 9 = 14, their mean 3.5."""
    found = of(*pieces)
    assert found.count == 4
    assert found.mean == pytest.approx(3.0, rel=1e-15)
    assert found.std == pytest.approx(math.sqrt(3.5), rel=1e-15)


def test_small_differences_of_large_numbers_are_not_lost() -> None:
    """1e9 ± 1/8: the standard deviation is 1/8, of which sums of squares around 1e18 leave nothing."""
    assert of([1e9 - 0.125, 1e9 + 0.125]).std == 0.125
    assert of([1e9 - 0.125], [1e9 + 0.125]).std == 0.125
    assert of([1e9] * 7, [1e9] * 5).std == 0.0


def test_what_does_not_count_elsewhere_does_not_count_here() -> None:
    found = of([1e308, -1e308, 1.0], [math.nan, math.inf, 1e150], [3.0])
    assert (found.count, found.mean, found.std) == (2, 2.0, 1.0)
    assert math.isfinite(of([9e149, -9e149, 9e149]).std)


def test_no_number_has_no_mean() -> None:
    assert math.isnan(of([]).mean)
    assert math.isnan(of([math.nan]).std)
