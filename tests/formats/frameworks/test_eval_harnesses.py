"""Samples of evaluation harnesses: of the eval split, each answer once, with the only score as its reward."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import column, columns, ignored, problems
from repository import FORMATS as FIXTURES
from repository import SAMPLES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.base import LineContext, LineSamples
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.texts import TextRules

Row = dict[str, Any]
FOLDER = FIXTURES / "eval_harnesses"


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def samples(row: Row) -> LineSamples:
    known = recognise(row)
    assert known is not None
    assert known.to_samples is not None
    return known.to_samples(row, LineContext())


FIRST = {
    "samples_gsm8k": ("lm-eval", "Question: What is 0?\nAnswer:", "It is the number 0.", 0.0),
    "details_gsm8k": ("lighteval", "What is 0?", "It is 0 indeed.", 0.0),
    "inspect": ("inspect", "What is 0?", "It is 0 indeed.", 0.0),
}


@pytest.mark.parametrize("name", FIRST)
def test_first_sample(name: str) -> None:
    row, (harness, prompt, response, reward) = rows(name)[0], FIRST[name]
    known, found = recognise(row), samples(row).rows[0]
    assert known is not None
    assert known.name == harness
    assert (found["split"], found["response"], found.get("reward")) == ("eval", response, reward)
    assert str(found["prompt"]) in {prompt, prompt.removeprefix("user: ")}


def test_several_answers_are_samples_each() -> None:
    repeated = {**rows("samples_gsm8k")[1], "resps": [["a", "b"]]}
    assert [one["response"] for one in samples(repeated).rows] == ["a", "b"]


def test_metrics_are_of_the_answer_that_the_filter_has_left() -> None:
    row = {**rows("samples_gsm8k")[1], "resps": [["a", "b"]], "filtered_resps": ["b"]}
    scored = float(row["exact_match"])
    assert [(one["response"], one.get("reward")) for one in samples(row).rows] == [("a", None), ("b", scored)]
    voted = samples({**row, "filtered_resps": ["c"]}).rows
    assert [one.get("exact_match") for one in voted] == [None, None]


def test_a_sample_of_inspect_that_failed_is_a_failed_rollout(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    shutil.copy(FOLDER / "inspect_failure.json", tmp_path)
    board = open_board(tmp_path)
    found = columns(board, "sample_id", "response", "reward", "error", split="eval")
    failed = ("q2", None, None, "RuntimeError('The sandbox is gone.')")
    assert found == [("q0", "2", 1.0, None), ("q1", "3", 1.0, None), failed]
    assert ("inspect_failure.json", 3, "failed_rollout") in problems(board)


def test_an_archive_of_inspect_that_is_torn_says_so(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    whole = (SAMPLES / "inspect" / "archive" / "archive.eval").read_bytes()
    (tmp_path / "torn.eval").write_bytes(whole[: len(whole) // 2])
    ((file, reason),) = ignored(open_board(tmp_path))
    assert file == "torn.eval"
    assert reason == "The archive has no directory: it is torn, or is still being written."


def test_questions_of_two_tasks_with_one_number_are_no_group(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    row = rows("inspect")[0]
    for name, asked in (("a", "2+2?"), ("b", "3+3?")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({**row, "input": asked}) + "\n", encoding="utf-8")
    board = open_board(tmp_path)
    assert len(column(board, "prompt", split="eval")) == 2
    assert "advantage" not in {metric.name for metric in board.runs().runs[0].metrics}


def test_of_several_scores_none_is_the_reward() -> None:
    row = {**rows("samples_gsm8k")[1], "metrics": ["exact_match", "f1"], "f1": 0.25}
    (found,) = samples(row).rows
    assert (found["exact_match"], found["f1"], "reward" in found) == (1.0, 0.25, False)
    scores = {"match": {"value": "P"}, "judge": {"value": 0.5}, "odd": {"value": {"a": 1}}}
    (found,) = samples({**rows("inspect")[0], "scores": scores}).rows
    assert (found["match"], found["judge"], "reward" in found) == (0.5, 0.5, False)


def test_prompt_in_a_list_of_arguments_and_choices_without_an_answer() -> None:
    row = {**rows("samples_gsm8k")[0], "arguments": [["Question?", {"until": []}]]}
    assert samples(row).rows[0]["prompt"] == "Question?"
    with pytest.raises(ValueError, match="chose among given answers"):
        samples({**row, "resps": [[["-1.5", "False"]], [["-2.5", "True"]]]})


def test_step_is_that_of_the_checkpoint(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    folder = tmp_path / "checkpoint-500"
    folder.mkdir()
    document = {"version": 2, "status": "success", "eval": {"task": "t"}, "samples": rows("inspect")}
    (folder / "log.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert (run.formats, run.splits, run.problems) == (["inspect"], ["eval"], 0)
    page = board.samples(SamplesQuestion(Selection(run.run, split="eval"), TextRules(), limit=9))
    assert page.columns["step"] == [500, 500]
