"""Rollouts of NeMo Gym, as its collection writes them: items of the Responses API, rewards, groups and tokens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored, problems, reasons
from understood import written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages
from tensorboard_plugin_rlboard.formats.frameworks.nemo_gym import NEMO_GYM

Open = Callable[[Path], Board]
THOUGHT = {"type": "reasoning", "id": "rs", "summary": [{"text": "look it up", "type": "summary_text"}]}
CALL: dict[str, Any] = {
    "type": "function_call",
    "call_id": "c",
    "name": "weather",
    "arguments": '{"city": "Paris"}',
}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "20"}
SAID: dict[str, Any] = {
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "It is 20.", "annotations": []}],
}


def tokens(asked: list[int], said: list[int], logprobs: list[float]) -> dict[str, Any]:
    return {"prompt_token_ids": asked, "generation_token_ids": said, "generation_log_probs": logprobs}


def rollout(task: int, reward: float, output: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A line of the file with the rollouts."""
    return {
        "responses_create_params": {"input": [{"role": "user", "content": f"weather {task}?"}], "tools": []},
        "response": {"id": "r", "object": "response", "output": output, "usage": {"output_tokens": 4}},
        "reward": reward,
        "expected_answer": "20",
        "agent_ref": {"type": "responses_api_agents", "name": "simple"},
        "_ng_task_index": task,
        "_ng_rollout_index": 0,
        **more,
    }


def test_rollouts_are_samples_in_groups(tmp_path: Path, open_board: Open) -> None:
    written(
        tmp_path / "rollouts.jsonl",
        [rollout(0, 1.0, [SAID]), rollout(0, 0.5, [SAID]), rollout(1, 0.0, [SAID])],
    )
    board = open_board(tmp_path)
    names = ("prompt", "response", "reward", "group_id", "ground_truth", "agent", "finish_reason")
    said = ("It is 20.", "20", "simple")
    assert columns(board, *names) == [
        ("weather 0?", said[0], 1.0, "0", *said[1:], None),
        ("weather 0?", said[0], 0.5, "0", *said[1:], None),
        ("weather 1?", said[0], 0.0, "1", *said[1:], None),
    ]
    assert reasons(board) == []


def test_thinking_calls_and_their_outputs_are_one_conversation() -> None:
    sample = NEMO_GYM.to_samples
    assert sample is not None
    row = sample(rollout(0, 1.0, [THOUGHT, CALL, OUTPUT, SAID]), LineContext()).rows[0]
    call = {"name": "weather", "arguments": '{"city": "Paris"}'}
    assert row["messages"] == [
        {"role": "user", "content": "weather 0?"},
        {"role": "assistant", "content": "", "thinking": "look it up", "tool_calls": [call], "sampled": True},
        {"role": "tool", "content": "20", "tool_call_id": "c", "sampled": True},
        {"role": "assistant", "content": "It is 20.", "sampled": True},
    ]


def test_tools_of_the_server_are_calls_and_other_items_are_passed_by() -> None:
    searched = {"type": "web_search_call", "id": "w", "status": "completed", "action": {"query": "Paris"}}
    found = as_messages([{"type": "mcp_list_tools", "tools": []}, searched, SAID])
    call = {"name": "web_search", "arguments": '{"action": {"query": "Paris"}}'}
    assert found == [
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "assistant", "content": "It is 20."},
    ]


@pytest.mark.parametrize(
    "items", [[{"type": "think", "text": "t"}], [{"type": "mcp_list_tools"}], [SAID, "a text"]]
)
def test_what_are_no_items(items: list[object]) -> None:
    assert as_messages(items) is None


def test_tokens_of_items_with_what_stood_between_them_masked(tmp_path: Path, open_board: Open) -> None:
    called = CALL | tokens([1, 2], [3, 4], [-0.5, -1.0])
    said = SAID | tokens([1, 2, 3, 4, 9], [5], [-0.25])
    written(tmp_path / "rollouts.jsonl", [rollout(0, 1.0, [called, OUTPUT, said])] * 2)
    board = open_board(tmp_path)
    # Three tokens were sampled: (-0.5 - 1.0 - 0.25) / 3.
    assert columns(board, "rollout_logprobs_mean") == [(pytest.approx(-1.75 / 3),)] * 2


def test_an_answer_that_was_cut_is_truncated(tmp_path: Path, open_board: Open) -> None:
    row = rollout(0, 0.0, [SAID])
    row["response"]["incomplete_details"] = {"reason": "max_output_tokens"}
    written(tmp_path / "rollouts.jsonl", [row])
    assert columns(open_board(tmp_path), "finish_reason", "truncated") == [("length", 1.0)]


def test_failures_are_kept_and_inputs_are_no_rollouts(tmp_path: Path, open_board: Open) -> None:
    written(tmp_path / "rollouts_failures.jsonl", [rollout(0, 0.0, [])])
    inputs = rollout(0, 0.0, [])
    del inputs["response"], inputs["reward"]
    written(tmp_path / "rollouts_materialized_inputs.jsonl", [inputs] * 3)
    board = open_board(tmp_path)
    assert columns(board, "prompt", "response") == [("weather 0?", None)]
    assert problems(board) == [("rollouts_failures.jsonl", 1, "failed_rollout")]
    assert [file for file, _ in ignored(board)] == ["rollouts_materialized_inputs.jsonl"]


@pytest.mark.parametrize("holder", [lambda items: items, lambda items: {"output": items}])
def test_items_in_anybodys_rows_are_one_response(
    holder: Callable[[list[dict[str, Any]]], object], tmp_path: Path, open_board: Open
) -> None:
    row = {"step": 1, "question": "p", "response": holder([THOUGHT, CALL, OUTPUT, SAID]), "reward": 0.5}
    written(tmp_path / "log.jsonl", [row] * 2)
    found = columns(open_board(tmp_path), "step", "prompt", "reward", "response")
    assert [one[:3] for one in found] == [(1, "p", 0.5)] * 2
    assert found[0][3].endswith("tool: 20\n\nassistant: It is 20.")
