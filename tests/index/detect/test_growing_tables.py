"""Tables that are logged again with more rows: every sample once, and what is left out is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.detect import growing_tables

Open = Callable[[Path], Board]
COLUMNS = ["step", "prompt", "completion", "reward"]
ROWS: list[list[Any]] = [[1, "q", "a [[x]]", 1.0], [2, "q", "b", 0.0], [3, "q", "c", 1.0]]
FOLDER = "media/table"


def put(folder: Path, name: str, rows: list[list[Any]], names: list[str] = COLUMNS) -> None:
    path = folder / FOLDER / f"{name}.table.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [row[len(COLUMNS) - len(names) :] for row in rows]
    table = {"columns": names, "data": cells, "ncols": len(names), "nrows": len(cells)}
    path.write_text(json.dumps(table), encoding="utf-8")


def responses(board: Board) -> list[tuple[Any, ...]]:
    (info,) = board.runs().runs
    return sorted(columns(board, "step", "response", run=info.run))


def test_every_sample_is_read_once(tmp_path: Path, open_board: Open) -> None:
    for count, name in ((1, "t_1_aa"), (2, "t_2_0b"), (3, "t_10_cc")):
        put(tmp_path, name, ROWS[:count])
    board = open_board(tmp_path)
    assert responses(board) == [(1, "a [[x]]"), (2, "b"), (3, "c")]
    assert ignored(board) == [
        (
            f"{FOLDER}/{one}.table.json",
            f"All of its rows are in {FOLDER}/{other}.table.json as well, which is read instead.",
        )
        for one, other in (("t_1_aa", "t_2_0b"), ("t_2_0b", "t_10_cc"))
    ]


def test_later_table_takes_the_place_of_the_earlier_and_gives_it_back(
    tmp_path: Path, open_board: Open
) -> None:
    put(tmp_path, "t_1_aa", ROWS[:1])
    board = open_board(tmp_path)
    assert responses(board) == [(1, "a [[x]]")]
    put(tmp_path, "t_2_bb", ROWS)
    board.indexer.index_now()
    assert responses(board) == [(1, "a [[x]]"), (2, "b"), (3, "c")]
    (tmp_path / FOLDER / "t_2_bb.table.json").unlink()
    board.indexer.index_now()
    assert responses(board) == [(1, "a [[x]]")]
    assert ignored(board) == []


@pytest.mark.parametrize(
    ("name", "later"),
    [
        ("t_2_bb", ROWS[1:]),  # a table of its own for each step
        ("u_2_bb", ROWS[:2]),  # of another key
        ("t_1_bb", ROWS[1:]),  # of the same number
        ("t_2_bb", [[1, "q", "a [[x]]", 0.5], ROWS[1]]),
    ],
)
def test_other_tables_are_read_beside_it(
    name: str, later: list[list[Any]], tmp_path: Path, open_board: Open
) -> None:
    put(tmp_path, "t_1_aa", ROWS[:1])
    put(tmp_path, name, later)
    board = open_board(tmp_path)
    assert len(responses(board)) == 1 + len(later)
    assert ignored(board) == []


def test_same_table_again_is_one_only_where_rows_say_their_step(tmp_path: Path, open_board: Open) -> None:
    for name in ("t_1_aa", "t_2_bb"):
        put(tmp_path / "said", name, ROWS)
        put(tmp_path / "unsaid", name, ROWS, COLUMNS[1:])
    board = open_board(tmp_path)
    assert {info.run.partition("/")[0]: info.samples for info in board.runs().runs} == {
        "said": 3,
        "unsaid": 6,
    }


def test_rows_without_a_step_are_shown_at_that_of_the_last_table_and_it_is_said(
    tmp_path: Path, open_board: Open
) -> None:
    put(tmp_path, "t_1_aa", ROWS[:1], COLUMNS[1:])
    put(tmp_path, "t_2_bb", ROWS, COLUMNS[1:])
    board = open_board(tmp_path)
    assert {step for step, _ in responses(board)} == {2}
    ((_, reason),) = ignored(board)
    assert reason.endswith("they are shown at the step of that: log a column step.")


def test_large_tables_are_compared_by_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_tables, "_BLOCK_BYTES", 16)
    monkeypatch.setattr(growing_tables, "_MAX_BLOCKS", 3)
    alike, end = growing_tables.begin_alike, 1000
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"x" * end)
    for place, is_alike in ((0, False), (999, False), (500, False), (200, True)):
        other.write_bytes(b"x" * place + b"y" + b"x" * (end - place - 1))
        with one.open("rb") as a, other.open("rb") as b:
            assert alike(a, b, end) == is_alike


def test_copies_of_one_number_are_told_by_their_size(tmp_path: Path, open_board: Open) -> None:
    """As wandb 0.30.0 writes the tables of steps 0, 1 and 2 where it is given the step: numbers 0, 0 and 1."""
    for count, name in ((1, "t_0_9e"), (2, "t_0_5d"), (3, "t_1_a3")):
        put(tmp_path, name, ROWS[:count])
    board = open_board(tmp_path)
    assert responses(board) == [(1, "a [[x]]"), (2, "b"), (3, "c")]
    assert [file for file, _ in ignored(board)] == [
        f"{FOLDER}/{name}.table.json" for name in ("t_0_5d", "t_0_9e")
    ]


@pytest.mark.parametrize("has_step", [True, False])
def test_that_the_number_of_a_table_may_be_another_step_is_said(
    *, has_step: bool, tmp_path: Path, open_board: Open
) -> None:
    names = COLUMNS if has_step else COLUMNS[1:]
    put(tmp_path, "t_0_9e", ROWS[:1], names)
    put(tmp_path, "t_5_a3", ROWS[1:], names)
    (info,) = open_board(tmp_path).runs().runs
    assert [notice.kind for notice in info.notices] == ([] if has_step else ["table_steps"])
