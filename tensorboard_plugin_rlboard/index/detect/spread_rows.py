"""Reads some rows of a file: its first ones, some between, and its newest, so that no single row decides what it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.rows.json_parsers import (
    decode_line,
    parse_with_python,
    without_half_pairs,
)
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.reader import is_packed, open_forward

_MAX_LINE_BYTES = 64 * 1024 * 1024
_FIRST_LINES, _FIRST_BYTES = 20, 2_000_000
"""Lines from the beginning, and bytes of them after which no further one is read; the first one may be longer."""
_PLACES = 6
"""Places between, at each of which one or two lines are read, and the end."""
_PLACE_BYTES = 128 * 1024
_NEWEST_LINES = 4
_END_BYTES = 4 * 1024 * 1024
"""Bytes before the end that are read where its last lines are longer than a place: with arrays of many tokens, say."""
SMALL_BYTES = 256 * 1024
"""A file of this size is read whole, and one that can only be read forward as far; some of the lines are understood."""
_BETWEEN_LINES = 16
"""Lines of a small file that are taken from between its first and its newest ones."""
_GOLDEN = 0.6180339887498949
"""Fractional part of the golden ratio: its multiples modulo 1 are spread evenly, and repeat with no period."""
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
        for row in _rows(file, _FIRST_LINES, _MAX_LINE_BYTES, found):
            found.rows.append(row)
            break
    return found


def first_object(
    path: str, is_wanted: Callable[[Mapping[str, object]], bool] = lambda _: True
) -> Mapping[str, object] | None:
    """The first JSON object of a file that somebody looks for; None where its first lines have none.

    Args:
        path: the file.
        is_wanted: whether an object is what is looked for.

    Raises:
        OSError: the file cannot be read.
    """
    with open_forward(path) as file:
        for _ in range(_FIRST_LINES):
            line = file.readline(_MAX_LINE_BYTES)
            if not line:
                break
            try:
                row = json.loads(line.decode("utf-8-sig", "replace"))
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict) and is_wanted(row):
                return row
    return None


def later_rows(path: str) -> list[Row]:
    """A row from the middle of a file and its newest one, as far as they can be had by two short reads.

    Of a packed file, and of one behind an address, the last one of what `spread_rows` reads.

    Raises:
        OSError: the file cannot be read.
    """
    if is_packed(path) or is_address(path):
        return spread_rows(path).rows[-1:]
    ignored, found = SpreadRows(), []
    size = Path(path).stat().st_size
    with open_forward(path) as file:
        file.seek(size // 2)
        found += _after_torn_line(file, 1, ignored)
        file.seek(max(0, size - _PLACE_BYTES))
        for line in reversed(file.read(_PLACE_BYTES).splitlines()[1:]):
            row = _row(line, ignored)
            if row is not None:
                return [*found, row]
    return found


def first_rows(path: str) -> Iterator[Row]:
    """The rows of the first 2 MB of a file, one after the other, for whoever looks for a row of some kind.

    Raises:
        OSError: the file cannot be read.
    """
    with open_forward(path) as file:
        yield from _rows(file, _FIRST_BYTES, _FIRST_BYTES, SpreadRows())


def spread_rows(path: str) -> SpreadRows:
    """Rows spread over a file; of a packed file, and of one behind an address, over its beginning.

    Raises:
        OSError: the file cannot be read.
    """
    found = SpreadRows()
    is_forward_only = is_packed(path) or is_address(path)
    size = 0 if is_forward_only else Path(path).stat().st_size
    with open_forward(path) as file:
        if size <= SMALL_BYTES:
            _add_rows_of_beginning(file, found)
        else:
            found.rows += _rows(file, _FIRST_LINES, _FIRST_BYTES, found)
            _add_later_rows(file, size, found)
    return found


def _add_rows_of_beginning(file: BinaryIO, found: SpreadRows) -> None:
    """Add rows spread over the beginning of a file, which is all of a small one."""
    lines = BytesIO(file.read(SMALL_BYTES)).readlines()
    if lines and not lines[-1].endswith(b"\n"):
        lines[-1] += file.readline(_MAX_LINE_BYTES)
    for at in _spread(len(lines)):
        row = _row(lines[at], found)
        if row is not None:
            found.problem = ""
            found.rows.append(row)
    if len(lines) < _FIRST_LINES:
        found.rows += _rows(file, _FIRST_LINES - len(lines), _FIRST_BYTES - SMALL_BYTES, found)


def _spread(count: int) -> list[int]:
    """Which of so many lines are looked at, counted from 0: the first ones, one of each part between, the newest.

    Where in its part a line lies differs from part to part, because rows of several kinds often take turns.
    """
    between = range(min(count, _FIRST_LINES), max(min(count, _FIRST_LINES), count - _NEWEST_LINES))
    parts = min(_BETWEEN_LINES, len(between))
    chosen = (int((part + part * _GOLDEN % 1) * len(between) / parts) for part in range(parts))
    return [*range(between.start), *(between[at] for at in chosen), *range(between.stop, count)]


def _add_later_rows(file: BinaryIO, size: int, found: SpreadRows) -> None:
    """Add rows from places between what was read and the end, and the newest ones."""
    start = file.tell()
    ignored = SpreadRows()
    gap = (size - start) // (_PLACES + 1)
    if gap > 2 * _PLACE_BYTES:
        for place in range(1, _PLACES + 1):
            file.seek(start + place * gap)
            found.rows += _after_torn_line(file, 2, ignored)
    for span in (_PLACE_BYTES, _END_BYTES):
        newest = _newest_rows(file, max(start, size - span), span, is_torn=size - span > start)
        if newest:
            found.rows += newest
            return


def _newest_rows(file: BinaryIO, at: int, span: int, *, is_torn: bool) -> list[Row]:
    """The last rows of so many bytes, of which the first line may be torn; no more lines are decoded than it takes."""
    file.seek(at)
    ignored, newest = SpreadRows(), list[Row]()
    for line in reversed(BytesIO(file.read(span)).readlines()[is_torn:]):
        row = _row(line, ignored)
        if row is not None:
            newest.append(row)
        if len(newest) == _NEWEST_LINES:
            break
    return newest[::-1]


def _after_torn_line(file: BinaryIO, count: int, found: SpreadRows) -> list[Row]:
    """Rows that begin behind a place in the middle of a line; none where the line is longer than what is read there."""
    if not file.readline(_PLACE_BYTES).endswith(b"\n"):
        return []
    return list(_rows(file, count, _PLACE_BYTES, found, _PLACE_BYTES))


def _rows(
    file: BinaryIO, count: int, budget: int, found: SpreadRows, longest: int = _MAX_LINE_BYTES
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
        text = decode_line(line)
        row = without_half_pairs(parse_with_python(text), text)
    except (ValueError, RecursionError):
        if line.endswith(b"\n") and found.problem:
            found.problem = NO_JSON
        return None
    if isinstance(row, dict):
        return row
    if found.problem:
        found.problem = NO_OBJECTS
    return None
