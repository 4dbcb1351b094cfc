"""Reads some rows of a file: its first ones, some between, and its newest, so that no single row decides what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.reader import is_packed, open_forward

_MAX_LINE = 64 * 1024 * 1024
_FIRST_LINES, _FIRST_BYTES = 20, 2_000_000
"""Lines from the beginning, and bytes of them after which no further one is read; the first one may be longer."""
_PLACES = 6
"""Places between, at each of which one or two lines are read, and the end."""
_PLACE_BYTES = 128 * 1024
_NEWEST_LINES = 4
_SMALL_BYTES = 256 * 1024
"""A file of this size is read from its beginning only, as far as there are lines enough."""
_SMALL_LINES = 32
NO_LINE = "It has no complete line yet; it is looked at again when it grows."
NO_JSON = "Its first lines are no JSON."
NO_OBJECTS = "Its lines are no JSON objects."


@dataclass
class SpreadRows:
    """Rows of a file in its order.

    Attributes:
        rows: the rows.
        problem: why there is none, in one sentence; empty where there are some.
    """

    rows: list[Row] = field(default_factory=list)
    problem: str = NO_LINE


def first_row(path: str) -> SpreadRows:
    """The first row of a file that is a JSON object.

    Raises:
        OSError: the file cannot be read.
    """
    found = SpreadRows()
    with open_forward(path) as file:
        for row in _rows(file, _FIRST_LINES, _MAX_LINE, found):
            found.rows.append(row)
            break
    return found


def spread_rows(path: str) -> SpreadRows:
    """Rows spread over a file; of a packed file, and of one behind an address, its first ones.

    Raises:
        OSError: the file cannot be read.
    """
    found = SpreadRows()
    size = 0 if is_packed(path) or is_address(path) else Path(path).stat().st_size
    small = size <= _SMALL_BYTES
    with open_forward(path) as file:
        found.rows += _rows(file, _SMALL_LINES if small else _FIRST_LINES, _FIRST_BYTES, found)
        if not small:
            _add_later_rows(file, size, found)
    return found


def _add_later_rows(file: BinaryIO, size: int, found: SpreadRows) -> None:
    """Add rows from places between what was read and the end, and the newest ones."""
    start = file.tell()
    ignored = SpreadRows()
    gap = (size - start) // (_PLACES + 1)
    if gap > 2 * _PLACE_BYTES:
        for place in range(1, _PLACES + 1):
            file.seek(start + place * gap)
            found.rows += _after_torn_line(file, 2, ignored)
    newest = max(start, size - _PLACE_BYTES)
    file.seek(newest)
    rows = (
        _after_torn_line(file, _PLACE_BYTES, ignored)
        if newest > start
        else list(_rows(file, _PLACE_BYTES, _PLACE_BYTES, ignored))
    )
    found.rows += rows[-_NEWEST_LINES:]


def _after_torn_line(file: BinaryIO, count: int, found: SpreadRows) -> list[Row]:
    """Rows that begin behind a place in the middle of a line; none where the line is longer than what is read there."""
    if not file.readline(_PLACE_BYTES).endswith(b"\n"):
        return []
    return list(_rows(file, count, _PLACE_BYTES, found, _PLACE_BYTES))


def _rows(
    file: BinaryIO, count: int, budget: int, found: SpreadRows, longest: int = _MAX_LINE
) -> Iterator[Row]:
    """Rows of the next lines that are JSON objects.

    Args:
        file: where to read.
        count: lines that are read at most.
        budget: bytes after which no further line is read.
        found: takes what is wrong with lines that are none.
        longest: bytes of a line; one that is longer is torn, and none.
    """
    for _ in range(count):
        line = file.readline(longest)
        budget -= len(line)
        if not line:
            return
        row = _row(line, found)
        if row is not None:
            found.problem = ""
            yield row
        if budget <= 0:
            return


def _row(line: bytes, found: SpreadRows) -> Row | None:
    if line.isspace():
        return None
    try:
        row = json.loads(line.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        if line.endswith(b"\n") and found.problem:
            found.problem = NO_JSON
        return None
    if isinstance(row, dict):
        return row
    if found.problem:
        found.problem = NO_OBJECTS
    return None
