"""Numbers with a decimal comma, as spreadsheets write them between semicolons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import columns, problems
from unpacked_rows import rows_of


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("reward", "0,25", 0.25),
        ("reward", "-1,5", -1.5),
        ("reward", "0,125", 0.125),
        ("reward", "12345,678", 12345.678),
        ("formatScore", "0,5", 0.5),
        ("rewards/accuracy", "1,0", 1.0),
        ("reward", "0.25", 0.25),
        ("reward", "3", 3),
        ("reward", "1,234", "1,234"),  # or a thousand and more
        ("reward", "1,2,3", "1,2,3"),
        ("reward", "01,5", "01,5"),
        ("choices", "1,2", "1,2"),
        ("answer", "0,5", "0,5"),
        ("lossless", "0,5", "0,5"),
    ],
)
def test_what_a_cell_between_semicolons_is(name: str, cell: str, value: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"prompt;{name}\nq;{cell}\n")
    assert rows_of(path) == [{"prompt": "q", name: value}]


def test_a_comma_in_quotes_between_commas_is_no_decimal_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('prompt,reward\nq,"0,25"\n')
    assert rows_of(path) == [{"prompt": "q", "reward": "0,25"}]


def test_a_table_with_decimal_commas_is_opened_and_what_is_unclear_is_said(
    tmp_path: Path, open_board: Any
) -> None:
    lines = ["step;prompt;response;reward", "1;q;it is 4;0,5", "2;q;it is 5;0,25", "3;q;it is 6;1,234"]
    lines.insert(1, "0;q;it is 3;1,000")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    board = open_board(tmp_path)
    assert columns(board, "step", "reward") == [(0, None), (1, 0.5), (2, 0.25), (3, 1.234)]
    assert problems(board) == [("a.csv", 1, "not_a_number")]
