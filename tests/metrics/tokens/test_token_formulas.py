"""Every formula of docs/metrics.md, "Per token", with numbers worked out by hand.

Probabilities are powers of two, so that a logarithm is a multiple of ln 2 = 0.6931471805599453.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from flat_tokens import Values, all_metrics, flat_tokens, sample_tokens

from tensorboard_plugin_rlboard.metrics import critic, derived_metrics, token_statistics, tokens
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

LN_2 = 0.6931471805599453
HALF, QUARTER, EIGHTH = -LN_2, -1.3862943611198906, -2.0794415416798357


def derived(*discounts: float, **arrays: Values) -> dict[str, list[float]]:
    """Token metrics of one sample; the discounts are gamma and lambda, 1 unless given."""
    gamma, lam = (*discounts, 1.0, 1.0)[:2]
    found = all_metrics(sample_tokens(**arrays), gamma, lam).values
    return {name: array.tolist() for name, array in found.items()}


def test_prob_and_ref_prob() -> None:
    # exp(ln 1/4) = 0.25 and exp(ln 1/8) = 0.125.
    found = derived(logprobs=[QUARTER], ref_logprobs=[EIGHTH])
    assert found["prob"] == pytest.approx([0.25])
    assert found["ref_prob"] == pytest.approx([0.125])


def test_log_ratio_is_policy_minus_reference() -> None:
    # Schulman's k1: ln 1/4 - ln 1/8 = ln 2, positive where the policy likes the token more.
    found = derived(logprobs=[QUARTER, EIGHTH], ref_logprobs=[EIGHTH, QUARTER])
    assert found["log_ratio"] == pytest.approx([0.6931471805599453, -0.6931471805599453])


def test_k2() -> None:
    # Schulman: (ln 2)² / 2 = 0.480453013918201 / 2, the same for both signs.
    found = derived(logprobs=[QUARTER, EIGHTH], ref_logprobs=[EIGHTH, QUARTER])
    assert found["k2"] == pytest.approx([0.2402265069591007, 0.2402265069591007])


def test_k3() -> None:
    # Schulman, and arXiv 2402.03300, equation 4: exp(-log_ratio) - 1 + log_ratio.
    # log_ratio = ln 2: 0.5 - 1 + 0.693147 = 0.193147. log_ratio = -ln 2: 2 - 1 - 0.693147 = 0.306853.
    found = derived(logprobs=[QUARTER, EIGHTH, HALF], ref_logprobs=[EIGHTH, QUARTER, HALF])
    assert found["k3"] == pytest.approx([0.1931471805599453, 0.3068528194400547, 0.0])


def test_mismatch_is_trainer_minus_sampler() -> None:
    # ln 1/4 - ln 1/2 = -ln 2; the sampler's logprobs are `rollout_logprobs`.
    found = derived(logprobs=[QUARTER, QUARTER], rollout_logprobs=[HALF, EIGHTH])
    assert found["mismatch"] == pytest.approx([-0.6931471805599453, 0.6931471805599453])


def test_importance_ratio_is_trainer_over_sampler() -> None:
    # (1/4) / (1/2) = 1/2, and (1/4) / (1/8) = 2.
    found = derived(logprobs=[QUARTER, QUARTER], rollout_logprobs=[HALF, EIGHTH])
    assert found["importance_ratio"] == pytest.approx([0.5, 2.0])


def test_mismatch_k3_has_the_sampler_in_front() -> None:
    # KL(sampler || trainer) from samples of the sampler: exp(mismatch) - 1 - mismatch.
    # mismatch = -ln 2: 0.5 - 1 + 0.693147 = 0.193147. mismatch = ln 2: 2 - 1 - 0.693147 = 0.306853.
    found = derived(logprobs=[QUARTER, QUARTER], rollout_logprobs=[HALF, EIGHTH])
    assert found["mismatch_k3"] == pytest.approx([0.1931471805599453, 0.3068528194400547])


def test_ratio_is_new_over_old() -> None:
    # PPO (arXiv 1707.06347), section 3: r = π_new / π_old = (1/2) / (1/4) = 2, and (1/8) / (1/2) = 1/4.
    found = derived(new_logprobs=[HALF, EIGHTH], logprobs=[QUARTER, HALF])
    assert found["ratio"] == pytest.approx([2.0, 0.25])


def test_surprise() -> None:
    # -ln 1/4 = 2 ln 2.
    assert derived(logprobs=[QUARTER])["surprise"] == [1.3862943611198906]


REWARDS: Values = [1.0, 2.0, 4.0]
VALUES: Values = [10.0, 20.0, 40.0]


@pytest.mark.parametrize(
    ("gamma", "expected"),
    [
        (1.0, [7.0, 6.0, 4.0]),  # 1 + 2 + 4, 2 + 4, 4
        (0.5, [3.0, 4.0, 4.0]),  # 4; 2 + 4/2 = 4; 1 + 4/2 = 3, which is 1 + 2/2 + 4/4
    ],
)
def test_return_to_go(gamma: float, expected: list[float]) -> None:
    # Sutton and Barto, 2nd edition, equation 3.8.
    assert derived(gamma, token_rewards=REWARDS)["return_to_go"] == expected


@pytest.mark.parametrize(
    ("gamma", "expected"),
    [
        (1.0, [11.0, 22.0, -36.0]),  # 1 + 20 - 10, 2 + 40 - 20, 4 + 0 - 40
        (0.5, [1.0, 2.0, -36.0]),  # 1 + 10 - 10, 2 + 20 - 20, 4 + 0 - 40
    ],
)
def test_td_error(gamma: float, expected: list[float]) -> None:
    # arXiv 1506.02438, section 3, with 0 as the value after the last token.
    assert derived(gamma, token_rewards=REWARDS, values=VALUES)["td_error"] == expected


@pytest.mark.parametrize(
    ("gamma", "lam", "target"),
    [
        # arXiv 1506.02438, section 3: A_t = δ_t + γλ A_{t+1}; target_t = A_t + V_t.
        (1.0, 1.0, [7.0, 6.0, 4.0]),  # the return to go
        (0.5, 1.0, [3.0, 4.0, 4.0]),  # the discounted return to go
        (1.0, 0.5, [23.0, 24.0, 4.0]),  # A: -36; 22 - 18 = 4; 11 + 2 = 13
        (0.5, 0.5, [9.25, 13.0, 4.0]),  # A: -36; 2 - 36/4 = -7; 1 - 7/4 = -0.75
    ],
)
def test_value_error_against_the_gae_target(gamma: float, lam: float, target: list[float]) -> None:
    arrays = {"token_rewards": REWARDS, "values": VALUES}
    found = critic.critic_target(sample_tokens(**arrays), gamma, lam)
    assert found is not None
    assert (found.values.tolist(), found.logged.tolist()) == (target, [False])
    errors = [value - expected for value, expected in zip([10.0, 20.0, 40.0], target, strict=True)]
    assert derived(gamma, lam, **arrays)["value_error"] == errors


def test_values_cancel_out_of_the_undiscounted_target() -> None:
    # Values of 1e17 would round rewards of 1 and 2 away, if they were added and subtracted again.
    found = critic.critic_target(sample_tokens(token_rewards=[1.0, 2.0], values=[1e17, 1e17]), 1.0, 1.0)
    assert found is not None
    assert found.values.tolist() == [3.0, 2.0]


def test_value_error_against_logged_returns() -> None:
    # V - returns: 1 - 3 and 2 - 1, whatever the token_rewards say.
    arrays: dict[str, Values] = {"values": [1.0, 2.0], "returns": [3.0, 1.0]}
    target = critic.critic_target(sample_tokens(**arrays), 1.0, 1.0)
    assert target is not None
    assert target.logged.tolist() == [True]
    assert derived(**arrays)["value_error"] == [-2.0, 1.0]
    assert derived(**arrays, token_rewards=[5.0, None])["value_error"] == [-2.0, 1.0]


def test_missing_inputs_count_as_nothing_in_sums_along_the_response() -> None:
    # Rewards 1, missing, 4 are 1, 0, 4: returns 5, (4), 4. Values 10, 20, missing are 10, 20, 0.
    found = all_metrics(sample_tokens(token_rewards=[1.0, None, 4.0], values=[10.0, 20.0, None]))
    assert found.values["return_to_go"][[0, 2]].tolist() == [5.0, 4.0]
    assert found.missing["return_to_go"].tolist() == [False, True, False]
    assert found.values["td_error"][0] == 11.0  # 1 + 20 - 10
    assert found.missing["td_error"].tolist() == [False, True, True]
    assert found.values["value_error"][0] == 5.0  # 10 - 5
    assert found.missing["value_error"].tolist() == [False, True, True]
    assert np.isnan(found.values["td_error"][1:]).all()


def test_a_missing_return_leaves_its_value_error_out() -> None:
    found = all_metrics(sample_tokens(values=[1.0, 2.0], returns=[3.0, None]))
    assert found.values["value_error"][0] == -2.0
    assert found.missing["value_error"].tolist() == [False, True]


def test_test_vector_of_the_definition() -> None:
    found = all_metrics(sample_tokens(logprobs=[-0.1], ref_logprobs=[-3.0])).values
    assert found["log_ratio"].tolist() == pytest.approx([2.9])
    assert found["k2"].tolist() == pytest.approx([4.205])
    assert found["k3"].tolist() == pytest.approx([1.955023], abs=5e-7)
    swapped = all_metrics(sample_tokens(logprobs=[-3.0], ref_logprobs=[-0.1])).values
    assert swapped["log_ratio"].tolist() == pytest.approx([-2.9])
    assert swapped["k2"].tolist() == pytest.approx([4.205])
    assert swapped["k3"].tolist() == pytest.approx([14.274145], abs=5e-7)


def test_nothing_is_derived_from_what_is_not_there() -> None:
    found = all_metrics(sample_tokens(rollout_logprobs=[-1.0], ref_logprobs=[-1.0])).values
    assert set(found) == {"rollout_logprobs", "ref_logprobs", "ref_prob"}
    assert set(all_metrics(sample_tokens(values=[1.0])).values) == {"values"}
    assert set(all_metrics(sample_tokens(returns=[1.0])).values) == {"returns"}


@pytest.mark.parametrize("name", [metric.name for metric in (*tokens.POINTWISE, *tokens.SEQUENTIAL)])
def test_a_logged_metric_is_never_replaced(name: str) -> None:
    logged: dict[str, Values] = {
        key: [-1.0, -2.0]
        for key in ("logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs", "values", "token_rewards")
    }
    found = all_metrics(flat_tokens([{**logged, name: [42.0, None]}]))
    assert found.values[name][0] == 42.0
    assert found.missing[name].tolist() == [False, True]


def test_what_one_sample_logs_changes_nothing_of_the_others() -> None:
    # k3 of a log ratio of 1 is 1/e. Targets: returns of the first, rewards of the second, none of the third.
    of_pair: dict[str, Values] = {"logprobs": [-1.0, -1.0], "ref_logprobs": [-2.0, -2.0]}
    nothing: Values = [None, None]
    samples: list[dict[str, Values]] = [
        of_pair
        | {"k3": [0.5, None], "values": [1.0, 2.0], "returns": [3.0, 3.0], "token_rewards": [0.0, 1.0]},
        of_pair | {"k3": nothing, "values": [1.0, 2.0], "returns": nothing, "token_rewards": [0.5, 0.25]},
        of_pair | {"k3": nothing, "values": [1.0, 2.0], "returns": nothing, "token_rewards": nothing},
    ]
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        tokens_of_all = flat_tokens([samples[i] for i in order])
        target = critic.critic_target(tokens_of_all, 1.0, 1.0)
        assert target is not None
        found = derived_metrics.with_derived_metrics(tokens_of_all, target, 1.0, 1.0)
        at = {i: slice(2 * place, 2 * place + 2) for place, i in enumerate(order)}
        assert found.values["k3"][at[0]].tolist() == pytest.approx([0.5, math.nan], nan_ok=True)
        assert found.missing["k3"][at[0]].tolist() == [False, True]
        assert found.values["k3"][at[1]].tolist() == pytest.approx([math.exp(-1)] * 2)
        assert not found.missing["k3"][at[1]].any()
        assert found.values["value_error"][at[0]].tolist() == [-2.0, -1.0]  # 1 - 3, 2 - 3
        assert found.values["value_error"][at[1]].tolist() == [0.25, 1.75]  # 1 - 0.75, 2 - 0.25
        assert found.missing["value_error"][at[2]].all()
        assert target.logged.tolist() == [i == 0 for i in order]


def test_a_derived_value_is_missing_where_one_of_its_sources_is() -> None:
    found = all_metrics(sample_tokens(logprobs=[-1.0, None, -1.0], ref_logprobs=[None, -1.0, -2.0]))
    assert found.missing["log_ratio"].tolist() == [True, True, False]
    assert found.missing["k3"].tolist() == [True, True, False]
    assert np.isnan(found.values["k3"][:2]).all()
    assert found.missing["prob"].tolist() == [False, True, False]


def test_nan_stays_nan_and_is_not_missing() -> None:
    found = all_metrics(sample_tokens(logprobs=[math.nan, -1.0], ref_logprobs=[-1.0, -math.inf]))
    assert "k3" not in found.missing
    assert math.isnan(found.values["log_ratio"][0])
    assert found.values["log_ratio"][1] == math.inf


def one_sample(values: Values, rewards: Values) -> dict[str, Values]:
    return {"values": values, "token_rewards": rewards}


def test_a_missing_last_reward_does_not_spoil_the_earlier_ones() -> None:
    found = all_metrics(sample_tokens(values=[0.0, 0.0, 0.0], token_rewards=[1.0, 2.0, None]))
    assert found.values["return_to_go"][:2].tolist() == [3.0, 2.0]
    assert found.missing["return_to_go"].tolist() == [False, False, True]
    assert found.missing["td_error"].tolist() == [False, False, True]


def test_samples_never_run_into_each_other() -> None:
    apart = [all_metrics(flat_tokens([sample])) for sample in SAMPLES]
    together = all_metrics(flat_tokens(SAMPLES))
    for name, array in together.values.items():
        joined = np.concatenate([found.values[name] for found in apart])
        assert array.tolist() == pytest.approx(joined.tolist(), nan_ok=True), name


SAMPLES: list[dict[str, Values]] = [
    one_sample([1.0, 2.0, 3.0], [0.1, 0.2, 0.3]),
    one_sample([], []),
    one_sample([5.0], [0.5]),
    one_sample([-1.0, -2.0], [0.0, 1.0]),
]


@pytest.mark.parametrize("sizes", [[], [0], [0, 0]])
def test_no_tokens_at_all(sizes: list[int]) -> None:
    empty = np.zeros(len(sizes), np.int64)
    flat = Tokens(empty, empty, {"logprobs": np.zeros(0), "ref_logprobs": np.zeros(0)}, {})
    found = token_statistics.statistics(all_metrics(flat), "k3")
    assert found.count.tolist() == [0.0] * len(sizes)
    assert np.isnan(found.sum).all()


def test_owners_name_the_sample_of_each_token() -> None:
    assert flat_tokens(SAMPLES).owners().tolist() == [0, 0, 0, 2, 3, 3]
