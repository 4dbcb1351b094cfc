"""Intervals of comparisons, against numbers worked out by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from tensorboard_plugin_rlboard.metrics.prompts.bootstrap import (
    RESAMPLES,
    Interval,
    mean_interval,
    win_rate,
    win_rate_interval,
)


def test_a_tie_is_half_a_win() -> None:
    assert win_rate(3, 2, 5) == 0.4
    assert win_rate(0, 0, 0) is None


def test_an_interval_of_few_prompts() -> None:
    """Of two wins and a loss, 1 of 27 resamples is all losses (3.7 %) and 8 of 27 all wins: both ends lie within 95 %."""
    assert win_rate_interval(2, 0, 1) == Interval(0.0, 1.0, "bootstrap")
    assert win_rate_interval(4, 0, 0) == Interval(1.0, 1.0, "bootstrap")
    assert win_rate_interval(0, 3, 0) == Interval(0.5, 0.5, "bootstrap")
    assert win_rate_interval(0, 0, 0) is None


def test_an_interval_of_a_hundred_prompts_has_the_ends_of_the_binomial_distribution() -> None:
    chance = [math.comb(100, k) * 0.6**k * 0.4 ** (100 - k) for k in range(101)]
    below = list(itertools.accumulate(chance))
    low, high = (next(k for k in range(101) if below[k] >= tail) / 100 for tail in (0.025, 0.975))
    assert (low, high) == (0.5, 0.69)
    found = win_rate_interval(60, 0, 40)
    assert found is not None
    assert found.low == pytest.approx(low, abs=0.0101)
    assert found.high == pytest.approx(high, abs=0.0101)


def test_drawn_counts_are_distributed_as_drawn_prompts() -> None:
    """The counts of a resample in place of its prompts: the same ends as drawing the prompts one by one."""
    outcomes = np.asarray([1.0] * 30 + [0.5] * 20 + [0.0] * 10)
    drawn = np.random.default_rng(5).choice(outcomes, (20_000, 60)).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    found = win_rate_interval(30, 20, 10)
    assert found is not None
    assert found.low == pytest.approx(low, abs=0.012)
    assert found.high == pytest.approx(high, abs=0.012)


def test_an_interval_of_a_mean() -> None:
    """The one 4 among four values is drawn k times with the chances of a binomial distribution (4, 1/4): none of it has
    31.6 %, three or more 5.1 %, four 0.4 %. So the mean, which is k, lies within 0 and 3."""
    assert mean_interval(np.asarray([0.0, 4.0, 0.0, 0.0])) == Interval(0.0, 3.0, "bootstrap")
    assert mean_interval(np.asarray([2.5])) == Interval(2.5, 2.5, "bootstrap")
    assert mean_interval(np.zeros(0)) is None


def test_of_many_values_it_is_said_to_be_the_normal_one() -> None:
    """A standard deviation of 1 by the root of 10,000, times 1.96."""
    found = mean_interval(np.tile([1.0, -1.0], 5_000))
    assert found is not None
    assert found.method == "normal"
    assert found.low == pytest.approx(-0.0195996, abs=1e-7)
    assert found.high == pytest.approx(0.0195996, abs=1e-7)


def test_both_ways_meet_where_one_takes_over() -> None:
    values = np.random.default_rng(1).normal(0.2, 1.0, 4_001)
    drawn, normal = mean_interval(values[:4_000]), mean_interval(values)
    assert drawn is not None
    assert normal is not None
    assert (drawn.method, normal.method) == ("bootstrap", "normal")
    assert drawn.low == pytest.approx(normal.low, abs=0.004)
    assert drawn.high == pytest.approx(normal.high, abs=0.004)


def test_a_seed_gives_the_same_interval_again() -> None:
    values = np.random.default_rng(1).normal(size=50)
    assert mean_interval(values, 3) == mean_interval(values, 3) != mean_interval(values, 4)
    assert win_rate_interval(17, 3, 30, 3) == win_rate_interval(17, 3, 30, 3)
    assert RESAMPLES == 2000


@pytest.mark.parametrize("n", [3, 700])
def test_ends_are_those_of_two_thousand_resamples(n: int) -> None:
    """2.5 % of the means lie below the interval and 2.5 % above it, in one draw as in several; seed 0 where none is said."""
    values = np.linspace(-1.0, 2.0, n)
    drawn = np.random.default_rng(0).integers(0, n, (2000, n), np.int32)
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    found = mean_interval(values)
    assert found is not None
    assert found.low == pytest.approx(low, abs=1e-12)
    assert found.high == pytest.approx(high, abs=1e-12)
    assert win_rate_interval(n, n, 1) == win_rate_interval(n, n, 1, seed=0)
