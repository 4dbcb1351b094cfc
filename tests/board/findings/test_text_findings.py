"""Findings of texts over logs: the samples that show them, and how few responses are read for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from planted_runs.run import Plan, write_run
from planted_runs.shapes import SHAPES

from tensorboard_plugin_rlboard.api import FindingInfo
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.drawn_samples import StepCache, sampled_steps
from tensorboard_plugin_rlboard.board.findings.evidence import first_mark, token_at
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.findings.text_sampler import MAX_TEXT_LENGTH, RESPONSES_PER_STEP
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.board.selection import Selection

OpenBoard = Callable[[Path], Board]


@pytest.fixture(autouse=True)
def _shorter_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, shape in SHAPES.items():
        monkeypatch.setitem(SHAPES, name, replace(shape, steps=24))


def planted(tmp_path: Path, kind: str, open_board: OpenBoard) -> tuple[Board, FindingInfo, dict[str, Any]]:
    # of two groups a step, equal ones begin at some step by chance
    plan = Plan(kind, "medium", "rloo" if kind == "duplicate_responses" else "grpo_few", 1)
    truth = json.loads(write_run(plan, tmp_path / "logs", tmp_path / "truth").read_text(encoding="utf-8"))
    board = open_board(tmp_path / "logs")
    found = board.findings(FindingsQuestion(Selection(plan.name))).findings
    return board, next(each for each in found if each.kind == kind), truth


@pytest.mark.parametrize("kind", ["repetition", "garbled_text", "phrase_hacking", "duplicate_responses"])
def test_the_samples_that_it_names_show_it(tmp_path: Path, open_board: OpenBoard, kind: str) -> None:
    board, finding, truth = planted(tmp_path, kind, open_board)
    assert abs(finding.onset - truth["onset"]) <= 3
    assert finding.is_open
    places = {(shown["step"], shown["line"]): shown["tokens"] for shown in truth["evidence"]}
    run = truth["run"]
    samples = [board.sample(SampleQuestion(run, own_id)) for own_id in finding.samples]
    hits = sum((sample.step, sample.line) in places for sample in samples)
    assert hits >= 0.9 * len(samples) > 0
    assert [sample.step for sample in samples] == list(finding.sample_steps)
    for token in finding.tokens:
        sample = board.sample(SampleQuestion(run, token.id))
        assert token.position in places[sample.step, sample.line]
    assert bool(finding.tokens) == (kind != "duplicate_responses")


def test_a_bounded_number_of_responses_is_read(tmp_path: Path, open_board: OpenBoard) -> None:
    (tmp_path / "logs").mkdir()
    with (tmp_path / "logs" / "a.jsonl").open("w", encoding="utf-8") as log:
        for step in range(3):
            for index in range(40):
                row = {
                    "step": step,
                    "prompt": f"p{index}",
                    "response": f"{index} " + "ab " * 1000,
                    "reward": 1,
                }
                log.write(json.dumps(row) + "\n")
    data = open_board(tmp_path / "logs").detector_input(Selection("."))
    assert [each.step for each in data.texts] == [0, 1, 2]
    assert [len(each.responses) for each in data.texts] == [RESPONSES_PER_STEP] * 3
    assert all(len(text) == MAX_TEXT_LENGTH + len("\n…\n") for text in data.texts[0].responses)
    again = open_board(tmp_path / "logs").detector_input(Selection("."))
    assert [each.responses for each in again.texts] == [each.responses for each in data.texts]


def test_the_token_in_which_words_begin() -> None:
    assert first_mark("We add it.", ("none", "add it")) == 3
    assert first_mark("We", ("", "add")) is None
    tokens = ["We", " add", " it", "."]
    assert [token_at(tokens, place) for place in (0, 1, 2, 3, 6, 9)] == [0, 0, 1, 1, 2, 3]
    assert token_at(tokens, None) is None


def test_only_steps_with_new_rows_are_read_again() -> None:
    run = SimpleNamespace(name="a", table="t", invalidations=0, step_versions={("train", 2): 1})
    session, selection = cast("RunSession", SimpleNamespace(run=run)), Selection("a", split="train")
    of_steps, read = StepCache[str](10), []

    def reading(steps: list[int]) -> dict[int, str]:
        read.append(steps)
        return {step: f"{step}" for step in steps if step != 3}

    assert of_steps.get(session, selection, [1, 2, 3], reading) == ["1", "2"]
    run.step_versions["train", 2] = 5
    run.step_versions["train", 4] = 6
    assert of_steps.get(session, selection, [1, 2, 4], reading) == ["1", "2", "4"]
    run.invalidations = 1
    of_steps.get(session, selection, [1], reading)
    assert read == [[1, 2, 3], [2, 4], [1]]


def test_steps_spread_over_the_run_and_the_newest_are_looked_at() -> None:
    assert sampled_steps(range(40)) == list(range(40))
    steps = sampled_steps(range(100))
    assert steps == [*range(0, 97, 4), 97, 98, 99]
    # a step more costs the reading of one
    assert set(sampled_steps(range(101))) - set(steps) == {100}
    assert len(sampled_steps(range(1_000_000))) <= 52
