"""A list of lists of samples, a batch of groups, as a training loop dumps it: each inner list is a group."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored

from tensorboard_plugin_rlboard.board.board import Board

Open = Callable[[Path], Board]


def member(text: str, reward: float, **more: Any) -> dict[str, Any]:
    return {"step": 1, "question": "Q" * 30, "completion": text, "score": reward, **more}


BATCHES: list[list[list[dict[str, Any]]]] = [
    [[member("a", 1.0), member("b", 0.0)], [member("c", 1.0), member("d", 0.5)]],
    [[member("e", 0.0), member("f", 0.0)]],
]
ADVANTAGES = [("a", 0.5), ("b", -0.5), ("c", 0.25), ("d", -0.25), ("e", 0.0), ("f", 0.0)]
"""Reward less the mean of its group: (1 + 0) / 2 = 0.5, (1 + 0.5) / 2 = 0.75, 0; the prompts of all are the same."""


@pytest.mark.parametrize("length", [1, 50_000], ids=["short", "longer than the head of a file"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", "\n".join(map(json.dumps, BATCHES)) + "\n"),
        ("a.json", json.dumps(BATCHES[0] + BATCHES[1])),
        ("a.json", json.dumps(BATCHES[0] + BATCHES[1], indent=2)),
        ("a.json", json.dumps({"config": {"lr": 1e-6}, "groups": BATCHES[0] + BATCHES[1]})),
    ],
    ids=["a batch a line", "one list", "one list, pretty", "under a key"],
)
def test_each_inner_list_is_a_group(
    name: str, text: str, length: int, tmp_path: Path, open_board: Open
) -> None:
    (tmp_path / name).write_text(text.replace("Q" * 30, "Q" * 30 * length))
    board = open_board(tmp_path)
    assert ignored(board) == []
    assert columns(board, "response", "group_mean") == [
        (text, reward - gap)
        for (text, gap), (reward,) in zip(ADVANTAGES, columns(board, "reward"), strict=True)
    ]


def test_what_the_samples_say_of_their_group_counts(tmp_path: Path, open_board: Open) -> None:
    rows = [[member("a", 1.0, prompt_id=7), member("b", 0.0, prompt_id=7)], [member("c", 0.0, prompt_id=7)]]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    assert columns(open_board(tmp_path), "group_mean") == [(1 / 3,)] * 3


@pytest.mark.parametrize(
    "rows",
    [
        [[{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]],
        [[{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]],
        [[{"x": 1.0, "y": 2.0}]],
        [["Q", "A", 1.0]],
        [[]],
    ],
    ids=["messages", "from and value", "points", "cells", "empty"],
)
def test_other_lists_of_lists_are_no_groups(rows: list[Any], tmp_path: Path, open_board: Open) -> None:
    (tmp_path / "rollouts.json").write_text(json.dumps(rows))
    board = open_board(tmp_path)
    assert not board.runs().runs
    has_text = any(isinstance(item, (str, dict)) and "x" not in item for item in rows[0])
    assert ["no JSON objects but lists" in reason for _, reason in ignored(board)] == [True] * has_text
