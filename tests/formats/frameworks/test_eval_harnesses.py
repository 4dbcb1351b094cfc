"""Samples of evaluation harnesses: of the eval split, each answer once, with the only score as its reward."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from repository import FORMATS as FIXTURES

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
    "opencompass": ("opencompass", "user: Question 0: how many?", "The answer is 0 apples.", None),
    "livecodebench": ("livecodebench", "Write a program 0.", "```python\nprint(1)\n```", 1.0),
}


@pytest.mark.parametrize("name", FIRST)
def test_first_sample(name: str) -> None:
    row, (harness, prompt, response, reward) = rows(name)[0], FIRST[name]
    known, found = recognise(row), samples(row).rows[0]
    assert known is not None
    assert known.name == harness
    assert (found["split"], found["response"], found.get("reward")) == ("eval", response, reward)
    assert str(found["prompt"]) in {prompt, prompt.removeprefix("user: ")}


def test_whole_answer_counts_before_what_was_taken_out_of_it() -> None:
    (found,) = samples(rows("opencompass")[1]).rows
    assert (found["response"], found["prediction"]) == ("Let me think. The answer is 0 apples.", "0")
    assert (found["reward"], found["correct"], found["ground_truth"]) == (1.0, 1.0, "0")


def test_several_answers_are_samples_of_one_group() -> None:
    found = samples(rows("livecodebench")[0]).rows
    assert [(one["group_id"], one["reward"]) for one in found] == [("0", 1.0), ("0", 0.0)]
    row = {**rows("livecodebench")[0], "graded_list": [True]}
    short = samples(row)
    assert all("reward" not in one for one in short.rows)
    assert short.problems == ["graded_list has 1 entries for 2 of output_list; it is left out."]
    repeated = {**rows("samples_gsm8k")[1], "resps": [["a", "b"]]}
    assert [one["response"] for one in samples(repeated).rows] == ["a", "b"]


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
