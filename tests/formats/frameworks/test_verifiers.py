"""Traces of verifiers and prime-rl: episodes, message graphs and their tokens; and where such files lie."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from explode import LETTERS, explode, lines, only
from repository import FORMATS

from tensorboard_plugin_rlboard.formats.base import LineContext, LineSamples
from tensorboard_plugin_rlboard.formats.frameworks.prime_rl_tokens import TOKEN_EXPORT
from tensorboard_plugin_rlboard.formats.frameworks.verifiers import VERIFIERS
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.formats.rows.trace_graph import find_branches

# Traces: conversations and tokens.


def test_turns_with_tools() -> None:
    row = only(FORMATS / "verifiers/tools/step_4/train/all/traces.jsonl")
    assert row["prompt"] == "system: Use the calculator.\n\nuser: What is 6*7?"
    assert row["response"] == (
        "assistant: <think>\n6*7 needs the calculator.\n</think>\n"
        'tool call: calc({"x": "6*7"})\n\ntool (calc): 42\n\nassistant: It is 42 月。'
    )
    assert [(one["role"], one["sampled"]) for one in row["messages"]] == [
        ("system", False),
        ("user", False),
        ("assistant", True),
        ("tool", False),
        ("assistant", True),
    ]
    assert row["messages"][2]["thinking"] == "6*7 needs the calculator."
    # The scaffold before the first answer belongs to the prompt, that before the second one is masked.
    assert row["response_tokens"] == ["#20", "#21", "#22", "#8", "#9", "#30", "#6", "#7", "#40", "#41"]
    assert row["response_mask"] == [1, 1, 1, 0, 0, 0, 0, 0, 1, 1]
    gap = [None] * 5
    assert row["rollout_logprobs"] == [-0.1, -0.2, None, *gap, -1.0, -2.0]
    assert row["logprobs"] == [-0.15, -0.2, -0.3, *gap, -1.1, -2.1]
    assert row["ref_logprobs"] == [-0.4, -0.5, -0.6, *gap, -1.2, -2.2]
    assert row["advantages"] == [0.5, 0.5, 0.5, *gap, 0.5, 0.5]
    assert row["entropies"] == [0.9, None, 0.7, *gap, 0.3, 0.4]
    assert row["rl_weights"] == [None] * 6 + [0, 0, 1, 1]


def test_rewards_are_weighted_and_their_scores_kept() -> None:
    row = only(FORMATS / "verifiers/tools/step_4/train/all/traces.jsonl")
    assert (row["reward"], row["correct"], row["format"]) == (2.0, 1.0, 0.5)
    assert "judge" not in row  # not given: neither 0 nor part of the sum
    assert (row["num_turns"], row["calls"]) == (2.0, 1)
    assert "judge_seconds" not in row
    assert (row["step"], row["metrics.step"]) == (4, 9)
    assert row["info"] == {"difficulty": "easy"}


def test_what_is_known_of_the_episode() -> None:
    row = only(FORMATS / "verifiers/tools/step_4/train/all/traces.jsonl")
    assert row["ground_truth"] == "42"
    assert row["group_id"] == "g0"
    assert row["data_source"] == "calc"
    assert row["policy_version"] == 2
    assert row["sample_id"] == "t1"
    assert row["finish_reason"] == "agent_completed"
    assert (row["split"], row["ok"]) == ("train", True)


def test_each_branch_is_a_sample_of_its_own() -> None:
    found = explode(FORMATS / "verifiers/branches/traces.jsonl")
    assert found.problems == []
    first, second = found.rows
    # A tool result that was asked for again ends no branch, and neither does a question without an answer.
    assert first["response"] == "assistant: first\n\ntool: kept\n\nassistant: second"
    assert (first["response_tokens"], first["response_mask"]) == (["#2", "#4", "#5"], [1, 0, 1])
    assert (second["prompt"], second["response"]) == ("Q, summed up", "third")
    assert (first["sample_id"], second["sample_id"]) == ("t1", "t1:1")
    assert [row["num_branches"] for row in found.rows] == [2, 2]
    assert [row["reward"] for row in found.rows] == [1.0, 1.0]


def test_branches_that_share_what_was_sampled() -> None:
    def node(parent: int | None, text: str, sampled: bool = True) -> dict[str, Any]:
        return {"parent": parent, "sampled": sampled, "message": {"role": "assistant", "content": text}}

    nodes = [
        node(None, "q", False),
        node(0, "a"),
        node(1, "b"),
        node(1, "c"),
        node(3, "d"),
        node(2, "end", False),
    ]
    found, problems = find_branches(nodes)
    assert [branch.node_indices for branch in found] == [[0, 1, 2, 5], [0, 1, 3, 4]]
    assert problems == []


def test_too_many_branches_are_said() -> None:
    nodes: list[dict[str, Any]] = [{"message": {"role": "user", "content": "q"}}]
    nodes += [{"parent": 0, "sampled": True, "message": {"role": "assistant", "content": "a"}}] * 300
    found, problems = find_branches(nodes)
    assert len(found) == 256
    assert found[-1].node_indices == [0, 300]
    assert problems == ["A trace has 300 branches; the last 256 are shown."]


def test_several_agents_of_an_episode() -> None:
    found = explode(FORMATS / "verifiers/agents/traces.jsonl")
    assert found.problems == ["A trace has no message of the model: SandboxError: no box."]
    solver, judge = found.rows
    assert (solver["agent"], solver["trainable"], solver["group_id"]) == ("solver", True, "g0:solver")
    assert (judge["agent"], judge["trainable"], judge["group_id"]) == ("judge", False, "g0:judge")
    assert "reward" not in judge  # it has none: that is not 0
    assert "response_tokens" not in judge


def test_failures() -> None:
    path = FORMATS / "verifiers/failures/traces.jsonl"
    assert recognise(lines(path)[0]) is VERIFIERS
    assert explode(path, 0) == LineSamples([], ["The episode has no trace: TimeoutError: 120 s."])
    failed = only(path, 1)
    assert (failed["ok"], failed["error"]) == (False, "ToolError: calc is gone")
    assert "reward" not in failed
    assert failed["finish_reason"] == "error"
    cut = only(path, 2)
    assert (cut["finish_reason"], cut["stop_condition"]) == ("length", "max_output_tokens")
    answered = only(path, 3)  # the call that failed afterwards does not say why the answer ended
    assert (answered["finish_reason"], answered["stop_condition"]) == ("length", "agent_completed")


def test_an_evaluation_of_its_own() -> None:
    row = only(FORMATS / "verifiers/evaluation/traces.jsonl")
    assert (row["step"], row["split"]) == (0, "eval")
    assert row["group_id"] == "k7"
    assert row["data_source"] == "calc-hard"
    assert row["prompt"] == "system: S\n\nuser: Q"
    assert row["ground_truth"] == "42"
    assert (row["reward"], row["exact"]) == (1.0, 1.0)
    assert "response_tokens" not in row
    assert "policy_version" not in row


def test_the_folder_tells_the_step_better_than_the_dispatch() -> None:
    row = only(FORMATS / "verifiers/eval_of_training/step_8/eval/all/traces.jsonl")
    assert (row["step"], row["split"]) == (8, "eval")


def test_lengths_that_do_not_fit() -> None:
    found = explode(FORMATS / "verifiers/lengths/traces.jsonl")
    assert found.problems == [
        "A message has 3 tokens and a mask of another length, which is not used.",
        "Tokens are logged for all but 1 of the sampled messages.",
        "A message has 2 sampled tokens and 3 logprobs, which are left out.",
    ]
    row = found.rows[0]
    assert row["response_tokens"] == ["#4", "#5", "#6", "#7", "#8", "#9"]
    assert row["response_mask"] == [1, 1, 0, 1, 1, 0]
    assert row["rollout_logprobs"] == [-0.1, -0.2, None, None, None, None]
    assert row["advantages"] == [None, None, None, 1.0, 2.0, None]


def test_nodes_without_marks_and_rewards_with_our_names() -> None:
    row = only(FORMATS / "verifiers/unmarked/traces.jsonl")
    assert (row["prompt"], row["response"]) == ("Q", "A")
    assert row["reward"] == 2.5
    assert (row["rewards.reward"], row["rewards.response"]) == (1.0, 0.5)
    assert (row["exact"], row["metrics.exact"], row["note"]) == (1.0, 3, "fine")
    assert "lists" not in row


def test_a_graph_that_is_none() -> None:
    found = explode(FORMATS / "verifiers/broken_graph/traces.jsonl")
    assert [row["response"] for row in found.rows] == ["A", "B", "C"]
    assert found.problems == [
        "Messages whose parent is no message before them: 3; each begins a conversation.",
        "Messages without a role, which are left out: 1.",
    ]


def test_token_ids_become_tokens_where_there_is_a_tokenizer() -> None:
    row = lines(FORMATS / "verifiers/branches/traces.jsonl")[0]
    assert VERIFIERS.to_samples is not None
    found = VERIFIERS.to_samples(row, LETTERS).rows[0]
    assert found["response_tokens"] == ["B", "D", "E"]
    assert VERIFIERS.uses_tokenizer
    assert TOKEN_EXPORT.uses_tokenizer


# Where files lie.


@pytest.mark.parametrize(
    ("path", "step", "split", "depth", "twin"),
    [
        ("run/rollouts/step_3/train/all/traces.jsonl", 3, "train", 4, ""),
        (
            "run/rollouts/step_3/train/effective/traces.jsonl",
            3,
            "train",
            4,
            "run/rollouts/step_3/train/all/traces.jsonl",
        ),
        (
            "step_12/eval/effective/traces.jsonl.gz",
            12,
            "eval",
            3,
            "step_12/eval/all/traces.jsonl.gz",
        ),
        ("run/traces/step_3/eval/traces.jsonl", 3, "eval", 3, ""),
        ("step_1/run/rollouts/step_3/train/all/traces.jsonl", 3, "train", 4, ""),
        ("train/evals/gsm8k--model/4a1b/traces.jsonl", None, "", 0, ""),
        ("effective/traces.jsonl", None, "", 0, ""),
        ("traces.jsonl", None, "", 0, ""),
        ("step_x/train/all/traces.jsonl", None, "", 0, ""),
    ],
)
def test_folders(path: str, step: int | None, split: str, depth: int, twin: str) -> None:
    place = PurePosixPath(path)
    told = VERIFIERS.path_defaults(place)
    assert (told.step, told.split) == (step, split)
    assert VERIFIERS.levels_to_run(place) == depth
    assert VERIFIERS.superseded_by(path) == twin


def test_the_run_of_an_export_is_beside_the_traces() -> None:
    place = PurePosixPath("run/token_exports/step_3/rank_0.jsonl")
    assert TOKEN_EXPORT.levels_to_run(place) == 1
    assert (TOKEN_EXPORT.path_defaults(place).step, TOKEN_EXPORT.path_defaults(place).split) == (3, "train")


@pytest.mark.parametrize(
    "path", sorted((FORMATS / "look_alikes").glob("**/*.jsonl")), ids=lambda path: path.parent.name
)
def test_look_alikes_are_left_alone(path: Path) -> None:
    assert recognise(lines(path)[0]) is None


# Lines of one trace, before there were episodes.


def test_a_trace_by_itself_is_an_episode_of_one() -> None:
    evaluated, inline = lines(FORMATS / "verifiers/bare/traces.jsonl")
    assert recognise(evaluated) is VERIFIERS
    assert VERIFIERS.to_samples is not None
    (row,) = VERIFIERS.to_samples(evaluated, LineContext()).rows
    assert (row["step"], row["split"], row["group_id"], row["ground_truth"]) == (0, "eval", "3", "7")
    assert (row["reward"], row["right"], row["style"]) == (1.25, 1.0, 0.25)
    assert (row["sample_id"], row["response"]) == ("b0", "seven")
    (row,) = VERIFIERS.to_samples(inline, LineContext()).rows
    assert (row["step"], row["split"]) == (40, "eval")


def test_a_graph_of_somebody_else_is_no_trace() -> None:
    assert recognise({"nodes": [{"message": {"role": "user"}}], "edges": []}) is None
