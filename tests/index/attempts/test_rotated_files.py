"""Attempts over files that a writer began one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.attempts.attempts import StepOrder
from tensorboard_plugin_rlboard.index.attempts.rotated_files import number_attempts, rotated_sequences
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.output import rank_files

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def steps(*numbers: int) -> StepOrder:
    found = StepOrder()
    found.extend((number, 10 * place) for place, number in enumerate(numbers))
    return found


def test_which_files_follow_each_other() -> None:
    names = [
        "run/rollouts.rank_0.part_00002.jsonl.zst", "run/rollouts.rank_0.jsonl", "run/rollouts.rank_1.jsonl",
        "run/rollouts.rank_0.part_00001.jsonl", "run/1.jsonl", "run/1.jsonl.gz", "run/other.part_1.jsonl",
        "run/lonely.part_00003.jsonl",
    ]  # fmt: skip
    assert rotated_sequences(dict(enumerate(names))) == [[1, 3, 0], [2], [4], [5], [6], [7]]


def test_a_training_that_goes_on_over_files_is_one_attempt() -> None:
    names = {0: "a.jsonl", 1: "a.part_00001.jsonl", 2: "a.part_00002.jsonl"}
    found = number_attempts(names, {0: steps(1, 2, 3), 1: steps(3, 4), 2: steps(4, 5)})
    assert found == {0: [(0, 1)], 1: [(0, 1)], 2: [(0, 1)]}


def test_a_training_resumed_in_the_second_file() -> None:
    names = {0: "a.jsonl", 1: "a.part_00001.jsonl"}
    found = number_attempts(names, {0: steps(0, 1, 2), 1: steps(2, 3, 4, 2, 3, 4, 5)})
    assert found == {0: [(0, 1)], 1: [(0, 1), (30, 2)]}


def test_a_training_resumed_with_a_new_file() -> None:
    names = {0: "a.jsonl.zst", 1: "a.part_00001.jsonl.zst", 2: "a.part_00002.jsonl.zst"}
    found = number_attempts(names, {0: steps(0, 1, 2), 1: steps(1, 2, 3), 2: steps(4, 5)})
    assert found == {0: [(0, 1)], 1: [(0, 2)], 2: [(0, 2)]}


def test_ranks_with_several_files_are_matched_as_ranks() -> None:
    names = {0: "r0.jsonl", 1: "r0.part_00001.jsonl", 2: "r1.jsonl"}
    found = number_attempts(names, {0: steps(0, 1, 2), 1: steps(1, 2, 3), 2: steps(0, 1, 2, 1, 2, 3)})
    assert found == {0: [(0, 1)], 1: [(0, 2)], 2: [(0, 1), (30, 2)]}


def test_a_file_without_steps_of_the_split_is_passed_over() -> None:
    names = {0: "a.jsonl", 1: "a.part_00001.jsonl", 2: "a.part_00002.jsonl"}
    assert number_attempts(names, {0: steps(0, 1), 2: steps(0, 1)}) == {0: [(0, 1)], 2: [(0, 2)]}


def shown(board: Board, name: str = "run") -> list[tuple[object, object]]:
    table = board.samples(SamplesQuestion(Selection(name), TextRules(), columns=("response",), limit=500))
    return sorted(zip(table.columns["step"], table.columns["response"], strict=True), key=str)


@pytest.mark.parametrize(
    "compress",
    [
        False,
        pytest.param(
            True,
            marks=pytest.mark.skipif(
                rank_files.zstd_compressor()[0] is None, reason="needs Python 3.14 or the extra zstd"
            ),
        ),
    ],
)
def test_what_a_resumed_writer_logs_anew_counts(tmp_path: Path, open_board: Open, compress: bool) -> None:
    for attempt, first in (("old", 0), ("new", 7)):
        with RolloutWriter(tmp_path / "run", max_bytes=600, compress=compress) as writer:
            for step in range(first, first + 10):
                writer.log(step=step, response=f"{attempt} {step} " + "x" * 150)
                writer.flush()
    assert len(list((tmp_path / "run").glob("rollouts*"))) > 2
    found = shown(open_board(tmp_path))
    assert [step for step, _ in found] == sorted(range(17), key=str)
    assert {str(text).split()[0] for step, text in found if int(str(step)) >= 7} == {"new"}
    assert {str(text).split()[0] for step, text in found if int(str(step)) < 7} == {"old"}


def test_a_step_that_spans_two_files_is_whole(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    """Taken for a rank of its own, the first file would be of the newest attempt, and hide half of step 2."""

    def row(step: int, text: str) -> dict[str, Any]:
        return {"step": step, "response": text}

    write_rows(tmp_path / "run" / "a.jsonl", [row(0, "a"), row(1, "a"), row(2, "first half")])
    later = [row(2, "second half"), row(3, "a"), row(4, "a"), row(3, "b"), row(4, "b")]
    write_rows(tmp_path / "run" / "a.part_00001.jsonl", later)
    assert shown(open_board(tmp_path)) == [
        (0, "a"), (1, "a"), (2, "first half"), (2, "second half"), (3, "b"), (4, "b"),
    ]  # fmt: skip
