"""Every number that is said of groups, prompts and pairs of steps, against plain Python, on files that real trainings wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checked_groups import check_groups
from checked_prompts import check_pages, check_prompts
from checked_runs import check_comparison, check_table
from compared_trainings import Training
from example_counts import THOROUGH
from logged_rows import logged_rows
from repository import FIXTURES, ROOT, SAMPLES
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection

MOST = 96 if THOROUGH else 16
"""Samples of a split whose groups and prompts are looked at: those of its first steps."""
FOLDERS = [
    *sorted(SAMPLES.iterdir()),
    FIXTURES / "grpo_seeds",
    *(path for path in sorted((ROOT / "rollout_samples").iterdir()) if path.is_dir()),
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_number_is_that_of_plain_python(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "logs")
    compared = 0
    with TestLog(tmp_path / "logs") as log:
        board = log.open(with_curves=True)
        trainings = {}
        for run in board.registry.runs.values():
            trainings[run.name] = training = Training(logged_rows(board, run.name, kind_of(board, run.name)))
            for split in sorted({row["split"] for row in training.rows}):
                compared += check_split(board, run.name, split, training)
        check_table(board, trainings)
    assert compared


def kind_of(board: Board, run: str) -> str:
    """The text column that tells kinds apart, where nobody names one."""
    return board.prompts.prompts(PromptsQuestion(Selection(run))).by


def check_split(board: Board, run: str, split: str, training: Training) -> int:
    """Checks the first steps of a split; returns how many samples these have."""
    rows, last = training.chosen(split), 0
    steps = sorted({row["step"] for row in rows})
    for step in steps:
        if step == steps[0] or sum(row["step"] <= step for row in rows) <= MOST:
            last = step
    few = [row for row in rows if row["step"] <= last]
    selection = Selection(run, split, step_max=last)
    check_groups(board, selection, few, kind_of(board, run))
    check_prompts(board, selection, few)
    check_prompts(board, selection, few, 0.5)
    if len({row.get("prompt") for row in rows}) <= MOST:
        check_pages(board, Selection(run, split), rows)
    first = Selection(run, split, step_max=steps[0])
    if any("reward" in row for row in few):
        found = board.compare(CompareQuestion(selection, first, "reward", limit=100))
        check_comparison(found, "reward", few, [row for row in few if row["step"] == steps[0]])
    return len(few)
