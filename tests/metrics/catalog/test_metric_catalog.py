"""Which metrics a run has, in which order, and how they are labelled: the names of docs/metrics.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tensorboard_plugin_rlboard.board.board import Board

BoardOf = Callable[[Iterable[dict[str, Any]]], Board]
FULL = {
    "step": 1,
    "prompt": "p",
    "response": "ab",
    "ref_response": "a",
    "finish_reason": "stop",
    "reward": 1.0,
    "ref_reward": 0.5,
    "valid_reward": 1,
    "ref_valid_reward": 0,
    "rhyme": 0.5,
    "policy_version": 1,
    "logprobs": [-1, -2],
    "ref_logprobs": [-1, -2],
    "values": [1, 2],
    "focus": [1, 2],
    "token_rewards": [1, 1],
    "entropies": [1, 1],
    "repetition": 0.5,
}


def labels_of(board: Board) -> dict[str, tuple[str, str]]:
    (run,) = board.runs().runs
    assert {metric.origin for metric in run.metrics} <= {"", "computed"}, "nothing was joined"
    return {metric.name: (metric.kind, metric.unit) for metric in run.metrics}


def test_token_metrics_stand_in_the_order_of_the_view(board_of: BoardOf) -> None:
    (run,) = board_of([FULL]).runs().runs
    assert [metric.name for metric in run.token_metrics] == [
        *("token_rewards", "log_ratio", "k3", "values", "logprobs", "ref_logprobs", "prob", "ref_prob"),
        *("entropies", "k2", "surprise", "return_to_go", "value_error", "td_error"),
        "focus",  # a list of the log's own
    ]
    kinds = {metric.name: (metric.kind, metric.unit) for metric in run.token_metrics}
    assert kinds["k3"] == ("magnitude", "nats")
    assert kinds["td_error"] == ("signed", "reward")
    assert kinds["focus"] == ("value", "")


def test_sample_metrics_begin_with_the_rewards(board_of: BoardOf) -> None:
    names = list(labels_of(board_of([FULL, FULL])))
    first = ["reward", "reward_gap", "ref_reward", "valid_reward", "ref_valid_reward", "n_tokens"]
    assert names[:6] == first
    assert names[6:] == sorted(names[6:])
    assert {"advantage", "group_mean", "group_std", "group_rank", "staleness", "perplexity", "rhyme"} <= set(
        names
    )


def test_labels_of_sample_metrics(board_of: BoardOf) -> None:
    found = labels_of(board_of([FULL, FULL]))
    assert {name: found[name] for name in EXPECTED} == EXPECTED


EXPECTED = {
    "n_tokens": ("count", "tokens"),
    "truncated": ("flag", ""),
    "staleness": ("count", "versions"),
    "perplexity": ("value", ""),
    "group_rank": ("count", "rank"),
    "reward": ("value", "reward"),
    "group_std": ("value", "reward"),
    "reward_gap": ("signed", "reward"),
    "advantage": ("signed", "reward"),
    "rhyme": ("value", ""),
    # Statistics have the kind and unit of their token metric, but positions, magnitudes and sums of probabilities.
    "log_ratio_mean": ("signed", "nats"),
    "log_ratio_sum": ("signed", "nats"),
    "log_ratio_std": ("magnitude", "nats"),
    "log_ratio_absmean": ("magnitude", "nats"),
    "log_ratio_argmax": ("count", "position"),
    "prob_mean": ("probability", ""),
    "prob_sum": ("value", ""),
    "focus_mean": ("value", ""),
    "focus_argmax": ("value", ""),
}


def test_a_metric_without_its_inputs_is_not_there(board_of: BoardOf) -> None:
    assert list(labels_of(board_of([{"step": 1, "response": "a"}]))) == ["n_chars", "nonfinite", "problems"]
    values = labels_of(board_of([{"step": 1, "response": "a", "values": [1.0]}]))
    assert {"values_mean", "values_sum"} < values.keys()
    assert not {"perplexity", "staleness", "advantage", "value_mse"} & values.keys()


def test_only_group_metrics_with_a_value_are_there(board_of: BoardOf) -> None:
    # Without prompt and id there is no group; a group of one has no advantage, unless it is logged.
    alone = {"step": 1, "response": "a", "reward": 1.0}
    of_group = {"group_mean", "group_std", "group_rank", "advantage"}
    for rows, expected in (
        ([alone, alone], set()),
        ([alone | {"prompt": "p"}, alone | {"prompt": "q"}], of_group - {"advantage"}),
        (
            [alone | {"prompt": "p"}, alone | {"prompt": "p", "reward": float("nan")}],
            of_group - {"advantage"},
        ),
        ([alone | {"prompt": "p", "reward": float("inf")}] * 2, set()),
        ([alone | {"prompt": "p"}, alone | {"prompt": "p", "step": 2}], of_group - {"advantage"}),
        ([alone | {"prompt": "p"}] * 2, of_group),
        ([alone | {"group_id": "g"}] * 2, of_group),
        ([alone | {"advantage": 1.0}], {"advantage"}),
        ([alone | {"advantages": [1.0]}], {"advantage"}),
    ):
        assert of_group & labels_of(board_of(rows)).keys() == expected, rows


def test_origin_says_what_was_computed(board_of: BoardOf) -> None:
    (run,) = board_of([FULL, FULL | {"step": 2}]).runs().runs
    found = {metric.name: metric.origin for metric in run.metrics}
    own = {
        "reward",
        "ref_reward",
        "valid_reward",
        "ref_valid_reward",
        "rhyme",
        "policy_version",
        "logged.repetition",
    }
    assert {name for name, origin in found.items() if origin == ""} == own
    tokens = {metric.name: metric.origin for metric in run.token_metrics}
    logged = {"logprobs", "ref_logprobs", "values", "focus", "token_rewards", "entropies"}
    assert {name for name, origin in tokens.items() if origin == ""} == logged
    assert {*found.values(), *tokens.values()} == {"", "computed"}
    # What a log may hold itself: as soon as some sample has it, it is not ours alone.
    (run,) = board_of([FULL, FULL | {"advantage": 1.0, "staleness": 0, "k3": [0.5, 0.5]}]).runs().runs
    found = {metric.name: metric.origin for metric in (*run.metrics, *run.token_metrics)}
    assert (found["advantage"], found["staleness"], found["k3"], found["k3_mean"]) == ("", "", "", "computed")


def test_a_name_that_ends_like_a_statistic_is_none(board_of: BoardOf) -> None:
    # `bonus_sum` is a number of the log, not the sum of a token metric, and brings no mean along.
    found = labels_of(
        board_of([{"step": 1, "response": "a", "bonus_sum": 3.0, "values_bonus": 1.0, "_mean": 2.0}])
    )
    assert found["bonus_sum"] == ("value", "")
    assert found["values_bonus"] == ("value", ""), "`bonus` is no statistic"
    assert "bonus_mean" not in found
    assert "_mean" in found
