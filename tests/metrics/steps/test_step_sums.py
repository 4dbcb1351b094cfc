"""The token-level step metrics of docs/metrics.md, "Per step", with numbers worked out by hand.

Probabilities are powers of two, so that a logarithm is a multiple of ln 2 = 0.6931471805599453.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from flat_tokens import Values, flat_tokens
from pooled_sums import pooled

from tensorboard_plugin_rlboard.metrics.critic import critic_target
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_sums import (
    _is_huge,
    _zero_if_huge,
    sample_sums,
    step_metrics,
)

HALF, QUARTER, EIGHTH = -0.6931471805599453, -1.3862943611198906, -2.0794415416798357


def sums_of(samples: list[dict[str, Values]], masks: list[list[bool]] | None = None) -> dict[str, Floats]:
    tokens = flat_tokens(samples, masks)
    return pooled(sample_sums(tokens, critic_target(tokens, 1.0, 1.0)))


# ρ = exp(logprobs - rollout_logprobs) is 2 and 1/2 in the first sample and 4 in the second; along them 1 and 4.
MISMATCHED: list[dict[str, Values]] = [
    {"logprobs": [HALF, QUARTER], "rollout_logprobs": [QUARTER, HALF]},
    {"logprobs": [HALF], "rollout_logprobs": [EIGHTH]},
]


def test_token_mult_prob_error() -> None:
    # NeMo-RL, docs/guides/grpo.md: mean of exp(|mismatch|) = (2 + 2 + 4) / 3.
    assert step_metrics(sums_of(MISMATCHED))["token_mult_prob_error"] == pytest.approx([8 / 3])


def test_chi2_of_tokens_and_sequences() -> None:
    # verl, docs on rollout correction: (4 + 1/4 + 16) / 3 - 1 over tokens, (1 + 16) / 2 - 1 over samples.
    found = step_metrics(sums_of(MISMATCHED))
    assert found["chi2_token"] == pytest.approx([5.75])
    assert found["chi2_seq"] == pytest.approx([7.5])


def test_effective_sample_size() -> None:
    # Kish: (Σw)² / (n Σw²) with w = min(ρ, 2). Tokens 2, 1/2, 2: 4.5² / (3 * 8.25) = 9/11.
    # Samples 1, 2: 3² / (2 * 5) = 9/10.
    found = step_metrics(sums_of(MISMATCHED))
    assert found["ess_fraction_token"] == pytest.approx([9 / 11])
    assert found["ess_fraction_seq"] == pytest.approx([0.9])


def test_capped_shares_count_ratios_from_2_on() -> None:
    # Tokens 2 and 4 of three; the sample with 4 of two.
    found = step_metrics(sums_of(MISMATCHED))
    assert found["capped_share_token"] == pytest.approx([2 / 3])
    assert found["capped_share_seq"] == [0.5]


def test_prob_pearson() -> None:
    # MiniMax-M1 (arXiv 2506.13585), section 3.2. Probabilities 1/2, 1/4, 1/2 and 1/4, 1/2, 1/8: deviations 1, -2, 1
    # (twelfths) and -1, 5, -4 (twenty-fourths), so (-1 - 10 - 4) / √(6 * 42) = -15 / √252.
    assert step_metrics(sums_of(MISMATCHED))["prob_pearson"] == pytest.approx([-0.944911182523068])


def test_mismatch_leaves_out_what_is_masked_or_not_finite() -> None:
    # The first sample of above among values that do not count, and a sample without any: token numbers of ρ = 2, 1/2.
    samples: list[dict[str, Values]] = [
        {
            "logprobs": [HALF, math.nan, QUARTER, HALF, None, HALF],
            "rollout_logprobs": [QUARTER, HALF, HALF, -math.inf, HALF, EIGHTH],
        },
        {"logprobs": [math.nan], "rollout_logprobs": [HALF]},
    ]
    found = step_metrics(sums_of(samples, [[True, True, True, True, True, False], [True]]))
    assert found["token_mult_prob_error"].tolist() == pytest.approx([2.0])  # (2 + 2) / 2
    assert found["chi2_token"].tolist() == pytest.approx([1.125])  # (4 + 1/4) / 2 - 1
    assert found["chi2_seq"].tolist() == pytest.approx([0.0])  # ρ of the one sample that counts is 1
    assert found["ess_fraction_seq"].tolist() == pytest.approx([1.0])
    assert found["capped_share_token"].tolist() == [0.5]
    assert found["capped_share_seq"].tolist() == [0.0]


def test_a_sample_without_any_token_that_counts_is_no_sequence() -> None:
    # Only the sample with ρ = 4 is one: 4² - 1, one of one at the cap, and a weight of its own.
    samples: list[dict[str, Values]] = [
        {"logprobs": [HALF], "rollout_logprobs": [EIGHTH]},
        {"logprobs": [math.nan], "rollout_logprobs": [HALF]},
    ]
    found = step_metrics(sums_of(samples))
    assert found["chi2_seq"].tolist() == pytest.approx([15.0])
    assert (found["capped_share_seq"][0], found["ess_fraction_seq"][0]) == (1.0, 1.0)


def test_a_sample_at_the_cap() -> None:
    # ρ = 2 along the only sample: at the cap, and 2² - 1.
    found = step_metrics(sums_of([{"logprobs": [HALF, HALF], "rollout_logprobs": [QUARTER, HALF]}]))
    assert (found["capped_share_seq"][0], found["chi2_seq"][0]) == (1.0, 3.0)


def test_constant_probabilities_have_no_correlation() -> None:
    # exp(-0.1) added up and divided again is not exp(-0.1) to the last digit.
    constant: Values = [-0.1] * 7
    varied: Values = [-0.1 * i for i in range(7)]
    for pair in ((constant, varied), (varied, constant), (constant, constant)):
        samples: list[dict[str, Values]] = [{"logprobs": pair[0], "rollout_logprobs": pair[1]}] * 3
        assert math.isnan(step_metrics(sums_of(samples))["prob_pearson"][0])


def test_correlation_of_tiny_probabilities() -> None:
    # Probabilities around 2^-40 have variances of 1e-25 and correlate all the same; at most 1, whatever is rounded.
    tiny: Values = [40 * HALF, 41 * HALF, 43 * HALF]
    found = step_metrics(sums_of([{"logprobs": tiny, "rollout_logprobs": tiny}]))["prob_pearson"][0]
    assert found == pytest.approx(1.0)
    assert found <= 1.0


def pearson(**changed: float) -> float:
    """Of one step of 100 tokens, whose probabilities are 1/2 with a standard deviation of 1/10 and go together."""
    found = {"mm_n": 100.0, "p": 0.5, "q": 0.5, "pp": 1.0, "qq": 1.0, "pq": 1.0} | changed
    return float(step_metrics({name: np.asarray([x]) for name, x in found.items()})["prob_pearson"][0])


def test_probabilities_that_vary_by_no_more_than_1e_12_of_their_mean_have_no_correlation() -> None:
    # A centred sum of 1e-24 over 100 tokens: a standard deviation of 1e-13, of 5e-13 that rounding may leave of 1/2.
    assert pearson() == 1.0
    assert math.isnan(pearson(pp=1e-24, pq=1e-12))
    assert math.isnan(pearson(qq=1e-24, pq=1e-12))
    assert pearson(pp=1e-22, pq=1e-11) == pytest.approx(1.0)  # 1e-12 is more


def test_a_correlation_is_between_minus_1_and_1_whatever_is_rounded() -> None:
    assert (pearson(pq=1.0000000000000002), pearson(pq=-1.0000000000000002)) == (1.0, -1.0)


def test_what_overflows_is_left_out_and_counted() -> None:
    # ρ = e^800 has no float64, and e^400 is beyond 1e150, so neither it nor its square counts; their weights are capped at 2.
    # e^200 counts, its square of e^400 does not.
    overflowing: dict[str, Values] = {"logprobs": [0.0], "rollout_logprobs": [-800.0]}
    nearly: dict[str, Values] = {"logprobs": [0.0], "rollout_logprobs": [-400.0]}
    squared: dict[str, Values] = {"logprobs": [0.0], "rollout_logprobs": [-200.0]}
    found = step_metrics(sums_of([*MISMATCHED, overflowing, nearly, squared]))
    assert found["chi2_token"] == pytest.approx([5.75])
    assert found["chi2_seq"] == pytest.approx([7.5])
    assert (found["chi2_token_nonfinite"][0], found["chi2_seq_nonfinite"][0]) == (3.0, 3.0)
    assert found["token_mult_prob_error"][0] == pytest.approx((8 + math.exp(200)) / 4)
    assert found["token_mult_prob_error_nonfinite"].tolist() == [2.0]
    assert found["capped_share_token"] == pytest.approx([5 / 6])


def test_huge_factors_do_not_add_up_to_infinity() -> None:
    # e^709 is 8e307: three of them have no sum, so they are left out; e^0.5 is what is left.
    samples: list[dict[str, Values]] = [{"logprobs": [0.0], "rollout_logprobs": [-709.0]}] * 3
    found = step_metrics(sums_of([*samples, {"logprobs": [0.0], "rollout_logprobs": [-0.5]}]))
    assert found["token_mult_prob_error"] == pytest.approx([math.exp(0.5)])
    assert found["token_mult_prob_error_nonfinite"].tolist() == [3.0]
    found = step_metrics(sums_of([samples[0], {"logprobs": [0.0], "rollout_logprobs": [-0.5]}]))
    assert found["token_mult_prob_error_nonfinite"].tolist() == [1.0], "one is counted, too"


def test_1e150_itself_has_a_square_too_large_to_be_added() -> None:
    # (1e150)² is 1e300; what is below has room for a hundred million of its kind.
    at_the_bound = np.array([9.9e149, 1e150, 1e151])
    assert _is_huge(at_the_bound).tolist() == [0.0, 1.0, 1.0]
    assert _zero_if_huge(at_the_bound).tolist() == [9.9e149, 0.0, 0.0]


def test_nothing_is_left_out_of_finite_ones() -> None:
    found = step_metrics(sums_of(MISMATCHED))
    assert all(math.isnan(found[name][0]) for name in found if name.endswith("_nonfinite"))


def test_an_overflow_alone_is_no_number() -> None:
    found = step_metrics(sums_of([{"logprobs": [0.0], "rollout_logprobs": [-800.0]}]))
    assert all(math.isnan(found[name][0]) for name in ("token_mult_prob_error", "chi2_token", "chi2_seq"))
    assert (found["ess_fraction_token"][0], found["ess_fraction_seq"][0]) == (1.0, 1.0)


def test_sums_need_both_of_their_metrics() -> None:
    alone: list[dict[str, Values]] = [
        {"logprobs": [HALF], "ref_logprobs": [HALF], "values": [1.0]},
        {"rollout_logprobs": [HALF], "returns": [1.0], "token_rewards": [1.0]},
    ]
    assert [sums_of([arrays]) for arrays in alone] == [{}, {}]
    assert step_metrics({}) == {}
