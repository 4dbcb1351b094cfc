"""Several agents in a row: each is a sample with its name, in whatever the row holds them, and in a group of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, reasons
from understood import read, understood, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.detect.sniff import sniff

Open = Callable[[Path], Board]
STEP = {"step": 1, "prompt": "sell"}
LAYOUTS: dict[str, dict[str, Any]] = {
    "an object of objects": {
        "agents": {"ann": {"response": "10", "reward": 0.25}, "bob": {"response": "5", "reward": 0.75}}
    },
    "conversations": {
        "agents": {
            "ann": {"messages": [{"role": "assistant", "content": "10"}], "reward": 0.25},
            "bob": {"messages": [{"role": "assistant", "content": "5"}], "reward": 0.75},
        }
    },
    "parallel objects": {"responses": {"ann": "10", "bob": "5"}, "rewards": {"bob": 0.75, "ann": 0.25}},
    "a list": {
        "agents": [
            {"agent": "ann", "response": "10", "reward": 0.25},
            {"agent": "bob", "response": "5", "reward": 0.75},
        ]
    },
    "keys of the row": {
        "bob": {"response": "5", "reward": 0.75},
        "ann": {"response": "10", "reward": 0.25},
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_agent_is_a_sample_with_its_name(layout: str, tmp_path: Path, open_board: Open) -> None:
    written(tmp_path / "log.jsonl", [STEP | LAYOUTS[layout]] * 2)
    board = open_board(tmp_path)
    found = columns(board, "agent", "prompt", "response", "reward")
    assert found == [("ann", "sell", "10", 0.25), ("bob", "sell", "5", 0.75)] * 2
    assert reasons(board) == []


def test_answers_of_different_agents_are_no_group(tmp_path: Path, open_board: Open) -> None:
    written(tmp_path / "log.jsonl", [STEP | layout for layout in list(LAYOUTS.values())[:1]] * 2)
    groups = columns(open_board(tmp_path), "agent", "group_id", "group_mean")
    assert groups[:2] == groups[2:]
    assert [group.rpartition("/")[2] for _, group, _ in groups] == ["ann", "bob", "ann", "bob"]
    assert [mean for _, _, mean in groups] == [0.25, 0.75, 0.25, 0.75]


def test_agents_that_are_keys_of_the_row_have_prompts_and_numbers_of_their_own(tmp_path: Path) -> None:
    row = {"step": 3, "topic": "debate"}
    for name, reward in (("attacker", 1.0), ("defender", -1.0)):
        row[name] = {"prompt": f"as {name}", "response": f"I am {name}", "reward": reward, "turns": 2}
    path = written(tmp_path / "log.jsonl", [row, row | {"defender": None}])
    mapping = understood(path).mapping
    assert mapping is not None
    assert mapping.keys["response"] == "attacker & defender[].response"
    found = read(
        tmp_path, [row, row, row | {"defender": None}], "agent", "prompt", "reward", "turns", "topic"
    )
    both = [("attacker", "as attacker", 1.0, 2, "debate"), ("defender", "as defender", -1.0, 2, "debate")]
    assert found == [*both, *both, both[0]]


def test_agents_with_one_reward_for_all_are_samples_and_it_is_said(tmp_path: Path, open_board: Open) -> None:
    row = STEP | {"reward": 0.5, "ann": {"response": "I attack"}, "bob": {"response": "I defend"}}
    written(tmp_path / "log.jsonl", [row] * 2)
    board = open_board(tmp_path)
    assert columns(board, "agent", "response") == [("ann", "I attack"), ("bob", "I defend")] * 2
    assert {kind for kind, _ in reasons(board)} == {"not_of_format"}


def test_what_was_asked_and_said_in_objects_are_no_agents(tmp_path: Path) -> None:
    row = {"step": 1, "input": {"text": "why?"}, "output": {"text": "so"}, "reward": 0.5}
    assert read(tmp_path, [row] * 3, "prompt", "response", "reward") == [("why?", "so", 0.5)] * 3


@pytest.mark.parametrize("names", [("chosen", "rejected"), ("train", "eval"), ("ref", "policy")])
def test_keys_of_the_row_that_are_no_agents(names: tuple[str, str], tmp_path: Path) -> None:
    row = {"step": 3} | {name: {"prompt": "p", "response": f"r {name}", "reward": 1.0} for name in names}
    mapping = understood(written(tmp_path / "log.jsonl", [row] * 3)).mapping
    assert mapping is not None
    assert not any("[]" in key for key in mapping.keys.values())


def test_turns_of_each_player_with_their_rewards(tmp_path: Path) -> None:
    def turns(name: str, *rewards: float) -> list[dict[str, Any]]:
        return [{"obs": f"{name} sees", "action": f"{name} moves", "reward": reward} for reward in rewards]

    players = {"white": turns("white", 0.25, 0.5), "black": turns("black", -0.75)}
    rows = [{"iteration": 2, "trajectories": players}] * 2
    found = read(tmp_path, rows, "prompt", "reward", "agent", "step")
    assert found == [("white sees", 0.75, "white", 2), ("black sees", -0.75, "black", 2)] * 2


def test_numbers_in_place_of_names_are_samples_of_a_group(tmp_path: Path, open_board: Open) -> None:
    rollouts = {f"rollout_{i}": {"response": f"r{i}", "reward": i} for i in range(2)}
    written(tmp_path / "log.jsonl", [STEP | {"rollouts": rollouts}] * 2)
    board = open_board(tmp_path)
    assert columns(board, "response", "reward", "group_mean") == [("r0", 0.0, 0.5), ("r1", 1.0, 0.5)] * 2
    assert "agent" not in board.runs().runs[0].text_columns


def test_numbered_samples_have_the_values_of_their_numbers(tmp_path: Path) -> None:
    row = STEP | {"completions": {"0": "r0", "1": "r1"}, "rewards": {"1": 1.0, "0": 0.0}}
    assert read(tmp_path, [row] * 2, "response", "reward") == [("r0", 0.0), ("r1", 1.0)] * 2


def test_an_agent_may_be_missing_from_a_row(tmp_path: Path) -> None:
    both = LAYOUTS["parallel objects"]
    one = {"responses": {"bob": "6"}, "rewards": {"bob": 0.5}}
    found = read(tmp_path, [STEP | both, STEP | both, STEP | one], "agent", "response", "reward")
    assert found[4:] == [("bob", "6", 0.5)]


@pytest.mark.parametrize("names", [("chosen", "rejected"), ("policy", "ref")])
def test_answers_that_are_compared_are_no_agents(names: tuple[str, str], tmp_path: Path) -> None:
    answers = {name: {"response": f"answer {name}", "reward": at} for at, name in enumerate(names)}
    path = written(tmp_path / "log.jsonl", [STEP | {"results": answers}] * 2)
    mapping = understood(path).mapping
    assert mapping is not None
    assert not any("[]" in key for key in mapping.keys.values())


@pytest.mark.parametrize(
    "answers",
    [
        {"answers": {"gpt": "yes", "llama": "no"}, "scores": {"gpt": 9, "llama": 3}},
        {"answers": {"gpt": {"text": "yes", "score": 9}, "llama": {"text": "no", "score": 3}}},
    ],
)
def test_answers_of_several_models_without_a_step_are_no_rollouts(
    answers: dict[str, Any], tmp_path: Path
) -> None:
    path = written(tmp_path / "arena.jsonl", [{"question": "is it?", **answers}] * 3)
    assert sniff(str(path))[0] is None


def test_parts_of_one_answer_are_no_agents(tmp_path: Path) -> None:
    row = STEP | {"output": {"thinking": "well", "answer": "5"}, "response": "well 5", "reward": 1.0}
    assert read(tmp_path, [row] * 2, "response", "reward") == [("well 5", 1.0)] * 2
