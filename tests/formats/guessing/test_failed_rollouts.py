"""Rollouts that failed, their response null: samples without a response, however many of them come first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import column, columns, problems, reasons

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
FAILED = {"step": 0, "prompt": "q", "completion": None, "reward": None}
ANSWERED = {"step": 1, "prompt": "q", "completion": "a", "reward": 1.0}
KEPT = "The line has a prompt, and a reward or null for the response: it is kept as a failed rollout."


@pytest.mark.parametrize("count", [1, 4, 30])
def test_failed_rollouts_are_kept_and_named(
    count: int, tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [FAILED] * count + [ANSWERED])
    board = open_board(tmp_path)
    assert column(board, "response") == [None] * count + ["a"]
    assert column(board, "reward") == [None] * count + [1.0]
    assert reasons(board) == [("failed_rollout", KEPT)] * count


def test_failed_member_of_a_group_is_kept(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    members = [{"response": "a", "score": 1.0}, {"response": None, "score": None}]
    write_rows(tmp_path / "a.jsonl", [{"step": 3, "question": "q", "rollouts": members}])
    board = open_board(tmp_path)
    assert columns(board, "step", "response", "reward") == [(3, "a", 1.0), (3, None, None)]
    assert problems(board) == [("a.jsonl", 1, "failed_rollout")]


def test_failed_response_within_an_object_is_kept(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    rows = [{"step": n, "prompt": "q", "out": {"completion": text}} for n, text in ((1, "a"), (2, None))]
    write_rows(tmp_path / "a.jsonl", [{**rows[0], "score": 1.0}, rows[1]])
    assert columns(open_board(tmp_path), "step", "response") == [(1, "a"), (2, None)]


def test_line_without_the_key_of_a_response_is_no_sample(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(
        tmp_path / "a.jsonl", [{"step": 0, "prompt": "a template"}, ANSWERED, {**FAILED, "step": None}]
    )
    board = open_board(tmp_path)
    assert column(board, "response") == ["a"]
    assert problems(board) == [("a.jsonl", 1, "no_response"), ("a.jsonl", 3, "no_response")]


def test_other_lines_than_failed_rollouts_still_tell_a_file_of_something_else() -> None:
    other = {"event": "tick", "step": 1}
    assert guess_mapping([other] * 30 + [ANSWERED]).format is None
    assert guess_mapping([FAILED] * 30 + [ANSWERED]).format is not None
