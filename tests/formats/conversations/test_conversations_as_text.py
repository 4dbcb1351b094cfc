"""Conversations that tables hold as text: JSON, or what Python prints of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from guessed_rows import CHAT
from understood import Row, read, samples_of, understood, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation

ASKED, ANSWER = CHAT[:1], CHAT[1:]
SHOTS = [*CHAT, {"role": "user", "content": "3+3?"}]


@pytest.mark.parametrize("written_as", [json.dumps, repr, lambda value: json.dumps(value, indent=1)])
def test_whole_conversation(written_as: Callable[[Any], str], tmp_path: Path) -> None:
    rows = [{"step": 1, "messages": written_as(CHAT), "reward": 1.0}]
    assert read(tmp_path, rows, "step", "prompt", "response", "reward") == [(1, "2+2?", "4", 1.0)]


def test_cell_of_a_table(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    cell = json.dumps(CHAT).replace('"', '""')
    (tmp_path / "a.csv").write_text(f'step,messages,reward\n1,"{cell}",1.0\n', encoding="utf-8")
    board = open_board(tmp_path)
    assert columns(board, "step", "prompt", "response", "reward") == [(1, "2+2?", "4", 1.0)]


@pytest.mark.parametrize("answer", ["6", json.dumps([{"role": "assistant", "content": "6"}])])
def test_prompt_with_examples_is_asked_as_a_whole(
    answer: str, tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    written(
        tmp_path / "log.jsonl", [{"step": 1, "prompt": json.dumps(SHOTS), "completion": answer, "reward": 1}]
    )
    board = open_board(tmp_path)
    ((prompt, response, id_),) = columns(board, "prompt", "response", "id")
    assert prompt == "user: 2+2?\n\nassistant: 4\n\nuser: 3+3?"
    assert response == "6"
    shown = board.sample(SampleQuestion(".", id_)).messages
    assert shown is not None
    assert [message.content for message in shown] == ["2+2?", "4", "3+3?", "6"]


def test_prompt_of_several_responses(tmp_path: Path) -> None:
    rows = [
        {"step": 1, "prompt": json.dumps(ASKED), "completions": ["4", "5"], "rewards": [1.0, 0.0]},
    ]
    found = read(tmp_path, rows, "prompt", "response", "reward")
    assert found == [("2+2?", "4", 1.0), ("2+2?", "5", 0.0)]


@pytest.mark.parametrize(
    "text",
    [
        *("[{", "[]", "[1, 2]", '[{"role": "user"', "[{'role': open('x')}]", "{}", "a [{"),
        *('[{"a": 1}]', "[" * 100_000, "[{" * 100_000, '[{"a":' * 100_000),
        f'[{{"role": "user", "content": "{"x" * 8_000_000}"}}]',
        f"[{{'role': 'user', 'content': '{'x' * 200_000}'}}]",
    ],
)
def test_texts_that_are_none(text: str) -> None:
    assert as_conversation(text) is None


def test_text_that_is_no_conversation_is_said(tmp_path: Path) -> None:
    row: Row = {"step": 1, "messages": json.dumps(CHAT), "reward": 1.0}
    path = written(tmp_path / "log.jsonl", [row, row, {**row, "messages": "[{torn"}])
    found = understood(path)
    assert found.to_samples is not None
    assert len(samples_of(path, found)) == 3
    said = found.to_samples({**row, "messages": "[{torn"}, LineContext()).problems
    assert said == ["messages is no list of messages or turns; it is left out."]
