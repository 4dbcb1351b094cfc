"""Rows of the native format, and what the index holds of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules


def row(step: int, response: str = "a", **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": "Q", "response": response, "reward": 0.5, **more}


def line(step: int, response: str = "a", **more: Any) -> bytes:
    return json.dumps(row(step, response, **more)).encode() + b"\n"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def column(board: Board, name: str, run: str = ".", **chosen: Any) -> list[Any]:
    found = board.samples(Selection(run, **chosen), TextRules(), columns=[name], limit=500)
    return list(found.columns[name])


def problems(board: Board, run: str = ".") -> list[tuple[str, int | None, str]]:
    columns = board.problems(run, 0, 500).columns
    return list(zip(columns.file, columns.line, columns.kind, strict=True))
