"""A reward that moves to a key where nobody looks is said at every start, whoever has read the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rollout_log import Line, TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.index.parts import range_builder, range_plan
from tensorboard_plugin_rlboard.index.update import part_loader

ROW: dict[str, Any] = {"question": "q", "output": "a" * 9000}
WITH = ROW | {"step": 1, "score": 1.0}
FAILED = ROW | {"step": 1, "score": None}
WITHOUT = ROW | {"step": 2, "info": {"rew": 0.5}}
SAID = ["Its newest samples have no reward under score, though earlier ones have."]


@pytest.fixture
def kept(tmp_path: Path) -> TestLog:
    """A log whose index is kept between starts."""
    return TestLog(tmp_path / "logs", tmp_path / "cache")


def said(board: Board) -> list[str]:
    columns = board.problems(ProblemsQuestion(".")).columns
    assert set(columns.kind) <= {"reward_lost"}
    return [reason[: len(SAID[0])] for reason in columns.reason]


def test_the_look_that_has_read_it_says_it(kept: TestLog) -> None:
    kept.write(*[WITH] * 300)
    board = kept.open()
    assert said(board) == []
    kept.append(*[WITHOUT] * 2)
    board.indexer.index_now()
    assert said(board) == SAID


@pytest.mark.parametrize("count", [2, 400], ids=["within the last range", "a range and more"])
@pytest.mark.parametrize("by", ["TensorBoard", "rlboard index"])
def test_a_start_over_a_kept_index_says_it_again(
    by: str, count: int, kept: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1_000_000)
    monkeypatch.setattr(range_plan, "RANGE", 1_000_000)
    kept.write(*[WITH] * 300, *[WITHOUT] * count)
    if by == "TensorBoard":
        assert said(kept.open()) == SAID
        kept.close()
    else:
        assert main(["index", str(kept.folder), "--cache-dir", str(kept.cache)]) == 0
        monkeypatch.setattr(range_builder, "build_range", None)
        monkeypatch.setattr(part_loader, "build_range", None)
    board = kept.open()
    assert board.runs().runs[0].samples == 300 + count
    assert said(board) == SAID


@pytest.mark.parametrize(
    "end", [[FAILED], [FAILED] * 2, [FAILED] * 3 + [WITH]], ids=["one", "two", "and one with a reward"]
)
def test_rollouts_that_fail_are_no_lost_reward(end: list[Line], kept: TestLog) -> None:
    kept.write(*[WITH, FAILED, WITH, WITH] * 9, *end)
    assert said(kept.open()) == []


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "output": None, "step": 2},
        ROW | {"step": 2, "error": "the sandbox was gone"},
        ROW | {"step": 2, "finish_reason": "abort"},
    ],
    ids=["no response", "an error", "aborted"],
)
@pytest.mark.parametrize("count", [2, 400], ids=["within the last range", "a range and more"])
def test_failed_rollouts_at_the_end_of_a_file_have_no_reward_to_lose(
    count: int, row: Line, kept: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1_000_000)
    monkeypatch.setattr(range_plan, "RANGE", 1_000_000)
    kept.write(*[WITH] * 300, *[row] * count)
    board = kept.open()
    kinds = set(board.problems(ProblemsQuestion(".")).columns.kind)
    assert "reward_lost" not in kinds
    assert board.runs().runs[0].samples == 300 + count
