"""Rows of the native format, and the ids that they get."""

from __future__ import annotations

from typing import Any

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules

RULES = TextRules()


def row(step: int, prompt: str = "p", response: str = "a", **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": prompt, "response": response, "reward": 0.5, **more}


def ids(board: Board, run: str = ".", **chosen: Any) -> list[str]:
    return [str(x) for x in board.samples(Selection(run, **chosen), RULES, limit=500).columns["id"]]
