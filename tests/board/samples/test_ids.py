"""Ids of samples, and the neighbours that they lead to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import ids
from sample_rows import RULES, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, TokensQuestion
from tensorboard_plugin_rlboard.errors import UnknownError

Open = Callable[[Path], Board]


Write = Callable[[Path, Iterable[Any]], Path]


def test_neighbours_are_the_samples_beside_it(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "r0.jsonl", [row(1), row(1, "q"), row(2), row(4)])
    write_rows(tmp_path / "r1.jsonl", [row(1), row(3, "q"), row(4, split="eval")])
    board = open_board(tmp_path)
    order = ids(board)
    assert len(order) == 6
    for place, name in enumerate(order):
        found = board.sample(SampleQuestion(".", name, RULES)).neighbours
        assert found.previous == (order[place - 1] if place else None)
        assert found.next == (order[place + 1] if place + 1 < len(order) else None)
    first = board.sample(SampleQuestion(".", order[0], RULES))
    assert set(first.neighbours.group) == {name for name in order[:3] if name != second(board, order[:3])}
    assert [visit.step for visit in first.neighbours.prompt] == [2, 4]
    assert [visit.id for visit in first.neighbours.prompt] == [order[3], order[5]]
    # One reward for each member of the group, and that of the sample that each step is linked by.
    for name, reward in zip(first.neighbours.group, first.neighbours.group_rewards, strict=True):
        assert reward == board.sample(SampleQuestion(".", name, RULES)).scalars["reward"]
    for visit in first.neighbours.prompt:
        assert visit.reward == board.sample(SampleQuestion(".", visit.id, RULES)).scalars["reward"]
    only_eval = board.sample(SampleQuestion(".", ids(board, split="eval")[0], RULES))
    assert (only_eval.neighbours.previous, only_eval.neighbours.next) == (None, None)
    assert only_eval.split == "eval"


def second(board: Board, names: list[str]) -> str:
    """The one of the samples whose prompt is q."""
    return next(
        name for name in names if board.sample(SampleQuestion(".", name, RULES)).texts["prompt"].raw == "q"
    )


def test_neighbours_stay_within_the_attempt(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1), row(2), row(1), row(2)])
    board = open_board(tmp_path)
    old, new = ids(board, attempt=1), ids(board)
    assert board.sample(SampleQuestion(".", old[-1], RULES)).neighbours.next is None
    assert board.sample(SampleQuestion(".", new[0], RULES)).neighbours.previous is None
    assert board.sample(SampleQuestion(".", old[0], RULES)).neighbours.next == old[1]
    assert board.sample(SampleQuestion(".", old[0], RULES)).attempt == 1


def test_ids_survive_a_fresh_start_and_more_files(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "run" / "b.jsonl", [row(1), row(2), row(3, response="x")])
    before = ids(open_board(tmp_path), "run")
    write_rows(tmp_path / "run" / "a.jsonl", [row(1)])
    write_rows(tmp_path / "another" / "b.jsonl", [row(1)])
    board = open_board(tmp_path)
    assert set(before) < set(ids(board, "run"))
    assert board.sample(SampleQuestion("run", before[2], RULES)).texts["response"].raw == "x"
    assert not set(before) & set(ids(board, "another")), "the same place in another run is another sample"


def test_ids_do_not_depend_on_where_the_log_directory_lies(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "x" / "run" / "a.jsonl", [row(1), row(2)])
    shutil.copytree(tmp_path / "x", tmp_path / "y")
    assert ids(open_board(tmp_path / "x"), "run") == ids(open_board(tmp_path / "y"), "run")


def test_unknown_ids(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1), "{bad", row(2)])
    board = open_board(tmp_path)
    name = ids(board)[0]
    digest = name.partition("-")[0]
    bad_line = len(json.dumps(row(1), ensure_ascii=False).encode()) + 1
    for other in (
        "",
        "x",
        name + " ",
        name + "\n",
        sample_id(digest, 1, 0),
        sample_id(digest, 0, 1),
        sample_id(digest, bad_line, 0),
        sample_id("0" * 10, 0, 0),
        f"{digest}--1-0",
        "../" + name,
    ):
        with pytest.raises(UnknownError):
            board.sample(SampleQuestion(".", other, RULES))
        with pytest.raises(UnknownError):
            board.tokens(TokensQuestion(".", other))


def test_file_that_is_gone_since_is_said(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1)])
    board = open_board(tmp_path)
    name = ids(board)[0]
    path.unlink()
    with pytest.raises(UnknownError, match="cannot be read any more") as error:
        board.sample(SampleQuestion(".", name, RULES))
    assert str(tmp_path) not in str(error.value)
