"""Finds the keys of a file's first row that decide its format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.sources.reader import open_forward

_MAX_LINES, _MAX_BYTES = 20, 64 * 1024 * 1024
_ENOUGH_KEYS, _MAX_KEYS = 2, 8


def deciding_keys(path: str, file_format: Format) -> list[str]:
    """The keys without which the row would not be recognised, and where these are fewer than two the first others.

    Of a mapped or guessed format the keys that are mapped. Empty where the file cannot be read any more.

    Args:
        path: the file.
        file_format: its format.
    """
    if file_format.mapping is not None:
        return [f"{key} → {name}" for name, key in file_format.mapping.keys.items() if key]
    try:
        row = first_row(path, file_format.recognise)
    except OSError:
        row = None
    if row is None:
        return []
    needed = [
        key for key in row if not file_format.recognise({name: row[name] for name in row if name != key})
    ]
    # Where one of several keys would do, none of them is needed by itself.
    reads = file_format.read_keys
    others = sorted((key for key in row if key not in needed), key=lambda key: key not in reads)
    return needed if len(needed) >= _ENOUGH_KEYS else [*needed, *others][:_MAX_KEYS]


def first_row(path: str, recognise: Callable[[Mapping[str, object]], bool]) -> Mapping[str, object] | None:
    """The first of a file's first rows that is recognised.

    Raises:
        OSError: the file cannot be read.
    """
    with open_forward(path) as file:
        for _ in range(_MAX_LINES):
            line = file.readline(_MAX_BYTES)
            try:
                row = json.loads(line.decode("utf-8-sig", "replace"))
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict) and recognise(row):
                return row
    return None
