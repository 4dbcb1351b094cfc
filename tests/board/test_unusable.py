"""What was logged under a value that cannot be used is named with its reason, and not called "not logged"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from rollout_log import row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns
from tensorboard_plugin_rlboard.doctor.command import examine
from tensorboard_plugin_rlboard.doctor.printing import lines

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
TENSOR: dict[str, Any] = {
    "reward": "tensor([1.0, 2.0])",
    "response_tokens": ["a", "b"],
    "logprobs": "tensor([-0.1, -0.2])",
}


def unusable(board: Board) -> dict[str, str]:
    (run,) = board.runs(TensorBoardRuns()).runs
    return dict(run.unusable)


def test_tensors_written_as_text_are_named_with_value(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(step, **TENSOR) for step in (1, 2)])
    found = unusable(open_board(tmp_path))
    assert set(found) == {"reward", "logprobs"}
    assert "tensor([1.0, 2.0])" in found["reward"]
    assert "value.item()" in found["reward"]
    assert "values.tolist()" in found["logprobs"]


def test_a_field_with_a_usable_value_somewhere_is_not_named(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1), row(2, **TENSOR)])
    assert set(unusable(open_board(tmp_path))) == {"logprobs"}


def test_a_mapped_key_is_named_by_its_field(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [{"q": "p", "a": "r", "points": "tensor([1.0, 2.0])", "at": 1}])
    (tmp_path / "rlboard.toml").write_text(
        '[mapping]\nprompt = "q"\nresponse = "a"\nreward = "points"\nstep = "at"\n'
    )
    assert set(unusable(open_board(tmp_path))) == {"reward"}


@pytest.mark.parametrize("rows", [[row(1)], [row(1), '{"torn'], [{**row(1), "reward": None}]])
def test_what_was_not_logged_stays_unnamed(
    tmp_path: Path, open_board: Open, write_rows: Write, rows: list[Any]
) -> None:
    write_rows(tmp_path / "a.jsonl", rows)
    assert unusable(open_board(tmp_path)) == {}


def test_doctor_says_so_and_does_not_ask_to_log_it(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(step, **TENSOR) for step in (1, 2)])
    report = examine(str(tmp_path))
    printed = "\n".join(lines(report))
    assert "      reward: logged, but not usable: reward is no number" in printed
    assert "      logprobs: logged, but not usable: logprobs is no list" in printed
    advice = " ".join(report.runs[0].next)
    assert "There is no reward" not in advice
    assert "Nothing is known of single tokens" not in advice
    assert "value.item()" in advice
    assert "values.tolist()" in advice
