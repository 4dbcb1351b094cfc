r"""Finds whole lines in a file that may still grow: cuts it into ranges of lines, and a range into lines.

Only the byte ``\n`` ends a line. What follows the last one is still being written and is left for later, unless it is
a whole JSON object already: some writers never write the last line's end.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.sources.reader import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

RANGE_BYTES = 16 * 1024 * 1024
_BLOCK_BYTES = 64 * 1024
_LONG_LINE_BYTES = (
    512  # bytes of a line from which searching for its end is faster than comparing each of them
)
_NEWLINE = 10
_SPACE = 32


def byte_ranges(path: str, start: int, end: int, max_bytes: int = RANGE_BYTES) -> Iterator[tuple[int, int]]:
    """Cut a file between two offsets into ranges of whole lines.

    The file is never read as a whole: newlines are searched near the cuts only.

    Args:
        path: The file; offsets in a compressed one are those of what it unpacks to.
        start: Where to begin, in bytes: the beginning of a line.
        end: Where to stop at the latest, in bytes; a smaller file stops earlier.
        max_bytes: Bytes of a range at most, except that a longer line is a range of its own.

    Yields:
        ``(offset, length)`` in bytes, one range after the other without gaps, each ending behind a newline. The
        bytes behind the last newline are in none of them.

    Raises:
        OSError: If the file cannot be opened or read.
    """
    with open_file(path) as file:
        stop = _after_last_newline(file, start, min(end, file.seek(0, os.SEEK_END)))
        while start < stop:
            cut = stop
            if stop - start > max_bytes:
                cut = _after_last_newline(file, start, start + max_bytes)
                if cut == start:
                    cut = _after_next_newline(file, start + max_bytes, stop)
            yield start, cut - start
            start = cut


def complete_last_line(path: str, start: int, end: int) -> tuple[int, int] | None:
    """Find a last line that has no newline but is a whole JSON object, so that nothing more can belong to it.

    Args:
        path: The file.
        start: Where the line begins, in bytes: the end of the last range of ``byte_ranges``.
        end: Where the file ends, in bytes.

    Returns:
        ``(offset, length)`` in bytes, or None where there is no such line: nothing is left, or it is half-written.

    Raises:
        OSError: If the file cannot be opened or read.
    """
    if start >= end:
        return None
    with open_file(path) as file:
        # The last bytes first: a long line that is plainly unfinished need not be parsed at every poll.
        file.seek(max(start, end - _BLOCK_BYTES))
        if not file.read(end - file.tell()).rstrip().endswith(b"}"):
            return None
        file.seek(start)
        line = file.read(end - start)
    if len(line) != end - start or b"\n" in line:
        return None
    try:
        whole = isinstance(json.loads(line.decode("utf-8", "replace")), dict)
    except (ValueError, RecursionError):
        return None
    return (start, end - start) if whole else None


def last_line_range(path: str, start: int, end: int, max_bytes: int) -> tuple[int, int] | None:
    """Find the last whole lines of a file between two offsets.

    Args:
        path: The file.
        start: Where to begin at the earliest, in bytes: the beginning of a line.
        end: Where to stop, in bytes.
        max_bytes: How many bytes of lines at most.

    Returns:
        ``(offset, length)`` in bytes, or None where no line both begins and ends within them.

    Raises:
        OSError: If the file cannot be opened or read.
    """
    with open_file(path) as file:
        begin = start if end - start <= max_bytes else _after_next_newline(file, end - max_bytes, end)
        stop = _after_last_newline(file, begin, end)
    return (begin, stop - begin) if stop > begin else None


def line_offsets(data: bytes | memoryview, base_offset: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    r"""Find the lines of a range that are not blank.

    Args:
        data: The range's bytes: whole lines, the last of which may lack its newline.
        base_offset: Where they begin in their file, in bytes.

    Returns:
        Two arrays, one entry per line that is not blank: its offset in the file, and its length without the
        newline (a ``\r`` before it is counted), both in bytes. Blank is a line of spaces, tabs, carriage
        returns, vertical tabs and form feeds only.
    """
    codes = np.frombuffer(data, dtype=np.uint8)
    ends = _newlines(data, codes)
    if len(codes) and codes[-1] != _NEWLINE:
        ends = np.append(ends, len(codes))
    starts = np.concatenate((np.zeros(min(1, len(ends)), dtype=np.int64), ends[:-1] + 1))
    lengths = ends - starts
    # A blank line is empty or begins with a control character or a space; only those few are looked at.
    keep = lengths > 0
    keep[keep] = codes[starts[keep]] > _SPACE
    view = memoryview(data)
    for index in np.flatnonzero(~keep & (lengths > 0)):
        keep[index] = not bytes(view[starts[index] : ends[index]]).isspace()
    return starts[keep] + base_offset, lengths[keep]


def _newlines(data: bytes | memoryview, codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Find the newlines: one search each where lines are long, which spares a look at every single byte."""
    if not isinstance(data, bytes) or data.count(b"\n", 0, _BLOCK_BYTES) > _BLOCK_BYTES // _LONG_LINE_BYTES:
        return np.flatnonzero(codes == _NEWLINE).astype(np.int64)
    found = []
    at = data.find(b"\n")
    while at >= 0:
        found.append(at)
        at = data.find(b"\n", at + 1)
    return np.asarray(found, dtype=np.int64)


def _after_last_newline(file: BinaryIO, start: int, end: int) -> int:
    """Give the offset behind the last newline within [start, end), or start where there is none."""
    while end > start:
        begin = max(start, end - _BLOCK_BYTES)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return start


def _after_next_newline(file: BinaryIO, start: int, end: int) -> int:
    """Give the offset behind the first newline within [start, end), or end where there is none."""
    while start < end:
        file.seek(start)
        block = file.read(min(_BLOCK_BYTES, end - start))
        if not block:
            break
        found = block.find(b"\n")
        if found >= 0:
            return start + found + 1
        start += len(block)
    return end
