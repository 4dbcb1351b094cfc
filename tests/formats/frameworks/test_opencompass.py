"""OpenCompass, on files that its own output handlers and evaluators wrote (a5acc4b)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ids, ignored, reasons
from repository import FORMATS

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.texts import TextRules

WRITTEN = FORMATS / "eval_harnesses" / "opencompass"
Open = Callable[..., Board]
ADDED = "Let me add. The answer is {}."
DIALOGUE = "user: Hello?\n\nassistant: Hello.\n\nuser: Who?"
FOUND: dict[str, list[tuple[Any, ...]]] = {
    # Prompt, response, ground truth, reward.
    "predictions/tiny/gsm8k.json": [
        ("How many are 0 and 1?", ADDED.format(1), "1", None),
        ("How many are 1 and 1?", ADDED.format(2), "2", None),
    ],
    "predictions/tiny/tmp_gsm8k.jsonl": [
        ("How many are 0 and 1?", ADDED.format(1), "1", None),
        ("How many are 1 and 1?", ADDED.format(2), "2", None),
    ],
    "predictions/tiny/several.json": [("How many?", "one", "1", None), ("How many?", "two", "1", None)],
    "predictions/tiny/api.json": [
        ("system: Be short.\n\nuser: Two?\n\nassistant: 2\n\nuser: And one?", "3", "3", None)
    ],
    "predictions/tiny/rounds.json": [
        ("Turn 0?", "Said 0.", "gold 0", None),
        ("Turn 1?", "Said 1.", "gold 1", None),
    ],
    "predictions/tiny/dialogue.json": [(DIALOGUE, "Me.", None, None)],
    "results/tiny/gsm8k.json": [
        ("How many are 0 and 1?", ADDED.format(1), "1", None),
        ("How many are 1 and 1?", ADDED.format(2), "2", None),
    ],
    "results/tiny/gsm8k_correct.json": [
        ("How many are 0 and 1?", ADDED.format(1), "1", 1.0),
        ("How many are 1 and 1?", ADDED.format(2), "2", 0.0),
    ],
    "results/tiny/accuracy.json": [
        ("How many are 0 and 1?", "1", "1", 1.0),
        ("How many are 1 and 1?", "3", "2", 0.0),
    ],
    "results/tiny/repeated.json": [
        (None, "1", "1", 1.0),
        (None, "1", "1", 1.0),
        (None, "3", "2", 0.0),
        (None, "2", "2", 1.0),
    ],
}


def opened(name: str, folder: Path, open_board: Open) -> Board:
    shutil.copy(WRITTEN / name, folder)
    return open_board(folder)


@pytest.mark.parametrize("name", FOUND)
def test_its_files_have_its_answers(name: str, tmp_path: Path, open_board: Open) -> None:
    board = opened(name, tmp_path, open_board)
    (run,) = board.runs().runs
    assert (run.formats, run.splits, ignored(board)) == (["opencompass"], ["eval"], [])
    assert {kind for kind, _ in reasons(board)} == {"no_step"}
    names = ["prompt", "response", "ground_truth", "reward"]
    has = {"prompt", "response", *run.text_columns, *(metric.name for metric in run.metrics)}
    asked = [name for name in names if name in has]
    found = [dict(zip(asked, row, strict=True)) for row in columns(board, *asked, split="eval")]
    assert [tuple(row.get(name) for name in names) for row in found] == FOUND[name]


def test_every_file_is_looked_at() -> None:
    written = {str(path.relative_to(WRITTEN)) for path in WRITTEN.rglob("*.json*")}
    assert written == {*FOUND, "predictions/tiny/ppl.json"}


def test_repetitions_of_a_question_are_a_group(tmp_path: Path, open_board: Open) -> None:
    board = opened("results/tiny/repeated.json", tmp_path, open_board)
    assert columns(board, "group_mean", split="eval") == [(1.0,), (1.0,), (0.5,), (0.5,)]


def test_a_dialogue_is_shown_whole(tmp_path: Path, open_board: Open) -> None:
    board = opened("predictions/tiny/dialogue.json", tmp_path, open_board)
    sample = board.sample(SampleQuestion(".", ids(board, split="eval")[0], TextRules()))
    assert sample.messages is not None
    assert [message.role for message in sample.messages] == ["user", "assistant"] * 2


def test_turns_that_were_filled_one_by_one_are_a_conversation(tmp_path: Path, open_board: Open) -> None:
    """As `_generate_multiround` of icl_gen_inferencer.py gives them: every turn of the model, the prompt's are empty."""
    asked = ", ".join(
        f'{{"role": "user", "content": "Q{i}"}}, {{"role": "assistant", "content": ""}}' for i in (1, 2)
    )
    (tmp_path / "a.json").write_text(
        f'{{"0": {{"origin_prompt": [{asked}], "prediction": ["A1", "A2"]}}, "1": {{"origin_prompt": "Q", "prediction": "A"}}}}'
    )
    found = columns(open_board(tmp_path), "prompt", "response", split="eval")
    assert found == [("user: Q1\n\nassistant: A1\n\nuser: Q2", "A2"), ("Q", "A")]


def test_a_choice_by_perplexity_is_no_response(tmp_path: Path, open_board: Open) -> None:
    board = opened("predictions/tiny/ppl.json", tmp_path, open_board)
    said = [reason for _, reason in (*reasons(board), *ignored(board))]
    assert said == ["The model chose among given answers and wrote none: the line has no response."]


def test_answers_and_scores_of_an_evaluation_name_each_other(tmp_path: Path, open_board: Open) -> None:
    for name in (
        "predictions/tiny/gsm8k.json",
        "results/tiny/gsm8k_correct.json",
        "results/other/accuracy.json",
    ):
        path = tmp_path / "eval" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(WRITTEN / name.replace("other", "tiny"), path)
    said = {
        run.run: [(notice.kind, notice.values["other"], notice.text) for notice in run.notices]
        for run in open_board(tmp_path).runs().runs
    }
    apart = "OpenCompass writes answers and scores apart: "
    assert said == {
        "eval/predictions/tiny": [
            (
                "scored_elsewhere",
                "eval/results/tiny",
                f"{apart}the rewards of these answers are in the run eval/results/tiny.",
            )
        ],
        "eval/results/tiny": [
            (
                "answers_elsewhere",
                "eval/predictions/tiny",
                f"{apart}the whole answers are in the run eval/predictions/tiny.",
            )
        ],
        "eval/results/other": [],
    }
