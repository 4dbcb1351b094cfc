"""Sums of the critic and its explained variance (docs/metrics.md, "Per step"), with numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flat_tokens import Values, flat_tokens
from pooled_sums import pooled

from tensorboard_plugin_rlboard.metrics.critic import critic_target
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_sums import explained_variance, sample_sums, step_metrics


def sums_of(samples: list[dict[str, Values]], masks: list[list[bool]] | None = None) -> dict[str, Floats]:
    tokens = flat_tokens(samples, masks)
    return pooled(sample_sums(tokens, critic_target(tokens, 1.0, 1.0)))


def test_critic_sums_leave_out_what_is_masked_or_missing() -> None:
    # Targets 2, 4, 6 with errors 1, 2, 2 are left: 11/12.
    samples: list[dict[str, Values]] = [
        {"values": [1.0, 9.0, 2.0, None, 4.0], "returns": [2.0, 100.0, 4.0, 100.0, 6.0]},
        {"values": [math.inf], "returns": [7.0]},
    ]
    found = step_metrics(sums_of(samples, [[True, False, True, True, True], [True]]))
    assert found["explained_variance"].tolist() == pytest.approx([11 / 12])


def test_explained_variance() -> None:
    # CleanRL, ppo.py: 1 - Var(target - V) / Var(target). Targets 2 | 4, 6, errors 1 | 2, 2: 1 - (2/9) / (8/3) = 11/12.
    samples: list[dict[str, Values]] = [
        {"values": [1.0], "returns": [2.0]},
        {"values": [2.0, 4.0], "returns": [4.0, 6.0]},
    ]
    assert step_metrics(sums_of(samples))["explained_variance"].tolist() == pytest.approx([11 / 12])
    # Targets 1, 3 and errors -3, 3: 1 - 9.
    worse: list[dict[str, Values]] = [{"values": [4.0, 0.0], "returns": [1.0, 3.0]}]
    assert step_metrics(sums_of(worse))["explained_variance"].tolist() == pytest.approx([-8.0])


def test_explained_variance_against_gae() -> None:
    # With γ = λ = 1/2 the rewards 1, 2, 4 and values 10, 20, 40 have the targets 9.25, 13, 4, as in test_token_formulas:
    # sum 26.25, squares 270.5625, variance 90.1875 - 8.75² = 13.625; errors -0.75, -7, -36: sum -43.75, squares
    # 1345.5625, variance 448.520833 - 212.673611 = 235.847222; 1 - 235.847222 / 13.625 = -16.309888.
    arrays: dict[str, Values] = {"values": [10.0, 20.0, 40.0], "token_rewards": [1.0, 2.0, 4.0]}
    tokens = flat_tokens([arrays])
    found = step_metrics(pooled(sample_sums(tokens, critic_target(tokens, 0.5, 0.5))))
    assert found["explained_variance"].tolist() == pytest.approx([-16.309888], abs=1e-6)
    # With γ = λ = 1 the targets are 7, 6, 4: variance 101/3 - (17/3)² = 14/9; errors -3, -14, -36:
    # variance 1501/3 - (53/3)² = 1694/9; 1 - 121.
    found = step_metrics(sums_of([arrays]))
    assert found["explained_variance"].tolist() == pytest.approx([-120.0])


def test_explained_variance_is_missing_at_a_variance_of_1e_12() -> None:
    sums = {
        name: np.asarray([x]) for name, x in (("ev_n", 1.0), ("ev_e", 0.0), ("ev_ee", 0.0), ("ev_t", 0.0))
    }
    assert np.isnan(explained_variance(sums | {"ev_tt": np.asarray([1e-12])}))[0]
    assert explained_variance(sums | {"ev_tt": np.asarray([1.0000001e-12])})[0] == 1.0


def critic_sums(**changed: float) -> dict[str, Floats]:
    """Of one step with a target of variance 1 around 0 and a critic that is right."""
    found = {"ev_n": 1.0, "ev_e": 0.0, "ev_ee": 0.0, "ev_t": 0.0, "ev_tt": 1.0} | changed
    return {name: np.asarray([x]) for name, x in found.items()}


def test_the_variance_of_the_target_is_for_each_token() -> None:
    # A centred sum of 4e-12 over four tokens is a variance of 1e-12.
    assert np.isnan(explained_variance(critic_sums(ev_n=4.0, ev_tt=4e-12)))[0]
    assert explained_variance(critic_sums(ev_n=4.0, ev_tt=4.0000001e-12))[0] == 1.0


def test_a_target_that_varies_by_no_more_than_1e_12_of_its_mean_has_no_explained_variance() -> None:
    # Around 1e12 a standard deviation of 1 is what rounding leaves, one of 2 is more.
    assert np.isnan(explained_variance(critic_sums(ev_t=1e12)))[0]
    assert np.isnan(explained_variance(critic_sums(ev_t=-1e12)))[0]
    assert explained_variance(critic_sums(ev_t=1e12, ev_tt=4.0))[0] == 1.0


def test_an_explained_variance_that_overflows_is_missing() -> None:
    assert np.isnan(explained_variance(critic_sums(ev_ee=math.inf)))[0]


def test_the_mean_of_a_constant_is_the_constant() -> None:
    # Ten thousand times 0.1, added up and divided again, is not 0.1 to the last digit: what is left is put right.
    returns = [0.1] * 10_000
    found = sums_of([{"values": [0.0] * 10_000, "returns": [*returns]}])
    assert sum(returns) / 10_000 != 0.1
    assert found["ev_t"].tolist() == [0.1]
    assert found["ev_tt"][0] < 1e-33


def test_small_differences_at_the_last_digits_are_kept() -> None:
    # Float64 has steps of 1/8 there: deviations -1/8, 0 and 1/8 of the mean, so a centred sum of 2/64.
    returns: Values = [1e15, 1e15 + 0.125, 1e15 + 0.25]
    assert sums_of([{"values": [0.0] * 3, "returns": [*returns]}])["ev_tt"].tolist() == [0.03125]


def test_a_sample_of_which_no_token_counts_has_means_of_0() -> None:
    tokens = flat_tokens([{"values": [None], "returns": [5.0]}, {"values": [1.0], "returns": [5.0]}])
    found = sample_sums(tokens, critic_target(tokens, 1.0, 1.0))
    assert {name: found[name].tolist() for name in ("ev_n", "ev_t", "ev_e", "ev_tt")} == {
        "ev_n": [0.0, 1.0],
        "ev_t": [0.0, 5.0],
        "ev_e": [0.0, 4.0],
        "ev_tt": [0.0, 0.0],
    }


def test_a_target_that_is_constant_has_no_explained_variance_whatever_its_size() -> None:
    for size in (24.5, 0.1, 1e6 / 3, -1e100 / 3):
        values: Values = [size + i for i in range(9)]
        samples: list[dict[str, Values]] = [{"values": values, "returns": [size] * 9}] * 4
        assert math.isnan(step_metrics(sums_of(samples))["explained_variance"][0]), size


def test_explained_variance_of_small_differences_far_from_zero() -> None:
    # Targets 1e6 ± 0.01 with errors 0 and 0.01 | 0, 0: variances 1e-4 and 3/4 * 0.01²/4 = 0.1875e-4: 1 - 0.1875.
    far: list[dict[str, Values]] = [
        {"values": [1e6 - 0.01, 1e6], "returns": [1e6 - 0.01, 1e6 + 0.01]},
        {"values": [1e6 - 0.01, 1e6 + 0.01], "returns": [1e6 - 0.01, 1e6 + 0.01]},
    ]
    assert step_metrics(sums_of(far))["explained_variance"] == pytest.approx([0.8125], rel=1e-6)
    # The same between two samples that are constant in themselves.
    apart: list[dict[str, Values]] = [{"values": [1e6] * 2, "returns": [1e6 + x] * 2} for x in (-0.01, 0.01)]
    assert step_metrics(sums_of(apart))["explained_variance"] == pytest.approx([0.0], abs=1e-6)


def test_a_target_without_a_square_leaves_the_others_their_explained_variance() -> None:
    # Targets 1, 3 (variance 1) with errors 0, 1 (variance 1/4): 1 - 1/4. Of 1e200 nothing is left.
    ordinary: dict[str, Values] = {"values": [1.0, 2.0], "returns": [1.0, 3.0]}
    huges: list[dict[str, Values]] = [
        {"values": [0.0], "returns": [1e200]},
        {"values": [0.0], "returns": [1e150]},
        {"values": [-1e200], "returns": [2.0]},
    ]
    for huge in huges:
        assert step_metrics(sums_of([ordinary, huge]))["explained_variance"].tolist() == [0.75]


def test_only_tokens_with_a_value_error_are_in_the_explained_variance() -> None:
    # Targets 1, 0.9, 0.7 of three rewards; the end token has a value and no reward. Mean 13/15, variance 14/900;
    # errors 0.1, 0.1, -0.4: variance 5/90. 1 - (5/90) / (14/900) = 1 - 50/14. A sample without rewards adds nothing.
    samples: list[dict[str, Values]] = [
        {"values": [0.9, 0.8, 1.1, 5.0], "token_rewards": [0.1, 0.2, 0.7, None]},
        {"values": [5.0, 6.0], "token_rewards": [None, None]},
    ]
    assert step_metrics(sums_of(samples))["explained_variance"] == pytest.approx([1 - 50 / 14])
