"""LiveCodeBench, on files that its own functions wrote (28fef95)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored, reasons
from repository import FORMATS

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.frameworks.livecodebench import LIVECODEBENCH

WRITTEN = FORMATS / "eval_harnesses" / "livecodebench" / "output" / "tiny"
Open = Callable[..., Board]
PRINTS = "It prints.\n```python\nprint({})\n```"
CALL = "def f(x):\n    return x + 1\n\nf(x = {})"
FOUND: dict[str, list[tuple[Any, ...]]] = {
    # Prompt, response, reward, mean of the group.
    "codegeneration_2_0.2": [
        ("Print the number 0.", PRINTS.format(0), 1.0, 0.5),
        ("Print the number 0.", PRINTS.format(1), 0.0, 0.5),
        ("Print the number 1.", PRINTS.format(1), 1.0, 0.5),
        ("Print the number 1.", PRINTS.format(2), 0.0, 0.5),
    ],
    "codeexecution_1_0.2": [
        (CALL.format(0), "[ANSWER]1[/ANSWER]", 1.0, None),
        (CALL.format(1), "[ANSWER]7[/ANSWER]", 0.0, None),
    ],
    "testoutputprediction_1_0.2": [
        ("Add one to x.", "assert f(0) == 1", 1.0, None),
        ("Add one to x.", "assert f(1) == 3", 0.0, None),
    ],
}


@pytest.mark.parametrize("scenario", FOUND)
def test_answers_are_read_once_with_their_grades(scenario: str, tmp_path: Path, open_board: Open) -> None:
    """Beside them lie the answers before they were graded, and the metrics."""
    for path in WRITTEN.glob(f"Scenario.{scenario}*.json"):
        shutil.copy(path, tmp_path)
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert (run.formats, run.splits) == (["livecodebench"], ["eval"])
    assert {kind for kind, _ in reasons(board)} == {"no_step"}
    names = ["prompt", "response", "reward", "group_mean"]
    names = names if FOUND[scenario][0][3] is not None else names[:3]
    assert columns(board, *names, split="eval") == [row[: len(names)] for row in FOUND[scenario]]
    ((file, reason),) = ignored(board)
    assert file == f"Scenario.{scenario}.json"
    assert reason.endswith(f"Scenario.{scenario}_eval_all.json, which is read instead.")


def test_answers_that_are_not_graded_yet_have_no_reward(tmp_path: Path, open_board: Open) -> None:
    shutil.copy(WRITTEN / "Scenario.codegeneration_2_0.2.json", tmp_path)
    board = open_board(tmp_path)
    assert columns(board, "response", "reward", split="eval") == [
        (row[1], None) for row in FOUND["codegeneration_2_0.2"]
    ]


def test_what_was_taken_out_and_why_it_failed_is_kept(tmp_path: Path, open_board: Open) -> None:
    shutil.copy(WRITTEN / "Scenario.codegeneration_2_0.2_eval_all.json", tmp_path)
    found = columns(open_board(tmp_path), "extracted", "metadata", split="eval")
    assert [code for code, _ in found] == ["print(0)", "print(1)", "print(1)", "print(2)"]
    assert ["Wrong Answer" in note for _, note in found] == [False, True] * 2


def test_grades_of_another_number_are_left_out() -> None:
    """Of code execution its writer grades no answer that repeats the call (`evaluate_score`)."""
    text = (WRITTEN / "Scenario.codegeneration_2_0.2_eval_all.json").read_text(encoding="utf-8")
    assert LIVECODEBENCH.to_samples is not None
    short = LIVECODEBENCH.to_samples({**json.loads(text)[0], "graded_list": [True]}, LineContext())
    assert all("reward" not in one for one in short.rows)
    assert short.problems == ["graded_list has 1 entry for 2 of output_list; it is left out."]
