"""What tests ask a board for."""

from __future__ import annotations

from typing import Any

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection


def columns(board: Board, *names: str, run: str = ".", **chosen: Any) -> list[tuple[Any, ...]]:
    """Some values of every sample, in the order of logging."""
    asked = SamplesQuestion(Selection(run, **chosen), columns=names, limit=500)
    found = board.samples(asked).columns
    return list(zip(*(found[name] for name in names), strict=True))


def column(board: Board, name: str, run: str = ".", **chosen: Any) -> list[Any]:
    """One value of every sample, in the order of logging."""
    return [value for (value,) in columns(board, name, run=run, **chosen)]


def ids(board: Board, run: str = ".", **chosen: Any) -> list[str]:
    """The id of every sample, in the order of logging."""
    return [str(value) for value in column(board, "id", run, **chosen)]


def problems(board: Board, run: str = ".") -> list[tuple[str, int | None, str]]:
    """File, line and kind of everything that was wrong with a run."""
    found = board.problems(ProblemsQuestion(run, limit=500)).columns
    return list(zip(found.file, found.line, found.kind, strict=True))


def reasons(board: Board, run: str = ".") -> list[tuple[str, str]]:
    """Kind and reason of everything that was wrong with a run."""
    found = board.problems(ProblemsQuestion(run, limit=500)).columns
    return list(zip(found.kind, found.reason, strict=True))


def ignored(board: Board) -> list[tuple[str, str]]:
    """The files that are left alone, and why."""
    return [(file.file, file.reason) for file in board.runs().ignored]
