"""Shares, sums and pooled moments of steps, by hand."""

from __future__ import annotations

import math
import random
from functools import partial
from typing import Any

import numpy as np
import pytest

from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_reductions import pooled_moments, step_shares
from tensorboard_plugin_rlboard.metrics.step_statistics import StepSegments, step_segments
from tensorboard_plugin_rlboard.metrics.step_sums import ROUNDING, Moments

NAN = math.nan
PAIR = Moments("n", ("a", "b"), {"aa": ("a", "a"), "ab": ("a", "b")})
POOLED = partial(pooled_moments, PAIR)


def floats(*numbers: float) -> Floats:
    return np.asarray(numbers, np.float64)


def steps(*numbers: int) -> StepSegments:
    return step_segments((np.asarray(numbers, np.int64),))


def shares(*numbers: int, **columns: tuple[float, ...]) -> dict[str, list[float]]:
    """The shares of rows of these steps; what is not given is NaN."""
    every = dict.fromkeys(("gap", "reward", "length", "truncated"), (NAN,) * len(numbers)) | columns
    taken: Any = {name: floats(*column) for name, column in every.items()}
    return {name: column.tolist() for name, column in step_shares(steps(*numbers), **taken).items()}


def test_wins_ties_and_losses_are_shares_of_what_is_compared() -> None:
    # Step 1: 2, -1, 0 and one without: a third each. Step 3: two wins of two.
    found = shares(1, 3, 1, 1, 1, 3, gap=(2, 5, -1, 0, NAN, 0.5))
    assert found["n_samples"] == [4, 2]
    assert found["win"] == [pytest.approx(1 / 3), 1]
    assert found["tie"] == [pytest.approx(1 / 3), 0]
    assert found["loss"] == [pytest.approx(1 / 3), 0]
    assert np.isnan(shares(7)["win"]).all()


def test_sums_and_the_share_of_truncated_responses() -> None:
    found = shares(1, 1, 2, 2, truncated=(1, 0, NAN, 1), w=(0.5, 2, NAN, NAN))
    assert found["truncation_share"] == [0.5, 1]
    assert found["w"][0] == 2.5
    assert math.isnan(found["w"][1])
    assert "first_step_kl" not in found


def test_the_kl_of_a_step_is_weighted_by_tokens() -> None:
    # Sums 6 of 2 tokens and 4 of 3: 10 / 5 = 2, no mean of 3 and 4/3. Where there are no tokens there is none.
    found = shares(1, 1, 2, k3=(6, 4, NAN), k3_tokens=(2, 3, NAN))
    assert found["first_step_kl"][0] == 2
    assert math.isnan(found["first_step_kl"][1])
    assert math.isnan(shares(1, k3=(0,), k3_tokens=(0,))["first_step_kl"][0])


def test_the_correlation_is_pearsons() -> None:
    # 1, 2, 4 and lengths 3, 1, 2: means 7/3 and 2, centred products -4/3 + 1/3 + 0 = -1, squares 14/3 and 2.
    found = shares(1, 1, 1, 1, reward=(1, 2, 4, 9), length=(3, 1, 2, NAN))
    assert found["reward_length_correlation"] == [pytest.approx(-1 / math.sqrt(14 / 3 * 2))]


def test_what_does_not_vary_has_no_correlation() -> None:
    for reward, length in (((1, 1), (1, 2)), ((1, 2), (3, 3)), ((1e15, 1e15 + 1e-3), (1, 2)), ((1,), (1,))):
        found = shares(*[1] * len(reward), reward=reward, length=length)
        assert math.isnan(found["reward_length_correlation"][0])


def test_moments_are_pooled_over_tokens() -> None:
    # Tokens (1, 2), (3, 6) of one sample and (8, 4) of another: means 4 and 4; a: 9 + 1 + 16, a with b: 6 - 2 + 0.
    # The first sample has means 2, 4 and centred sums 2, 4; a third has no tokens.
    found = POOLED(
        steps(5, 5, 5),
        n=floats(2, 1, 0),
        a=floats(2, 8, NAN),
        b=floats(4, 4, NAN),
        aa=floats(2, 0, NAN),
        ab=floats(4, 0, NAN),
    )
    assert {name: column.tolist() for name, column in found.items()} == {
        "n": [3],
        "a": [4],
        "b": [4],
        "aa": [26],
        "ab": [4],
    }


def test_a_step_without_tokens_has_no_moments() -> None:
    columns = {name: floats(0, NAN) for name in ("n", "a", "b", "aa", "ab")}
    assert all(np.isnan(column).all() for column in POOLED(steps(1, 2), **columns).values())


def test_differences_of_large_means_are_kept_in_whichever_order() -> None:
    # Half a million means of 1e9 and 1e9 + 1: their mean is 1e9 + 0.5, each is 0.5 from it.
    size = 500_000
    a = 1e9 + np.arange(size, dtype=np.float64) % 2
    zeros = np.zeros(size)
    draw = np.random.default_rng(1).permutation(size)
    for order in (slice(None), draw):
        found = POOLED(steps(*[1] * size), n=np.ones(size), a=a[order], b=a[order], aa=zeros, ab=zeros)
        assert found["a"].tolist() == [1e9 + 0.5]
        assert found["aa"].tolist() == [size / 4]


def test_the_order_of_rows_changes_no_digit() -> None:
    draw = random.Random(7)
    numbers = [draw.randint(1, 3) for _ in range(90)]
    columns = [[draw.gauss(0, 1) * 10 ** draw.randint(-6, 6) for _ in numbers] for _ in range(4)]
    found = []
    for _ in range(2):
        one, two, three, four = (tuple(column) for column in columns)
        moments = POOLED(
            steps(*numbers),
            n=np.abs(floats(*one)),
            a=floats(*two),
            b=floats(*three),
            aa=floats(*four),
            ab=floats(*one),
        )
        sums = shares(*numbers, gap=one, reward=two, length=three, truncated=four, w=one)
        found.append(sums | {name: column.tolist() for name, column in moments.items()})
        order = draw.sample(range(90), 90)
        numbers, columns = [numbers[i] for i in order], [[column[i] for i in order] for column in columns]
    assert found[0] == found[1]


def test_the_kl_of_one_token_counts_and_that_of_none_does_not() -> None:
    """0.5 by 1 token, and 0.5 by 0 tokens, which is no number."""
    columns = {name: floats(NAN, NAN) for name in ("gap", "reward", "length", "truncated")}
    found = step_shares(steps(1, 2), **columns, k3=floats(0.5, 0.5), k3_tokens=floats(1, 0))
    np.testing.assert_equal(found["first_step_kl"], [0.5, NAN])


def test_without_the_number_of_its_tokens_a_kl_is_none() -> None:
    columns = {name: floats(NAN) for name in ("gap", "reward", "length", "truncated")}
    assert "first_step_kl" not in step_shares(steps(1), **columns, k3=floats(0.5))


def test_a_mean_that_its_sum_rounds_is_put_right() -> None:
    # Half a million means of x and x + 1 with 53 digits each: their mean is x + 0.5, and their plain sum is rounded.
    size, x = 500_000, 1e12 / 3
    a = x + np.arange(size, dtype=np.float64) % 2
    assert np.add.reduceat(np.sort(a), [0]).item() / size != x + 0.5, "else this test shows nothing"
    zeros = np.zeros(size)
    found = POOLED(steps(*[1] * size), n=np.ones(size), a=a, b=a, aa=zeros, ab=zeros)
    assert found["a"].tolist() == [x + 0.5]


@pytest.mark.parametrize("steady", ["reward", "length"])
@pytest.mark.parametrize(("times", "correlation"), [(0.8, NAN), (1.2, 1.0)])
def test_a_deviation_counts_from_the_rounding_of_the_mean_on(
    steady: str, times: float, correlation: float
) -> None:
    """Four values of 1 ± d have the deviation d: none is told below 1e-12, and above it goes with 2, 1, 2, 1."""
    d = times * ROUNDING
    other = "length" if steady == "reward" else "reward"
    found = shares(1, 1, 1, 1, **{steady: (1 + d, 1 - d, 1 + d, 1 - d), other: (2, 1, 2, 1)})
    assert found["reward_length_correlation"] == [pytest.approx(correlation, abs=1e-3, nan_ok=True)]


@pytest.mark.parametrize("steady", ["reward", "length"])
def test_what_varies_by_no_more_than_its_mean_is_rounded_has_no_correlation(steady: str) -> None:
    alike = (1e9 + 0.1,) * 7
    assert np.sum(alike) / 7 != alike[0], "else this test shows nothing"
    other = "length" if steady == "reward" else "reward"
    found = shares(*[1] * 7, **{steady: alike, other: (1, 2, 3, 4, 5, 6, 8)})
    assert np.isnan(found["reward_length_correlation"]).all()
