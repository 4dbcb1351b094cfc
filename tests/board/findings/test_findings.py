"""/findings over logs with planted failures: the right kind, the right steps, the right samples and tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from planted_runs.run import Plan, write_run
from planted_runs.shapes import SHAPES

from tensorboard_plugin_rlboard.api import Findings
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError

OpenBoard = Callable[[Path], Board]


STEPS, SAMPLES = 24, 16
"""Of a run, and of a step of it: to write and to read the whole ones took four times as long, and they show nothing more."""


@pytest.fixture(autouse=True)
def _small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, shape in SHAPES.items():
        prompts = min(shape.prompts, SAMPLES // shape.group)
        monkeypatch.setitem(SHAPES, name, replace(shape, steps=STEPS, prompts=prompts))


def planted(tmp_path: Path, kind: str, shape: str = "grpo") -> tuple[str, dict[str, Any]]:
    plan = Plan(kind, "medium", shape, 1)
    truth = json.loads(write_run(plan, tmp_path / "logs", tmp_path / "truth").read_text(encoding="utf-8"))
    return plan.name, truth


def ask(board: Board, run: str, **thresholds: float) -> Findings:
    return board.findings(FindingsQuestion(Selection(run), tuple(thresholds.items())))


def test_a_spike_is_found_with_its_samples_and_tokens(tmp_path: Path, open_board: OpenBoard) -> None:
    run, truth = planted(tmp_path, "kl_spike")
    board = open_board(tmp_path / "logs")
    answer = ask(board, run)
    (finding,) = answer.findings
    assert finding.kind == "kl_spike"
    assert finding.steps == (truth["onset"], truth["last"])
    places = {(shown["step"], shown["line"]): shown["tokens"] for shown in truth["evidence"]}
    hits = 0
    for token in finding.tokens:
        sample = board.sample(SampleQuestion(run, token.id))
        hits += token.position in places.get((sample.step, sample.line), [])
    assert hits >= 0.9 * len(finding.tokens) > 0
    assert [token.id for token in finding.tokens] == list(finding.samples)
    assert finding.evidence.sort == "k3_mean"
    numbers = [value for value in finding.sample_values if value is not None]
    assert numbers == sorted(numbers, reverse=True), "what orders them"
    assert len(numbers) == len(finding.samples)
    assert (answer.n_steps, answer.n_samples) == (STEPS, STEPS * SAMPLES)


def test_tokens_without_a_number_are_found_in_the_log(tmp_path: Path, open_board: OpenBoard) -> None:
    run, truth = planted(tmp_path, "non_finite")
    board = open_board(tmp_path / "logs")
    finding = ask(board, run).findings[0]
    assert (finding.kind, finding.onset) == ("non_finite", truth["onset"])
    places = {(shown["step"], shown["line"]): shown["tokens"] for shown in truth["evidence"]}
    assert finding.tokens
    for token in finding.tokens:
        sample = board.sample(SampleQuestion(run, token.id))
        assert token.position == places[sample.step, sample.line][0]
        assert token.value is None


@pytest.mark.parametrize(("kind", "shape"), [("truncation", "grpo"), ("value_misfit", "ppo")])
def test_a_sample_opens_at_the_token_that_shows_it(
    tmp_path: Path, open_board: OpenBoard, kind: str, shape: str
) -> None:
    run, truth = planted(tmp_path, kind, shape)
    board = open_board(tmp_path / "logs")
    finding = next(each for each in ask(board, run).findings if each.kind == kind)
    places = {(shown["step"], shown["line"]): shown["tokens"] for shown in truth["evidence"]}
    assert finding.tokens
    for token in finding.tokens:
        sample = board.sample(SampleQuestion(run, token.id))
        assert token.position in places.get((sample.step, sample.line), [token.position])


def test_a_healthy_run_says_what_was_checked(tmp_path: Path, open_board: OpenBoard) -> None:
    run, _ = planted(tmp_path, "steady", "rloo")
    answer = ask(open_board(tmp_path / "logs"), run)
    assert list(answer.findings) == []
    assert "truncation" in answer.checked
    assert ("kl_spike", "logprobs and ref_logprobs") in [
        (each.kind, each.needs) for each in answer.not_checked
    ]


def test_thresholds_are_the_users(tmp_path: Path, open_board: OpenBoard) -> None:
    run, _ = planted(tmp_path, "kl_spike")
    (tmp_path / "logs" / "rlboard.toml").write_text(
        "[findings]\nkl_spike_rise = 5\nodd = 1\n", encoding="utf-8"
    )
    board = open_board(tmp_path / "logs")
    answer = ask(board, run)
    assert list(answer.findings) == []
    assert [notice.text for notice in board.runs().runs[0].notices] == [
        "rlboard.toml: [findings] odd is no threshold of a finding (docs/findings.md lists them); it is left out."
    ]
    assert {each.name: (each.value, each.default) for each in answer.thresholds}["kl_spike_rise"] == (
        5.0,
        0.02,
    )
    assert [each.kind for each in ask(board, run, kl_spike_rise=0.01).findings] == ["kl_spike"]
    with pytest.raises(ArgumentError, match="odd is no threshold"):
        ask(board, run, odd=1)


def test_a_run_without_rows_has_no_findings(tmp_path: Path, open_board: OpenBoard) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_text(
        '{"step": 1, "prompt": "a", "response": "b", "reward": 1}\n', encoding="utf-8"
    )
    answer = ask(open_board(tmp_path / "logs"), ".")
    assert (answer.n_steps, answer.n_samples) == (1, 1)
    assert list(answer.findings) == []


def test_numbers_of_the_log_alone_are_looked_at_whatever_they_are_called(
    tmp_path: Path, open_board: OpenBoard
) -> None:
    rows = [
        {
            "step": step,
            "prompt": f"p{i}",
            "response": f"r{i}",
            "reward": i % 2,
            'odd "{x}" part': float(step < 12) * (i % 2),
        }
        for step in range(24)
        for i in range(16)
    ]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )
    board = open_board(tmp_path / "logs")
    data = board.detector_input(Selection("."))
    assert data.parts == ('odd "{x}" part',)
    assert data.statistic(data.parts[0])[[0, 20]].tolist() == [0.5, 0]
    assert data.statistic(data.parts[0], "zero")[[0, 20]].tolist() == [8, 16]
    (finding,) = ask(board, ".").findings
    assert (finding.kind, finding.metric, finding.onset) == ("reward_component_dead", 'odd "{x}" part', 12)


def test_all_that_a_planted_run_logs_is_looked_at(tmp_path: Path, open_board: OpenBoard) -> None:
    run, _ = planted(tmp_path, "steady", "many")
    answer = ask(open_board(tmp_path / "logs"), run)
    assert [each.kind for each in answer.not_checked] == []
    assert list(answer.findings) == []


def test_curves_that_somebody_has_asked_for_change_no_finding(tmp_path: Path, open_board: OpenBoard) -> None:
    run, _ = planted(tmp_path, "reward_component_dead")
    board = open_board(tmp_path / "logs")
    before = ask(board, run)
    (finding,) = before.findings
    assert (finding.kind, finding.metric) == ("reward_component_dead", "format")
    for name in ("format", "correct", "k3_max", "log_ratio_sum", "nonfinite", "repetition", "staleness"):
        board.steps(StepsQuestion(Selection(run), (name,)))
        assert ask(board, run) == before, name


def test_numbers_whose_names_differ_by_case_are_told_apart(tmp_path: Path, open_board: OpenBoard) -> None:
    rows = [{"step": step, "response": "r", "reward": 1.0, "kl": 0.5, "KL": 2.0 + step} for step in range(3)]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )
    data = open_board(tmp_path / "logs").detector_input(Selection("."))
    assert data.statistic("kl").tolist() == [0.5, 0.5, 0.5]
    assert data.statistic("KL").tolist() == [2, 3, 4]
