"""Reductions over segments, with numbers worked out by hand, on each of the ways that they are computed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tensorboard_plugin_rlboard.metrics.segments import (
    Floats,
    Ints,
    discounted_cumsum,
    next_value,
    repeat_per_token,
    segment_any,
    segment_argmax,
    segment_sum,
)

NAN = math.nan


def segments(*values: list[float]) -> tuple[Floats, Ints, Ints]:
    """Flat values, starts and sizes."""
    sizes = np.asarray([len(x) for x in values], np.int64)
    starts = (np.cumsum(sizes) - sizes).astype(np.int64)
    return np.asarray([x for segment in values for x in segment], np.float64), starts, sizes


def test_segment_sum() -> None:
    # 1 + 2, nothing, 4 + 8, nothing.
    assert segment_sum(*segments([1.0, 2.0], [], [4.0, 8.0], [])).tolist() == [3.0, 0.0, 12.0, 0.0]
    assert segment_sum(*segments([1.0], [2.0])).tolist() == [1.0, 2.0]
    assert segment_sum(*segments([], [])).tolist() == [0.0, 0.0]
    assert segment_sum(*segments()).tolist() == []


def test_segment_any() -> None:
    # Somewhere in a segment of two, nowhere in an empty one, at the only position, nowhere, and an empty one at the end.
    x, starts, sizes = segments([0.0, 1.0], [], [1.0], [0.0, 0.0], [])
    assert segment_any(x > 0, starts, sizes).tolist() == [True, False, True, False, False]
    assert segment_any(np.zeros(0, bool), *segments([], [])[1:]).tolist() == [False, False]


def test_repeat_per_token() -> None:
    assert repeat_per_token(np.asarray([5.0, 6.0, 7.0]), np.asarray([2, 0, 1])).tolist() == [5.0, 5.0, 7.0]


@pytest.mark.parametrize("length", [4, 400])
def test_segment_argmax_is_the_first(length: int) -> None:
    # 0, 9, 0, 9 and -3, -2, -5, -2, with smaller numbers behind them: the first maximum of both stands at 1. Segments
    # of 400 are walked one by one.
    behind = [-6.0] * (length - 4)
    x, starts, sizes = segments(
        [0.0, 9.0, 0.0, 9.0, *behind], [-3.0, -2.0, -5.0, -2.0, *behind], [*behind, 9.0]
    )
    assert segment_argmax(x, np.asarray([9.0, -2.0, 9.0]), starts, sizes).tolist() == [1.0, 1.0, len(behind)]


def test_segment_argmax_at_the_very_first_token() -> None:
    assert segment_argmax(*with_maxima([9.0, 0.0], [0.0, 9.0])).tolist() == [0.0, 1.0]


def with_maxima(*values: list[float]) -> tuple[Floats, Floats, Ints, Ints]:
    x, starts, sizes = segments(*values)
    return x, np.asarray([max(segment) for segment in values]), starts, sizes


def test_discounted_cumsum() -> None:
    # 4; 2 + 4/2 = 4; 1 + 4/2 = 3. 8 alone; nothing; 6; 10 + 6/2 = 13.
    x = segments([1.0, 2.0, 4.0], [8.0], [], [10.0, 6.0])
    assert discounted_cumsum(*x, 0.5).tolist() == [3.0, 4.0, 4.0, 8.0, 13.0, 6.0]
    assert discounted_cumsum(*x, 1.0).tolist() == [7.0, 6.0, 4.0, 8.0, 16.0, 6.0]
    assert discounted_cumsum(*x, 0.0).tolist() == [1.0, 2.0, 4.0, 8.0, 10.0, 6.0]


@pytest.mark.parametrize("discount", [0.5, 1.0])
def test_nothing_to_sum(discount: float) -> None:
    assert discounted_cumsum(*segments([], []), discount).tolist() == []
    assert discounted_cumsum(*segments(), discount).tolist() == []


def test_a_discounted_sum_beyond_float64_does_not_take_along_what_comes_back() -> None:
    # -1e308, then -1e308 - 0.9e308 = -1.9e308, which is none; then 1e308 - 0.9 * 1.9e308 = -0.71e308. Without discount
    # -1e308, -2e308 and -1e308. The sample before has a NaN and the one behind is small: both stay as they are.
    x = segments([math.nan, 1e308], [1e308, -1e308, -1e308], [], [3.0, 2.0])
    discounted = discounted_cumsum(*x, 0.9).tolist()
    assert math.isnan(discounted[0])
    assert discounted[1:] == [1e308, pytest.approx(-0.71e308), -math.inf, -1e308, 4.8, 2.0]
    assert discounted_cumsum(*x, 1.0).tolist()[2:] == [-1e308, -math.inf, -1e308, 5.0, 2.0]


def test_discounted_cumsum_leaves_its_input_as_it_is() -> None:
    x = segments([1.0, 2.0])
    discounted_cumsum(*x, 0.5)
    assert x[0].tolist() == [1.0, 2.0]


def test_sums_behind_large_numbers_are_exact() -> None:
    # 1e9 + 2e9 must not touch 1e-9 + 2e-9: a running sum over both would leave 0 of it.
    found = discounted_cumsum(*segments([1e-9, 2e-9], [1e9, 2e9]), 1.0)
    assert found.tolist() == pytest.approx([3e-9, 2e-9, 3e9, 2e9], rel=1e-12, abs=0)
    # Neither may numbers that cancel out.
    found = discounted_cumsum(*segments([1e-9, 2e-9], [-2e9, 2e9]), 1.0)
    assert found.tolist() == pytest.approx([3e-9, 2e-9, 0.0, 2e9], rel=1e-12, abs=0)


def test_sums_along_a_long_segment() -> None:
    # Ones: as many as are left.
    found = discounted_cumsum(*segments([1.0] * 400, [2.0] * 400), 1.0)
    assert found.tolist() == [*map(float, range(400, 0, -1)), *map(float, range(800, 0, -2))]


def test_a_long_segment_is_summed_from_its_end() -> None:
    # 0, 1, ..., 199: what stands from t on is (0 + ... + 199) - (0 + ... + t - 1) = 19900 - t (t - 1) / 2.
    found = discounted_cumsum(*segments([float(t) for t in range(200)]), 1.0)
    assert found.tolist() == [19900.0 - t * (t - 1) / 2 for t in range(200)]


@pytest.mark.parametrize("discount", [0.5, 1.0])
def test_nan_and_infinity_stay_in_their_segment(discount: float) -> None:
    # With 1/2: 3 + 1/2 = 3.5. With 1: 4.
    found = discounted_cumsum(*segments([2.0, NAN, 1.0], [3.0, 1.0], [math.inf, 1.0]), discount)
    assert np.isnan(found[:2]).all()
    assert found[2:].tolist() == [1.0, 3.0 + discount, 1.0, math.inf, 1.0]


def test_sums_of_one_segment_leave_no_rounding_in_another() -> None:
    # Rewards of 1e-9 behind a million: one running sum over both would keep four digits of them.
    small, large = [1e-9, 2e-9, 0.0], [1e6 / 3] * 5
    expected = [1e-9 + 2e-9, 2e-9, 0.0]
    for order in ((small, large), (large, small), (large, small, large)):
        x, starts, sizes = segments(*order)
        at = int(starts[order.index(small)])
        assert discounted_cumsum(x, starts, sizes, 1.0)[at : at + 3].tolist() == expected


def test_sums_of_segments_of_every_length() -> None:
    # One of each length up to 400, so that every table and the long ones are walked through, each with ones: n, …, 1.
    found = discounted_cumsum(*segments(*([1.0] * n for n in range(401))), 1.0)
    assert found.tolist() == [float(k) for n in range(401) for k in range(n, 0, -1)]


def test_next_value() -> None:
    # The value after the last token is 0, of each segment.
    assert next_value(*segments([1.0, 2.0], [], [5.0], [6.0, 7.0])).tolist() == [2.0, 0.0, 0.0, 7.0, 0.0]
    assert next_value(*segments([])).tolist() == []
