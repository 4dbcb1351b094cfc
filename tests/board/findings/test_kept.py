"""What is kept of findings while a training writes: the newest of it, not the curves of every step before."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Callable
from pathlib import Path

from rollout_log import row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable


def write_step(path: Path, step: int) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(
            json.dumps(row(step, f"said{step}.{number}") | {"reward": number}) + "\n" for number in range(8)
        )


def table(board: Board) -> StepTable:
    return board._steps.snapshot(board.indexer.registry.runs["."], fresh=False).tables["train"]


def test_the_curves_of_earlier_steps_are_not_kept(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    path = tmp_path / "a.jsonl"
    write_step(path, 1)
    board = open_board(tmp_path)
    rewards = []
    for step in range(2, 8):
        write_step(path, step)
        board.indexer.index_now()
        found = board.findings(FindingsQuestion(Selection(".")))
        assert (found.n_steps, found.n_samples) == (step, 8 * step)
        rewards.append(weakref.ref(table(board).columns["m:reward"]["mean"]))
    gc.collect()
    assert [array() is not None for array in rewards] == [False] * 5 + [True]


def test_what_was_made_of_a_step_makes_room_for_what_is_made_of_its_next_rows(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    path = tmp_path / "a.jsonl"
    for step in range(1, 4):
        write_step(path, step)
    board = open_board(tmp_path)
    kept = board._findings._input_reader._texts._measured._cache._values
    for more in ("b", "bc", "bcd"):
        board.findings(FindingsQuestion(Selection(".")))
        assert len(kept) == 3
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("said", f"{more}said"), encoding="utf-8")
        board.indexer.index_now()
    board.findings(FindingsQuestion(Selection(".")))
    assert len(kept) == 3
    ((_, newest), *_) = (value for value, _, _ in kept.values())
    assert all(text.startswith("bbcbcdsaid") for text in newest.responses)
