"""The problems of a run, counted by kind, each with the sample of its line where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rollout_log import row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
LONG: dict[str, Any] = {"response_tokens": ["a", "b"], "logprobs": [-0.1, -0.2, -0.3]}
"""Three values for two tokens."""


def run_of(board: Board) -> str:
    (run,) = board.runs(TensorBoardRuns()).runs
    return run.run


def test_problems_are_counted_by_kind_and_lead_to_the_sample_of_their_line(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1), row(2, **LONG), '{"torn', row(3, **LONG)])
    board = open_board(tmp_path)
    run = run_of(board)
    answer = board.problems(ProblemsQuestion(run))
    assert [(one.kind, one.count) for one in answer.kinds] == [("length_mismatch", 2), ("bad_json", 1)]
    assert list(answer.columns.line) == [2, 3, 4]
    assert list(answer.columns.step) == [2, None, 3]
    first, torn, second = answer.columns.id
    assert torn is None
    assert first is not None
    assert second is not None
    opened = [board.sample(SampleQuestion(run, name)) for name in (first, second)]
    assert [sample.line for sample in opened] == [2, 4]


def test_problems_of_one_kind_are_asked_for(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1), row(2, **LONG), '{"torn', row(3, **LONG)])
    board = open_board(tmp_path)
    run = run_of(board)
    page = board.problems(ProblemsQuestion(run, offset=1, limit=1, kind="length_mismatch"))
    assert page.total == 3
    assert list(page.columns.line) == [4]
    assert [one.count for one in page.kinds] == [2, 1]
    none = board.problems(ProblemsQuestion(run, kind="'; DROP TABLE x; --"))
    assert list(none.columns.line) == []


def test_what_is_not_listed_one_by_one_is_counted_all_the_same(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1), *(row(2, reward="good") for _ in range(1500)), row(3)])
    board = open_board(tmp_path)
    run = run_of(board)
    answer = board.problems(ProblemsQuestion(run, offset=1000, limit=10))
    assert [(one.kind, one.count, one.unlisted) for one in answer.kinds] == [("not_a_number", 1001, 499)]
    assert answer.total == board.runs(TensorBoardRuns()).runs[0].problems == 1500
    assert list(answer.columns.line) == [1002]
