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


def dumped(
    number: int, reward: float, response: str, colour: str = "\x1b[33m\x1b[2m", end: str = "\x1b[0m"
) -> str:
    """A sample as AReaL's workflow writes it into the file of its prompt."""
    texts = f"prompt is \n{colour}2+2?\nuser{end}\nsequence is: \n{colour}{response}{end}\n"
    return f"idx: {number} / 2, seqlen: {10 + number}, reward is {reward}.\n{texts}"


def old(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - 100,) * 2)


def test_dumps_of_areal_are_one_run_with_step_and_split_of_their_folders(
    tmp_path: Path, open_board: Open
) -> None:
    old(
        tmp_path / "trial/generated/3/q1.txt",
        dumped(1, 1.0, "It is\n4.") + dumped(2, -0.5, "idx: 1 is\nmine"),
    )
    old(tmp_path / "trial/generated/4/q1.txt", dumped(1, 0.25, "5", "", ""))
    old(tmp_path / "trial/generated-eval/4/q2.txt", dumped(1, 1.0, "6"))
    board = open_board(tmp_path)
    found = columns(board, "step", "prompt", "response", "reward", "seqlen", run="trial")
    assert found == [
        (3, "2+2?\nuser", "It is\n4.", 1.0, 11),
        (3, "2+2?\nuser", "idx: 1 is\nmine", -0.5, 12),
        (4, "2+2?\nuser", "5", 0.25, 11),
    ]
    assert columns(board, "step", "response", run="trial", split="eval") == [(4, "6")]
    # The answers to one prompt are a group: (1 - 0.5) / 2.
    assert columns(board, "group_mean", run="trial")[0] == (0.25,)


def test_a_dump_of_areal_that_is_torn_is_said(tmp_path: Path, open_board: Open) -> None:
    old(
        tmp_path / "trial/generated/3/q1.txt",
        dumped(1, 1.0, "4") + "idx: 2 / 2, seqlen: 9, reward is 1.0.\nprompt is \n2+",
    )
    board = open_board(tmp_path)
    assert columns(board, "response", run="trial") == [("4",)]
    assert [kind for _, _, kind in problems(board, "trial")] == ["damaged_archive"]
