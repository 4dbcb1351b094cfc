"""Whether a number of rows counts within the step in the name of their file, or is that step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.step_values import step_from_value
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER, value_at

_LIKE_STEP = frozenset(["step", "iter", "iteration", "update"])
_SEVERAL = frozenset(["steps", "iters", "iterations", "updates"])
_COUNTS = frozenset(
    [
        "num",
        "n",
        "max",
        "min",
        "total",
        "per",
        "turn",
        "env",
        "tool",
        "agent",
        "reasoning",
        "cot",
        "size",
        "count",
        "eval",
        "val",
        "save",
        "log",
        "warmup",
        "budget",
        "limit",
        "time",
        "s",
        "ms",
        "used",
        "taken",
        "left",
        "micro",
        "idx",
        "index",
        "id",
    ]
)
"""Words of names that count something else than the training's steps."""
_NUMBERED = frozenset(["num", "n", "idx", "index", "count"])


def is_called_like_step(name: str) -> bool:
    """Whether a key is called like a step of a training without being one of its words (`grad_step`, `n_iter`, `第几步`)."""
    parts = set(name.split("_"))
    if "步" in name:
        return True
    if parts & {"iter", "iteration", "update"} and len(parts) > 1:
        parts -= _NUMBERED
    return bool(parts & (_LIKE_STEP | _SEVERAL)) and not parts & _COUNTS


def counts_within(rows: Sequence[Row], path: str, named: int) -> bool:
    """Whether the step of some rows counts something within the step in the name of their file.

    Only words that mean other things as well are doubted (`iteration`, `rollout_step`, `epoch`). They count the training's
    steps where all of them are that of the name, or where they never fall and the file is called after its first or last.

    Args:
        rows: rows of a file.
        path: where they have a step; empty where nowhere.
        named: the step in the name of the file, or of a folder above it.
    """
    numbers = _inner_numbers(rows, path)
    falls = any(b < a for a, b in pairwise(numbers))
    return bool(numbers) and (falls or named not in {numbers[0], numbers[-1]})


def doubt_of_step(rows: Sequence[Row], path: str, named: int) -> str:
    """One sentence where the step of some rows (see `counts_within`) may be that of their file's name; else empty."""
    if set(_inner_numbers(rows, path)) <= {float(named)}:
        return ""
    return f"The step may be another one: {path} was taken, step {named} of the file's path would do as well."


def _inner_numbers(rows: Sequence[Row], path: str) -> list[float]:
    """The numbers under a word for a step, in order of the rows; empty if that word can only mean a training's step."""
    names = {words.snake_case(part.rpartition(".")[2]) for part in path.split(EITHER)}
    if not path or not names <= words.ROLLOUT_STEP | set(words.WEAK_STEP):
        return []
    numbers = (step_from_value(value_at(row, path)) for row in rows)
    return [number for number in numbers if number is not None]
