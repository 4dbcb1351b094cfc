"""Judges by a row whether a file that turns out to hold no rollouts is listed as ignored, or is nothing of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import Preview
from tensorboard_plugin_rlboard.sources.text.row_names import sample_words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tensorboard_plugin_rlboard.sources.kinds.head import Head

_PROGRAM_LOG_KEYS = frozenset(
    {"level", "levelname", "levelno", "log_level", "logger", "loglevel", "lvl", "severity"}
)
_ROLLOUTS = frozenset(
    {"rollouts", "samples", "completions", "generations", "responses", "trajectories", "episodes"}
)
_DEPTH = 4
_ITEMS = 20


def row_preview(head: Head, row: object, *, is_only: bool = False) -> Preview:
    """The preview of a file with rows that can be read.

    Args:
        head: The beginning of the file.
        row: Its first row.
        is_only: Whether it is the whole file, as a configuration is.

    Returns:
        It may hold rollouts. It is named if it holds none, where somebody called it a log, or where its rows have texts
        and are no messages of a program; the only row of a file where a list in it has words of a sample.
    """
    is_message = isinstance(row, dict) and is_program_log(row)
    may_be_log = has_turns(row) if is_only else has_text(row) and not is_message
    is_listed = head.has_log_name or may_be_log
    return Preview(may_hold_rollouts=True, is_listed=is_listed)


def has_text(value: object, depth: int = 0) -> bool:
    """Whether there is any text in a value, as a response would be one. Looks at its first items only."""
    if isinstance(value, str):
        return bool(value.strip())
    if depth >= _DEPTH or not isinstance(value, (dict, list)):
        return False
    items = list(value.values() if isinstance(value, dict) else value)[:_ITEMS]
    return any(has_text(item, depth + 1) for item in items)


def has_turns(row: object) -> bool:
    """Whether a list in an object holds objects with words of a sample: turns of an agent, or samples."""
    if not isinstance(row, dict):
        return False
    lists = {key: value for key, value in row.items() if isinstance(value, list) and value}
    if any(isinstance(lists[key][0], list) and has_text(lists[key][0]) for key in _ROLLOUTS & lists.keys()):
        return True  # samples as lists of values
    return any(has_text(value[0]) and bool(sample_words_of(value[0])) for value in lists.values())


def is_program_log(row: Mapping[str, object]) -> bool:
    """Whether a row is a message of a program, as loggers write them in JSON."""
    return any(str(key).lower() in _PROGRAM_LOG_KEYS for key in row)
