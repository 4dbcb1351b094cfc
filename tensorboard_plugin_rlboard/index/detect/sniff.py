"""Finds the format of a file by its first complete rows: the user's mapping, a known format, or a guess."""

from __future__ import annotations

import json
from collections.abc import Callable

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.generic.guess import guess_mapping, with_guessed_step
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.sources.containers.row_stream import UnreadableFileError
from tensorboard_plugin_rlboard.sources.reader import open_forward, preview

_SNIFFED_LINES = 20
_SNIFFED_BYTES = 64 * 1024 * 1024


def sniff(path: str, mapped: Callable[[Row], Format | None] | None = None) -> tuple[Format | None, str]:
    """The format of a file's first complete rows, or one sentence that says why it has none.

    The sentence is empty for a file that nobody takes for a log, as settings and checkpoints are.

    Args:
        path: the file.
        mapped: the format that the user's settings give a row; None where they give none.

    Raises:
        OSError: the file cannot be read.
    """
    seen = preview(path)
    if not seen.may_hold_rollouts:
        return None, seen.reason
    try:
        return _format_of_first_row(path, mapped)
    except UnreadableFileError as error:
        return None, str(error.strerror)


def _format_of_first_row(
    path: str, mapped: Callable[[Row], Format | None] | None
) -> tuple[Format | None, str]:
    problem = "It has no complete line yet; it is looked at again when it grows."
    with open_forward(path) as file:
        for _ in range(_SNIFFED_LINES):
            line = file.readline(_SNIFFED_BYTES)
            if not line:
                break
            if line.isspace():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig", "replace"))
            except (ValueError, RecursionError):
                if line.endswith(b"\n"):
                    problem = "Its first lines are no JSON."
                continue
            if not isinstance(row, dict):
                problem = "Its lines are no JSON objects."
                continue
            user_format = None if mapped is None else mapped(row)
            if user_format is not None:
                return user_format, ""
            known_format = recognise(row)
            if known_format is not None:
                return with_guessed_step(known_format, row), ""
            guessed = guess_mapping(row)
            return guessed.format, "" if guessed.format is not None else guessed.reason
    return None, problem
