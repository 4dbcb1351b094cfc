"""Statistics of token metrics, with numbers worked out by hand."""

from __future__ import annotations

import math
import sys

import pytest
from flat_tokens import Values, flat_tokens, sample_tokens

from tensorboard_plugin_rlboard.metrics.token_statistics import statistics


def test_statistics_of_one_sample() -> None:
    # Of -3, 1, 5, 5: sum 8; deviations from 2 are -5, -1, 3, 3, so the population variance is (25 + 1 + 9 + 9) / 4 = 11;
    # the first 5 stands at 2; mean of absolute values 14 / 4.
    found = statistics(sample_tokens(x=[-3.0, 1.0, 5.0, 5.0]), "x")
    assert (found.count[0], found.nonfinite[0], found.sum[0], found.absmean[0]) == (4.0, 0.0, 8.0, 3.5)
    assert (found.min[0], found.max[0], found.argmax[0]) == (-3.0, 5.0, 2.0)
    assert found.std[0] == pytest.approx(3.3166247903554)


def test_the_mean_of_absolute_values_on_both_sides_of_zero() -> None:
    # 0, 2 and -2, 0 have one sign each; -1/2, 1/2 and -3, 1 have both, whatever stands beside them.
    samples: list[dict[str, Values]] = [{"x": [0.0, 2.0]}, {"x": [-2.0, 0.0]}]
    assert statistics(flat_tokens(samples), "x").absmean.tolist() == [1.0, 1.0]
    samples += [{"x": [-0.5, 0.5]}, {"x": [-3.0, 1.0]}]
    assert statistics(flat_tokens(samples), "x").absmean.tolist() == [1.0, 1.0, 0.5, 2.0]
    assert statistics(flat_tokens([{"x": [-0.5, 0.5]}]), "x").absmean.tolist() == [0.5]


def test_infinity_is_left_out_where_nothing_is_missing() -> None:
    # 2 is left of 2, Infinity, and of 2, -Infinity; one value has no deviation.
    samples: list[dict[str, Values]] = [{"x": [2.0, math.inf]}, {"x": [-math.inf, 2.0]}]
    found = statistics(flat_tokens(samples), "x")
    assert (found.count.tolist(), found.nonfinite.tolist()) == ([1.0, 1.0], [1.0, 1.0])
    assert (found.sum.tolist(), found.std.tolist()) == ([2.0, 2.0], [0.0, 0.0])
    assert (found.min.tolist(), found.max.tolist(), found.argmax.tolist()) == (
        [2.0, 2.0],
        [2.0, 2.0],
        [0.0, 1.0],
    )


def test_means_of_numbers_whose_sum_is_too_large() -> None:
    # 1e308 three times is 3e308, beyond 1.797e308; the mean is 1e308. Of 1.5e308, -0.5e308, 1.5e308 the sum is 2.5e308, the mean
    # a third; deviations are 2/3, -4/3, 2/3 of 1e308, the variance 8/9; absolute values add up to 3.5e308. Beside them 1, 3.
    samples: list[dict[str, Values]] = [
        {"x": [1e308] * 3},
        {"x": [1.5e308, -0.5e308, 1.5e308]},
        {"x": [1.0, 3.0]},
    ]
    found = statistics(flat_tokens(samples), "x")
    assert found.sum.tolist() == [math.inf, math.inf, 4.0]
    assert found.mean.tolist() == pytest.approx([1e308, 8.333333333333334e307, 2.0])
    assert found.std.tolist() == pytest.approx([0.0, 9.428090415820634e307, 1.0])
    assert found.absmean.tolist() == pytest.approx([1e308, 1.1666666666666667e308, 2.0])


def test_a_sum_that_is_too_large_on_the_way_only() -> None:
    # 1e308 + 1e308 is infinite, less 1e308 it is 1e308; what is missing or NaN changes nothing. Mean 1e308 / 3, deviations
    # 2/3, 2/3, -4/3 of 1e308: variance 8/9; mean of absolute values 1e308.
    found = statistics(sample_tokens(x=[1e308, 1e308, None, math.nan, -1e308]), "x")
    assert (found.count[0], found.nonfinite[0]) == (3.0, 1.0)
    assert found.sum.tolist() == pytest.approx([1e308])
    assert found.mean.tolist() == pytest.approx([3.3333333333333335e307])
    assert found.std.tolist() == pytest.approx([9.428090415820634e307])
    assert found.absmean.tolist() == pytest.approx([1e308])


def test_a_deviation_whose_square_is_too_large() -> None:
    # 1e200 and -1e200: mean 0, deviation 1e200, though 1e400 has no float64.
    found = statistics(sample_tokens(x=[1e200, -1e200]), "x")
    assert (found.sum[0], found.mean[0], found.absmean[0]) == (0.0, 0.0, 1e200)
    assert found.std.tolist() == pytest.approx([1e200])


def test_the_largest_number_is_its_own_mean() -> None:
    most = sys.float_info.max
    for n in (2, 3, 7, 1000):
        for x in (most, -most):
            found = statistics(sample_tokens(x=[x] * n), "x")
            assert (found.mean[0], found.absmean[0], found.std[0]) == (x, most, 0.0)
    found = statistics(sample_tokens(x=[most, -most]), "x")
    assert (found.mean[0], found.absmean[0], found.std[0]) == (0.0, most, most)


def test_statistics_of_neighbours_are_their_own() -> None:
    # Samples 1, 3 | nothing | -2, -4, -6: means 2 and -4, variances 1 and 8 / 3.
    samples: list[dict[str, Values]] = [{"x": [1.0, 3.0]}, {"x": []}, {"x": [-2.0, -4.0, -6.0]}]
    found = statistics(flat_tokens(samples), "x")
    assert found.count.tolist() == [2.0, 0.0, 3.0]
    assert found.nonfinite.tolist() == [0.0, 0.0, 0.0]
    for array, expected in (
        (found.sum, [4.0, math.nan, -12.0]),
        (found.std, [1.0, math.nan, 1.632993161855452]),
        (found.min, [1.0, math.nan, -6.0]),
        (found.max, [3.0, math.nan, -2.0]),
        (found.argmax, [1.0, math.nan, 0.0]),
        (found.absmean, [2.0, math.nan, 4.0]),
    ):
        assert array.tolist() == pytest.approx(expected, nan_ok=True)


def test_statistics_of_neighbours_with_nothing_left() -> None:
    # 1, 3 | both missing | NaN | 2, missing, -4.
    samples: list[dict[str, Values]] = [
        {"x": [1.0, 3.0]},
        {"x": [None, None]},
        {"x": [math.nan]},
        {"x": [2.0, None, -4.0]},
    ]
    found = statistics(flat_tokens(samples), "x")
    assert found.count.tolist() == [2.0, 0.0, 0.0, 2.0]
    assert found.nonfinite.tolist() == [0.0, 0.0, 1.0, 0.0]
    for array, expected in (
        (found.sum, [4.0, math.nan, math.nan, -2.0]),
        (found.std, [1.0, math.nan, math.nan, 3.0]),
        (found.min, [1.0, math.nan, math.nan, -4.0]),
        (found.max, [3.0, math.nan, math.nan, 2.0]),
        (found.argmax, [1.0, math.nan, math.nan, 0.0]),
        (found.absmean, [2.0, math.nan, math.nan, 3.0]),
    ):
        assert array.tolist() == pytest.approx(expected, nan_ok=True)


def test_masked_values_that_are_not_finite_are_not_counted() -> None:
    samples: list[dict[str, Values]] = [{"x": [1.0, math.nan, math.inf, None]}]
    found = statistics(flat_tokens(samples, [[True, False, True, False]]), "x")
    assert (found.count[0], found.nonfinite[0]) == (1.0, 1.0)
    whole = statistics(sample_tokens(x=[1.0, math.nan, math.inf, None]), "x")
    assert (whole.count[0], whole.nonfinite[0]) == (1.0, 2.0)
