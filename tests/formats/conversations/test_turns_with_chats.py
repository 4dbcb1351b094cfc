"""Episodes whose turns hold the conversation up to them, as rLLM's steps do (`Trajectory.to_dict` of rllm/types.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from understood import Row, read, understood, written

from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation, is_episode

ASKED, SAID = {"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "Let me see."}
SURE, RIGHT = {"role": "user", "content": "sure?"}, {"role": "assistant", "content": "4"}
EMPTY: Row = {"observation": None, "thought": "", "action": None, "model_response": "", "prompt_ids": []}


def said(value: Any) -> list[tuple[object, object]]:
    return [(message["content"], message.get("reward")) for message in as_conversation(value) or ()]


def test_what_a_turn_repeats_stands_once() -> None:
    turns = [
        {"chat_completions": [ASKED, SAID], "reward": 0.0},
        {"chat_completions": [ASKED, SAID, SURE, RIGHT], "reward": 1.0},
    ]
    assert is_episode(turns)
    assert said(turns) == [("2+2?", None), ("Let me see.", 0.0), ("sure?", None), ("4", 1.0)]


def test_conversations_of_their_own_follow_each_other() -> None:
    turns = [{"messages": [ASKED, SAID]}, {"messages": [SURE, RIGHT]}]
    assert said(turns) == [("2+2?", None), ("Let me see.", None), ("sure?", None), ("4", None)]


@pytest.mark.parametrize("last", [[ASKED], [], "text", None])
def test_turns_without_an_answer_are_none_of_these(last: object) -> None:
    assert not is_episode([{"chat_completions": [ASKED, SAID]}, {"chat_completions": last}])


def test_turns_that_say_what_was_answered_elsewhere_keep_it() -> None:
    assert said([{"messages": [ASKED], "response": "4"}]) == [("4", None)]


@pytest.mark.parametrize("key", ["steps", "trajectory"])
def test_an_episode_of_such_turns_is_opened(key: str, tmp_path: Path) -> None:
    steps = [{**EMPTY, "chat_completions": chat} for chat in ([ASKED, SAID], [ASKED, SAID, SURE, RIGHT])]
    found = read(
        tmp_path, [{"step": 3, "reward": 0.5, key: steps}] * 3, "step", "prompt", "response", "reward"
    )
    assert found == [(3, "2+2?", "assistant: Let me see.\n\nuser: sure?\n\nassistant: 4", 0.5)] * 3


def test_tokens_of_turns_are_those_of_the_response(tmp_path: Path) -> None:
    steps = [
        {
            "chat_completions": [ASKED, SAID],
            "prompt_ids": [1, 2],
            "response_ids": [3, 4],
            "logprobs": [-0.5, -0.25],
        },
        {
            "chat_completions": [ASKED, SAID, SURE, RIGHT],
            "prompt_ids": [1, 2, 3, 4, 8],
            "response_ids": [5],
            "logprobs": [-1.0],
        },
    ]
    path = written(tmp_path / "log.jsonl", [{"step": n, "reward": 1.0, "steps": steps} for n in range(3)])
    found = understood(path).to_samples
    assert found is not None
    (sample,) = found({"step": 0, "reward": 1.0, "steps": steps}, LineContext()).rows
    assert sample["response_tokens"] == ["#3", "#4", "#8", "#5"]
    assert sample["response_mask"] == [1, 1, 0, 1]
    assert sample["logprobs"] == [-0.5, -0.25, None, -1.0]


def test_chat_completions_of_a_row_are_its_conversation(tmp_path: Path) -> None:
    rows = [{"training_step": n, "reward": 1.0, "chat_completions": [ASKED, RIGHT]} for n in range(3)]
    assert read(tmp_path, rows, "prompt", "response") == [("2+2?", "4")] * 3


@pytest.mark.parametrize("repeated", ["", "whyA"], ids=["alone", "behind all that was said"])
def test_turns_that_hold_what_was_asked(repeated: str, tmp_path: Path) -> None:
    turns = [
        {"prompt": "why", "response": "A", "reward": 0.0},
        {"prompt": f"{repeated}found", "response": "B", "reward": 1.0},
    ]
    found = read(tmp_path, [{"step": 1, "turns": turns}] * 2, "prompt", "response", "reward")
    assert found == [("why", "assistant: A\n\nuser: found\n\nassistant: B", 1.0)] * 2
