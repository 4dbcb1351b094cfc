"""Samples as text, each part behind its name in brackets, as EasyR1 logs its generations."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from answers import columns, ignored, problems

from tensorboard_plugin_rlboard.board.board import Board

Open = Callable[[Path], Board]


def logged(number: int, response: str = "4", names: str = "prompt output ground_truth score") -> str:
    """A sample as EasyR1's logger writes it."""
    parts = dict(zip(names.split(), (f"{number}+1?", response, str(number + 1), number / 4), strict=True))
    return "\n".join(f"[{name}] {part}" for name, part in parts.items()) + "\n\n"


@pytest.fixture
def board_of(tmp_path: Path, open_board: Open) -> Callable[[str], Board]:
    """Opens a file of some text that nobody writes to any more."""

    def opened(text: str) -> Board:
        path = tmp_path / "generations.log"
        path.write_text(text, encoding="utf-8")
        os.utime(path, (time.time() - 100,) * 2)
        return open_board(tmp_path)

    return opened


def test_generations_of_easyr1_are_an_evaluation(board_of: Callable[[str], Board]) -> None:
    board = board_of(logged(0) + logged(1, "It is\n\n2."))
    assert board.runs().runs[0].splits == ["eval"]
    found = columns(board, "prompt", "response", "ground_truth", "reward", split="eval")
    assert found == [("0+1?", "4", "1", 0.0), ("1+1?", "It is\n\n2.", "2", 0.25)]


def test_a_name_within_a_text_ends_nothing(board_of: Callable[[str], Board]) -> None:
    text = "[INFO] so\n[prompt] of mine\n[1] done"
    board = board_of(logged(0) + logged(1, text) + logged(2))
    assert [row[0] for row in columns(board, "response", split="eval")] == ["4", text, "4"]


def test_other_names_are_as_they_are(board_of: Callable[[str], Board]) -> None:
    board = board_of("".join(logged(i, names="question response answer reward") for i in range(3)))
    assert columns(board, "prompt", "response", "reward") == [
        ("0+1?", "4", 0.0),
        ("1+1?", "4", 0.25),
        ("2+1?", "4", 0.5),
    ]


def test_a_sample_that_is_torn_is_left_out_and_said(board_of: Callable[[str], Board]) -> None:
    board = board_of(logged(0) + logged(1) + "[prompt] 2+1?\n[output] 3")
    assert len(columns(board, "response", split="eval")) == 2
    assert ("generations.log", None, "damaged_archive") in problems(board)


def test_a_text_with_words_in_brackets_is_named_and_no_log(board_of: Callable[[str], Board]) -> None:
    board = board_of("[INFO] start\n[prompt] but no answer\n[INFO] end\n")
    assert board.runs().runs == []
    assert [file for file, _ in ignored(board)] == ["generations.log"]
