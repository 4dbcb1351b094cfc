"""Files of one run that hold the same samples: said, because each of them counts twice; and what only looks alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def logged(steps: Iterable[int], samples: int = 4, seed: str = "") -> list[dict[str, Any]]:
    return [
        {
            "step": step,
            "prompt": f"What is {at}?",
            "response": f"The answer {seed} of step {step} is {at}.",
            "reward": at,
        }
        for step in steps
        for at in range(samples)
    ]


def said(board: Board, run: str = ".") -> list[dict[str, str]]:
    (info,) = [info for info in board.runs().runs if info.run == run]
    return [dict(notice.values) for notice in info.notices if notice.kind == "repeated_samples"]


def test_all_rows_so_far_in_each_new_file(tmp_path: Path, write_rows: Write, open_board: Open) -> None:
    for last in (1, 2, 3):
        write_rows(tmp_path / f"samples_{last}.jsonl", logged(range(last)))
    # Steps 0 and 1 stand in several files: 4 samples of step 0 are in all three, 4 of step 1 in the last two.
    assert said(open_board(tmp_path)) == [{"first": "samples_2.jsonl", "second": "samples_3.jsonl", "n": "8"}]


def test_a_log_in_two_forms(tmp_path: Path, write_rows: Write, open_board: Open) -> None:
    write_rows(tmp_path / "rollouts.jsonl", logged([1]))
    (tmp_path / "rollouts.json").write_text(json.dumps(logged([1])), encoding="utf-8")
    board = open_board(tmp_path)
    assert said(board) == [{"first": "rollouts.json", "second": "rollouts.jsonl", "n": "4"}]
    (notice,) = board.runs().runs[0].notices
    assert notice.text == (
        "rollouts.json and rollouts.jsonl hold the same samples (4 of them were compared), so each counts twice. Leave one of "
        "the two files in the log directory."
    )


def test_it_is_said_no_more_when_one_is_gone(tmp_path: Path, write_rows: Write, open_board: Open) -> None:
    for name in ("latest.jsonl", "step_7.jsonl"):
        write_rows(tmp_path / name, logged([7]))
    board = open_board(tmp_path)
    assert said(board)
    (tmp_path / "latest.jsonl").unlink()
    board.indexer.index_now()
    assert not said(board)


def test_it_is_said_of_files_that_come_later(tmp_path: Path, write_rows: Write, open_board: Open) -> None:
    write_rows(tmp_path / "step_7.jsonl", logged([7]))
    board = open_board(tmp_path)
    assert not said(board)
    write_rows(tmp_path / "latest.jsonl", logged([7]))
    board.indexer.index_now()
    assert said(board)


@pytest.mark.parametrize(
    "other",
    [
        logged([1, 2], seed="x"),
        logged([3, 4]),
        [*logged([1], 2), *logged([1], 3, seed="x")],
        [{**row, "response": "yes"} for row in logged([1, 2])],
        [{**row, "prompt": f"{row['prompt']} Or not?"} for row in logged([1, 2])],
        [{**row, "split": "eval"} for row in logged([1, 2])],
    ],
    ids=["other samples", "other steps", "a few the same", "short answers", "other prompts", "another split"],
)
def test_files_with_samples_of_their_own(
    other: list[Any], tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    write_rows(tmp_path / "rank_0.jsonl", logged([1, 2]))
    write_rows(tmp_path / "rank_1.jsonl", other)
    assert not said(open_board(tmp_path))
