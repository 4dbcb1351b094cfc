"""Every formula of docs/metrics.md, "Per step", with numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from rewards import rewarded

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps import aggregates
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion

Row = dict[str, Any]
BoardOf = Callable[[Iterable[Row]], Board]
StepMetrics = Callable[[Iterable[Row]], dict[str, list[float | None]]]
HALF, QUARTER, EIGHTH = -0.6931471805599453, -1.3862943611198906, -2.0794415416798357


def test_statistics_of_a_sample_metric(board_of: BoardOf) -> None:
    # 0, 10, 20, 30, 40 and two that are not finite. Variance (400 + 100 + 0 + 100 + 400) / 5 = 200. A quantile lies at
    # position 4 q of the sorted values, between neighbours linearly (NumPy's default; Hyndman and Fan, type 7):
    # q = 0.01 at 0.04 is 0.4, q = 0.05 at 0.2 is 2, q = 0.95 at 3.8 is 38, q = 0.99 at 3.96 is 39.6.
    rows = rewarded(30.0, 0.0, 40.0, math.nan, 10.0, 20.0, math.inf, None)
    found = board_of(rows).steps(StepsQuestion(Selection("."), ("reward",))).metrics["reward"]
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
    found = board_of(rows).steps(StepsQuestion(Selection("."), ("values_mean",))).metrics["values_mean"]
    assert (found.count[0], found.nonfinite[0], found.sum[0], found.mean[0]) == (4, 3, 8.0, 2.0)
    assert (found.min[0], found.max[0], found.std[0], found.p75[0]) == (1.0, 5.0, 2.0, 4.0)


def test_the_mean_of_one_token(board_of: BoardOf) -> None:
    found = board_of([{"step": 1, "response_tokens": ["a"], "values": [5]}])
    assert found.steps(StepsQuestion(Selection("."), ("values_mean",))).metrics["values_mean"].mean == [5.0]


def test_statistics_of_group_metrics(board_of: BoardOf) -> None:
    # Groups 0, 4 and 10, 10: means 2, 2, 10, 10, deviations 2, 2, 0, 0; beside a metric that needs no group.
    rows = [*rewarded(0.0, 4.0), *rewarded(10.0, 10.0, prompt="q")]
    found = board_of(rows).steps(StepsQuestion(Selection("."), ("group_mean", "reward", "group_std"))).metrics
    assert (found["group_mean"].mean, found["group_std"].mean, found["reward"].mean) == ([6.0], [1.0], [6.0])
    assert (found["group_mean"].std, found["group_std"].max, found["group_mean"].p75) == (
        [4.0],
        [2.0],
        [10.0],
    )


def test_large_steps_are_reduced_one_metric_at_a_time(
    board_of: BoardOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregates, "ROWS_AT_ONCE", 1)
    found = board_of(rewarded(1.0, 4.0, 4.0, ref_reward=1.0)).steps(
        StepsQuestion(Selection("."), ("reward", "group_mean", "ref_reward"))
    )
    assert [found.metrics[name].mean for name in ("reward", "group_mean", "ref_reward")] == [
        [3.0],
        [3.0],
        [1.0],
    ]
    assert (found.step_metrics["tie"], found.step_metrics["zero_advantage_groups"]) == ([1 / 3], [0.0])


def test_rows_of_several_relations_follow_each_other() -> None:
    tables = [
        aggregates.AggregateRows((np.asarray([step]), np.asarray([9])), {"x": np.asarray([2.0 * step])})
        for step in (1, 2)
    ]
    found = aggregates.concatenated(tables)
    assert [key.tolist() for key in found.keys] == [[1, 2], [9, 9]]
    assert found.columns["x"].tolist() == [2.0, 4.0]
    alone = aggregates.concatenated(tables[:1])
    assert ([key.tolist() for key in alone.keys], alone.columns["x"].tolist()) == ([[1], [9]], [2.0])


def test_numbers_from_1e150_on_count_as_not_finite(board_of: BoardOf) -> None:
    # As in a distribution: their squares, and sums of some of them, have no float64. Of the tokens those of the sample whose
    # mean is as large are left out, so one of three samples' two tokens are left, with a mean of 3.
    rows = rewarded(1.0, 9.9e149, 1e150, -1e200, math.inf)
    found = board_of(rows).steps(StepsQuestion(Selection("."), ("reward",))).metrics["reward"]
    assert (found.count[0], found.nonfinite[0], found.sum[0], found.max[0]) == (2, 3, 9.9e149, 9.9e149)
    rows = [{"step": 1, "response": "ab", "values": x} for x in ([2, 4], [1e200, 1], [1, math.nan])]
    tokens = board_of(rows[:2]).steps(StepsQuestion(Selection("."), ("values_mean",))).metrics["values_mean"]
    assert (tokens.count[0], tokens.nonfinite[0], tokens.sum[0], tokens.mean[0]) == (2, 2, 6.0, 3.0)
    all_huge = (
        board_of(rows[1:2]).steps(StepsQuestion(Selection("."), ("values_mean",))).metrics["values_mean"]
    )
    assert (all_huge.count[0], all_huge.nonfinite[0], all_huge.mean[0]) == (0, 2, None)


def test_n_samples_counts_every_sample(step_metrics_of: StepMetrics) -> None:
    assert step_metrics_of(rewarded(1.0, None, math.nan))["n_samples"] == [3.0]


def test_win_tie_loss(step_metrics_of: StepMetrics) -> None:
    # RL Logging Board, reward gap: 1.5 - 1, 1 - 1, 0 - 1, 0.5 - 1, 0.25 - 1 and three that are not finite:
    # one win, one tie, three losses of five.
    rewards = (1.5, 1.0, 0.0, 0.5, 0.25, math.nan, math.inf, -math.inf)
    found = step_metrics_of(rewarded(*rewards, ref_reward=1.0))
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


def test_duplicate_share(step_metrics_of: StepMetrics) -> None:
    # Three responses a, a, b to one prompt: 1 - 2/3. Two equal ones to another: 1 - 1/2. Two that differ: 0. One alone
    # and those without a prompt do not count: (1/3 + 1/2 + 0) / 3 = 5/18.
    answers = (*(("p", x) for x in "aab"), *(("q", x) for x in "cc"), *(("r", x) for x in "de"), ("s", "f"))
    rows = [{"step": 1, "prompt": prompt, "response": response} for prompt, response in answers]
    rows += [{"step": 1, "response": "g"}, {"step": 1, "response": "g"}]
    rows += [{"step": 1, "prompt": "p", "response_tokens": ["x"]}]
    assert step_metrics_of(rows)["duplicate_share"] == pytest.approx([5 / 18])


def test_mismatch_metrics_are_made_of_the_sums_of_all_samples(step_metrics_of: StepMetrics) -> None:
    # The formulas are those of test_step_sums, with the same numbers: ρ is 2 and 1/2 in the first sample, 4 in the second.
    rows = [
        {"step": 1, "response": "ab", "logprobs": [HALF, QUARTER], "rollout_logprobs": [QUARTER, HALF]},
        {"step": 1, "response": "c", "logprobs": [HALF], "rollout_logprobs": [EIGHTH]},
    ]
    found = step_metrics_of(rows)
    expected = {
        "token_mult_prob_error": 8 / 3,
        "chi2_token": 5.75,
        "chi2_seq": 7.5,
        "ess_fraction_token": 9 / 11,
        "ess_fraction_seq": 0.9,
        "capped_share_token": 2 / 3,
        "capped_share_seq": 0.5,
        "prob_pearson": -0.944911182523068,
    }
    assert {name: found[name][0] for name in expected} == pytest.approx(expected)


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


def test_explained_variance_pools_what_lies_far_from_zero(step_metrics_of: StepMetrics) -> None:
    # Step 1: targets 1e6 ± 0.01, constant within each response, and a critic that knows only their mean: 1 - 1. Step 2:
    # the same and a critic that is right: 1. Step 3: one target for both, so none. The oldest log of a step is first.
    def row(step: int, value: float, target: float) -> Row:
        return {"step": step, "response": "ab", "values": [value] * 2, "returns": [target] * 2}

    low, high = 1e6 - 0.01, 1e6 + 0.01
    rows = [
        row(1, 1e6, low),
        row(1, 1e6, high),
        row(2, low, low),
        row(2, high, high),
        row(3, 1.0, low),
        row(3, 2.0, low),
    ]
    found = step_metrics_of(rows)["explained_variance"]
    assert found == [pytest.approx(0.0, abs=1e-6), pytest.approx(1.0), None]


def test_a_sample_without_a_target_is_in_no_explained_variance(step_metrics_of: StepMetrics) -> None:
    # Targets 0.6, 0.5, 0.3: mean 7/15, variance 14/900; errors 0.1, -0.1, -0.4: variance 38/900. 1 - 38/14.
    rows = [
        {"step": 1, "response": "abc", "values": [0.5, 0.6, 0.7], "token_rewards": [0.1, 0.2, 0.3]},
        {"step": 1, "response": "xyz", "values": [5.0, 6.0, 7.0]},
    ]
    assert step_metrics_of(rows)["explained_variance"] == pytest.approx([1 - 38 / 14])


def test_responses_whose_ratio_overflows_are_counted(step_metrics_of: StepMetrics) -> None:
    # ρ = 2 and e^800 in step 1, 2 alone in step 2.
    rows: list[Row] = [
        {"step": step, "response": "a", "logprobs": [high], "rollout_logprobs": [low]}
        for step, high, low in ((1, HALF, QUARTER), (1, 0.0, -800.0), (2, HALF, QUARTER))
    ]
    found = step_metrics_of(rows)
    assert found["chi2_seq"] == pytest.approx([3.0, 3.0])
    assert found["chi2_seq_nonfinite"] == [1.0, None]


def test_explained_variance_against_gae(step_metrics_of: StepMetrics) -> None:
    # Rewards 1, 2 return 3, 2; values 1, 1 leave 2, 1: 1 - (1/4) / (1/4) = 0. Values 2, 1 leave 1, 1: 1.
    rows = [
        {"step": 1, "response": "ab", "values": [1, 1], "token_rewards": [1, 2]},
        {"step": 2, "response": "ab", "values": [2, 1], "token_rewards": [1, 2]},
    ]
    assert step_metrics_of(rows)["explained_variance"] == pytest.approx([0.0, 1.0])


def test_first_step_kl(step_metrics_of: StepMetrics) -> None:
    # k3 where the log ratio is ln 2 is 0.193147, where it is 0 it is 0: one of four tokens differs.
    rows = [
        {"step": 5, "response": "a", "logprobs": [QUARTER], "ref_logprobs": [EIGHTH]},
        {"step": 5, "response": "abc", "logprobs": [HALF] * 3, "ref_logprobs": [HALF] * 3},
        {"step": 6, "response": "a", "logprobs": [QUARTER], "ref_logprobs": [EIGHTH]},
    ]
    assert step_metrics_of(rows)["first_step_kl"] == [pytest.approx(0.1931471805599453 / 4), None]


def test_first_step_kl_of_one_token(step_metrics_of: StepMetrics) -> None:
    rows = [{"step": 5, "response": "a", "logprobs": [QUARTER], "ref_logprobs": [EIGHTH]}]
    assert step_metrics_of(rows)["first_step_kl"] == pytest.approx([0.1931471805599453])


def test_a_resumed_training_has_no_first_step_kl(step_metrics_of: StepMetrics) -> None:
    rows = [
        {"step": step, "response": "a", "logprobs": [QUARTER], "ref_logprobs": [EIGHTH]}
        for step in (5, 6, 7, 5, 6)
    ]
    assert set(step_metrics_of(rows).get("first_step_kl", [None])) == {None}
