"""Every formula of docs/metrics.md, "Per step", with numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from flat_tokens import Values, flat_tokens

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_sums import sample_sums, step_metrics

Row = dict[str, Any]
BoardOf = Callable[[Iterable[Row]], Board]
StepMetrics = Callable[[Iterable[Row]], dict[str, list[float | None]]]
HALF, QUARTER, EIGHTH = -0.6931471805599453, -1.3862943611198906, -2.0794415416798357


def rewarded(*rewards: float | None, **further: object) -> list[Row]:
    return [{"step": 1, "prompt": "p", "response": "a", "reward": x} | further for x in rewards]


def test_statistics_of_a_sample_metric(board_of: BoardOf) -> None:
    # 0, 10, 20, 30, 40 and two that are not finite. Variance (400 + 100 + 0 + 100 + 400) / 5 = 200. A quantile lies at
    # position 4 q of the sorted values, between neighbours linearly (NumPy's default; Hyndman and Fan, type 7):
    # q = 0.01 at 0.04 is 0.4, q = 0.05 at 0.2 is 2, q = 0.95 at 3.8 is 38, q = 0.99 at 3.96 is 39.6.
    rows = rewarded(30.0, 0.0, 40.0, math.nan, 10.0, 20.0, math.inf, None)
    found = board_of(rows).steps(Selection("."), ("reward",)).metrics["reward"]
    assert {name: list(values) for name, values in vars(found).items()} == {
        "count": [5],
        "nonfinite": [2],
        "sum": [100.0],
        "mean": [20.0],
        "std": [pytest.approx(14.142135623730951)],
        "min": [0.0],
        "p01": [pytest.approx(0.4)],
        "p05": [pytest.approx(2.0)],
        "p25": [pytest.approx(10.0)],
        "p50": [pytest.approx(20.0)],
        "p75": [pytest.approx(30.0)],
        "p95": [pytest.approx(38.0)],
        "p99": [pytest.approx(39.6)],
        "max": [40.0],
    }


def test_statistics_of_a_token_metric_are_weighted_by_tokens(board_of: BoardOf) -> None:
    # Three tokens of 1 and one of 5, beside a NaN and one that is missing: 8 / 4, no mean of the means 1 and 5, which is
    # 3. The rest is of the samples' means: standard deviation 2, p75 = 1 + 0.75 * 4.
    rows = [
        {"step": 1, "response_tokens": list("abcd"), "values": [1, 1, 1, None]},
        {"step": 1, "response_tokens": list("ab"), "values": [5, math.nan]},
        {"step": 1, "response_tokens": list("ab"), "values": [math.nan, math.nan]},
    ]
    found = board_of(rows).steps(Selection("."), ("values_mean",)).metrics["values_mean"]
    assert (found.count[0], found.nonfinite[0], found.sum[0], found.mean[0]) == (4, 3, 8.0, 2.0)
    assert (found.min[0], found.max[0], found.std[0], found.p75[0]) == (1.0, 5.0, 2.0, 4.0)


def test_n_samples_counts_every_sample(step_metrics_of: StepMetrics) -> None:
    assert step_metrics_of(rewarded(1.0, None, math.nan))["n_samples"] == [3.0]


def test_win_tie_loss(step_metrics_of: StepMetrics) -> None:
    # RL Logging Board, reward gap: 1.5 - 1, 1 - 1, 0 - 1, 0.5 - 1, 0.25 - 1 and one that is not finite:
    # one win, one tie, three losses of five.
    found = step_metrics_of(rewarded(1.5, 1.0, 0.0, 0.5, 0.25, math.nan, ref_reward=1.0))
    assert (found["win"], found["tie"], found["loss"]) == ([0.2], [0.2], [0.6])


def test_reward_length_correlation(step_metrics_of: StepMetrics) -> None:
    # ODIN (arXiv 2402.07319): Pearson. Rewards 1, 2, 3 and lengths 1, 2, 4: deviations -1, 0, 1 and
    # -4/3, -1/3, 5/3, so 3 / √(2 * 42/9) = 0.9819805060619657. A reward that is not finite, or no length, is left out.
    rows = [
        {"step": 1, "response_tokens": ["x"] * length, "reward": reward}
        for reward, length in ((1.0, 1), (2.0, 2), (3.0, 4), (math.inf, 9))
    ]
    found = step_metrics_of([*rows, {"step": 1, "response": "none", "reward": -5.0}])
    assert found["reward_length_correlation"] == pytest.approx([0.9819805060619657])


def test_truncation_share(step_metrics_of: StepMetrics) -> None:
    # One of the three that have a reason.
    rows = [{"step": 1, "response": "a", "finish_reason": x} for x in ("length", "stop", "stop", None)]
    assert step_metrics_of(rows)["truncation_share"] == pytest.approx([1 / 3])


def test_zero_advantage_groups_differ_by_no_more_than_1e_8(step_metrics_of: StepMetrics) -> None:
    # DAPO (arXiv 2503.14476), section 3.2: groups whose rewards are all alike teach nothing. A step for each difference.
    differences = [0.0, 0.99e-8, 1e-8, 1.01e-8, 1e-6, 1e-2]
    rows = [row for step, x in enumerate(differences) for row in rewarded(0.0, x, step=step)]
    assert step_metrics_of(rows)["zero_advantage_groups"] == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]


def test_zero_advantage_all_good_and_all_bad_groups(step_metrics_of: StepMetrics) -> None:
    # Of six groups of two or more: good at 1, 1 and at 1e-8, 0; bad at 0, 0 and at -1, -1, -1; two differ. One sample
    # alone is no group, and neither are one and what is not finite.
    groups: tuple[tuple[float, ...], ...] = (
        *((1.0, 1.0), (1e-8, 0.0), (0.0, 0.0), (-1.0, -1.0, -1.0), (0.0, 1.0), (-1.0, 1.0)),
        *((5.0,), (5.0, math.nan)),
    )
    rows = [row for i, rewards in enumerate(groups) for row in rewarded(*rewards, prompt=f"prompt {i}")]
    found = step_metrics_of(rows)
    assert found["zero_advantage_groups"] == pytest.approx([4 / 6])
    assert found["all_good_groups"] == pytest.approx([2 / 6])
    assert found["all_bad_groups"] == pytest.approx([2 / 6])


def test_duplicate_share(step_metrics_of: StepMetrics) -> None:
    # Three responses a, a, b to one prompt: 1 - 2/3. Two equal ones to another: 1 - 1/2. Two that differ: 0. One alone
    # and those without a prompt do not count: (1/3 + 1/2 + 0) / 3 = 5/18.
    answers = (*(("p", x) for x in "aab"), *(("q", x) for x in "cc"), *(("r", x) for x in "de"), ("s", "f"))
    rows = [{"step": 1, "prompt": prompt, "response": response} for prompt, response in answers]
    rows += [{"step": 1, "response": "g"}, {"step": 1, "response": "g"}]
    rows += [{"step": 1, "prompt": "p", "response_tokens": ["x"]}]
    assert step_metrics_of(rows)["duplicate_share"] == pytest.approx([5 / 18])


# ρ = exp(logprobs - rollout_logprobs) is 2 and 1/2 in the first sample and 4 in the second; along them 1 and 4.
MISMATCHED = [
    {"step": 1, "response": "ab", "logprobs": [HALF, QUARTER], "rollout_logprobs": [QUARTER, HALF]},
    {"step": 1, "response": "c", "logprobs": [HALF], "rollout_logprobs": [EIGHTH]},
]


def test_token_mult_prob_error(step_metrics_of: StepMetrics) -> None:
    # NeMo-RL, docs/guides/grpo.md: mean of exp(|mismatch|) = (2 + 2 + 4) / 3.
    assert step_metrics_of(MISMATCHED)["token_mult_prob_error"] == pytest.approx([8 / 3])


def test_chi2_of_tokens_and_sequences(step_metrics_of: StepMetrics) -> None:
    # verl, docs on rollout correction: (4 + 1/4 + 16) / 3 - 1 over tokens, (1 + 16) / 2 - 1 over samples.
    found = step_metrics_of(MISMATCHED)
    assert found["chi2_token"] == pytest.approx([5.75])
    assert found["chi2_seq"] == pytest.approx([7.5])


def test_effective_sample_size(step_metrics_of: StepMetrics) -> None:
    # Kish: (Σw)² / (n Σw²) with w = min(ρ, 2). Tokens 2, 1/2, 2: 4.5² / (3 * 8.25) = 9/11.
    # Samples 1, 2: 3² / (2 * 5) = 9/10.
    found = step_metrics_of(MISMATCHED)
    assert found["ess_fraction_token"] == pytest.approx([9 / 11])
    assert found["ess_fraction_seq"] == pytest.approx([0.9])


def test_capped_shares_count_ratios_from_2_on(step_metrics_of: StepMetrics) -> None:
    # Tokens 2 and 4 of three; the sample with 4 of two.
    found = step_metrics_of(MISMATCHED)
    assert found["capped_share_token"] == pytest.approx([2 / 3])
    assert found["capped_share_seq"] == [0.5]


def test_prob_pearson(step_metrics_of: StepMetrics) -> None:
    # MiniMax-M1 (arXiv 2506.13585), section 3.2. Probabilities 1/2, 1/4, 1/2 and 1/4, 1/2, 1/8: deviations 1, -2, 1
    # (twelfths) and -1, 5, -4 (twenty-fourths), so (-1 - 10 - 4) / √(6 * 42) = -15 / √252.
    assert step_metrics_of(MISMATCHED)["prob_pearson"] == pytest.approx([-0.944911182523068])


def sums_of(samples: list[dict[str, Values]], masks: list[list[bool]] | None = None) -> dict[str, Floats]:
    found = sample_sums(flat_tokens(samples, masks))
    return {name: values.sum(keepdims=True) for name, values in found.items()}


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


def test_a_sample_at_the_cap() -> None:
    # ρ = 2 along the only sample: at the cap, and 2² - 1.
    found = step_metrics(sums_of([{"logprobs": [HALF, HALF], "rollout_logprobs": [QUARTER, HALF]}]))
    assert (found["capped_share_seq"][0], found["chi2_seq"][0]) == (1.0, 3.0)


def test_probabilities_without_variance_have_no_correlation() -> None:
    # Both variances 1e-12, the product 1e-24: up to there nothing is left but rounding.
    names = (
        "mm_n",
        "mm_abs",
        "rho2",
        "w",
        "w2",
        "capped",
        "p",
        "q",
        "seq_n",
        "seq_rho2",
        "seq_w",
        "seq_w2",
        "seq_capped",
    )
    sums = dict.fromkeys(names, np.asarray([0.0])) | {"mm_n": np.asarray([1.0])}
    for variance, expected in ((0.9e-12, math.nan), (1.1e-12, 1.0)):
        pearson = step_metrics(sums | dict.fromkeys(("pp", "qq", "pq"), np.asarray([variance])))[
            "prob_pearson"
        ]
        assert pearson.tolist() == pytest.approx([expected], nan_ok=True)


def test_an_overflow_is_no_number() -> None:
    # ρ = e^800 has no float64; its weight is capped at 2.
    found = step_metrics(sums_of([{"logprobs": [0.0], "rollout_logprobs": [-800.0]}]))
    assert all(math.isnan(found[name][0]) for name in ("token_mult_prob_error", "chi2_token", "chi2_seq"))
    assert (found["ess_fraction_token"][0], found["ess_fraction_seq"][0]) == (1.0, 1.0)


def test_explained_variance_over_all_tokens_of_a_step(step_metrics_of: StepMetrics) -> None:
    # CleanRL, ppo.py. Targets 2 | 4, 6, errors 1 | 2, 2: 1 - (2/9) / (8/3) = 11/12, whichever sample they are of.
    # In the second step the targets do not vary; in the third the critic is worse than none: targets 1, 3, errors -3, 3.
    rows = [
        {"step": 1, "response": "a", "values": [1], "returns": [2]},
        {"step": 1, "response": "bc", "values": [2, 4], "returns": [4, 6]},
        {"step": 2, "response": "bc", "values": [2, 4], "returns": [5, 5]},
        {"step": 3, "response": "bc", "values": [4, 0], "returns": [1, 3]},
    ]
    assert step_metrics_of(rows)["explained_variance"] == [pytest.approx(11 / 12), None, pytest.approx(-8.0)]


def test_explained_variance_against_gae(step_metrics_of: StepMetrics) -> None:
    # Rewards 1, 2 return 3, 2; values 1, 1 leave 2, 1: 1 - (1/4) / (1/4) = 0. Values 2, 1 leave 1, 1: 1.
    rows = [
        {"step": 1, "response": "ab", "values": [1, 1], "token_rewards": [1, 2]},
        {"step": 2, "response": "ab", "values": [2, 1], "token_rewards": [1, 2]},
    ]
    assert step_metrics_of(rows)["explained_variance"] == pytest.approx([0.0, 1.0])


def test_critic_sums_leave_out_what_is_masked_or_missing() -> None:
    # Targets 2, 4, 6 with errors 1, 2, 2 are left: 11/12.
    samples: list[dict[str, Values]] = [
        {"values": [1.0, 9.0, 2.0, None, 4.0], "returns": [2.0, 100.0, 4.0, 100.0, 6.0]},
        {"values": [math.inf], "returns": [7.0]},
    ]
    found = step_metrics(sums_of(samples, [[True, False, True, True, True], [True]]))
    assert found["explained_variance"].tolist() == pytest.approx([11 / 12])


def test_first_step_kl(step_metrics_of: StepMetrics) -> None:
    # k3 where the log ratio is ln 2 is 0.193147, where it is 0 it is 0: one of four tokens differs.
    rows = [
        {"step": 5, "response": "a", "logprobs": [QUARTER], "ref_logprobs": [EIGHTH]},
        {"step": 5, "response": "abc", "logprobs": [HALF] * 3, "ref_logprobs": [HALF] * 3},
        {"step": 6, "response": "a", "logprobs": [QUARTER], "ref_logprobs": [EIGHTH]},
    ]
    assert step_metrics_of(rows)["first_step_kl"] == [pytest.approx(0.1931471805599453 / 4), None]


def test_a_resumed_training_has_no_first_step_kl(step_metrics_of: StepMetrics) -> None:
    rows = [
        {"step": step, "response": "a", "logprobs": [QUARTER], "ref_logprobs": [EIGHTH]}
        for step in (5, 6, 7, 5, 6)
    ]
    assert set(step_metrics_of(rows).get("first_step_kl", [None])) == {None}
