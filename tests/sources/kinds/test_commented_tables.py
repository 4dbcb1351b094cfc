"""Tables with comments before their header: these are none of their rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import column, ignored

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.sources.containers.csv_tables import header_in

HEADER, RECORDS = "step,prompt,response,reward\n", "1,Q,A,0.5\n2,Q,B,1.5\n"


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("a,b\n", "a,b\n"),
        ("#step,prompt,reward\n", "step,prompt,reward\n"),
        ("# step\tprompt\n", "step\tprompt\n"),
        ("# written by train.py, seed 3\n", ""),
        ("# step, loss\n", ""),
        ("#\n", ""),
        ("\n", ""),
    ],
)
def test_header_in_a_line(line: str, header: str) -> None:
    assert header_in(line) == header


@pytest.mark.parametrize("name", ["log.csv", "log.txt"])
@pytest.mark.parametrize(
    "before",
    [
        "# made by hand\n",
        "# made by hand, with\n# two lines\n\n",
        '# a quotation mark " that stays open\n',
        "# step, loss\n",
        "\n\n",
    ],
)
def test_comments_before_the_header(
    before: str, name: str, tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    (tmp_path / name).write_text(before + HEADER + RECORDS, encoding="utf-8")
    board = open_board(tmp_path)
    assert ignored(board) == []
    assert (column(board, "step"), column(board, "response")) == ([1, 2], ["A", "B"])


def test_header_that_is_a_comment(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    (tmp_path / "log.csv").write_text(f"# exported\n#{HEADER}{RECORDS}", encoding="utf-8")
    board = open_board(tmp_path)
    assert (column(board, "step"), column(board, "reward")) == ([1, 2], [0.5, 1.5])


def test_nothing_but_comments(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    (tmp_path / "log.csv").write_text("# one\n# two\n", encoding="utf-8")
    board = open_board(tmp_path)
    assert not board.runs().runs
