"""Where step metrics of docs/metrics.md stop to have a value: what varies by no more than rounding has no correlation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion

Row = dict[str, Any]
BoardOf = Callable[[Iterable[Row]], Board]
StepMetrics = Callable[[Iterable[Row]], dict[str, list[float | None]]]


def lengths(rewards: Iterable[float], of: Iterable[int], step: int = 1) -> list[Row]:
    """Responses of so many tokens each with its reward."""
    return [
        {"step": step, "response_tokens": ["x"] * n, "reward": reward}
        for reward, n in zip(rewards, of, strict=True)
    ]


def test_rewards_that_differ_by_rounding_have_no_correlation_with_the_length(
    step_metrics_of: StepMetrics,
) -> None:
    # Two rewards 1 ± d have the standard deviation d, of which 1e-12 of the mean may be rounding: 0.8e-12 is less, 1.5e-12
    # more. In the third step it is 1 of 1e12, the very limit; in the fourth the lengths do not differ at all.
    rows = [
        *lengths([1 - 0.8e-12, 1 + 0.8e-12], [1, 2], step=1),
        *lengths([1 - 1.5e-12, 1 + 1.5e-12], [1, 2], step=2),
        *lengths([1e12 - 1, 1e12 + 1], [1, 2], step=3),
        *lengths([0.25, 0.5], [2, 2], step=4),
    ]
    found = step_metrics_of(rows)["reward_length_correlation"]
    assert found == [None, pytest.approx(1.0, rel=1e-3), None, None]


def test_a_correlation_with_the_length_is_between_minus_1_and_1(step_metrics_of: StepMetrics) -> None:
    # As much for each token: computed plainly, float64 gives 1.0000000000000002 in the first step and -1.0000000000000002
    # in the last.
    steps = [(0.7, (2, 7)), (0.1, (1, 2, 2, 2, 7, 7)), (-0.7, (3, 2, 8, 2, 3)), (-0.9, (2, 5, 6))]
    rows = [row for i, (a, of) in enumerate(steps) for row in lengths([a * n for n in of], of, step=i)]
    assert step_metrics_of(rows)["reward_length_correlation"] == [1.0, 1.0, -1.0, -1.0]


def test_a_target_of_one_token_each_varies_by_the_tokens_of_the_step(step_metrics_of: StepMetrics) -> None:
    # Targets ± 0.9e-6 of two samples: a variance of 0.81e-12, up to 1e-12 it is none. ± 1.1e-6 are more; the critic says 0.
    rows = [
        {"step": step, "response": "a", "values": [0], "returns": [target]}
        for step, target in ((1, 0.9e-6), (1, -0.9e-6), (2, 1.1e-6), (2, -1.1e-6))
    ]
    assert step_metrics_of(rows)["explained_variance"] == [None, pytest.approx(0.0, abs=1e-9)]


def test_tokens_of_several_samples_that_are_too_large_are_counted(board_of: BoardOf) -> None:
    # Of two samples with three tokens together the mean is too large to be added up; one more token is NaN.
    rows = [{"step": 1, "response": "ab", "values": x} for x in ([1e200, 1], [1e200], [3, math.nan])]
    found = board_of(rows).steps(StepsQuestion(Selection("."), ("values_mean",))).metrics["values_mean"]
    assert (found.count[0], found.nonfinite[0], found.mean[0]) == (1, 4, 3.0)
