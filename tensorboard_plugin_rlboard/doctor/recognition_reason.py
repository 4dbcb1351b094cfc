"""Finds the keys of a file's first row that decide its format."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.detect.spread_rows import first_object

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
        row = first_object(path, file_format.recognise)
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
