"""Cuts a file into ranges of whole lines: alike in TensorBoard, in a process beside it and on a cluster.

So the parts that one of them has built are those that another one looks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.lines import byte_ranges, complete_last_line
from tensorboard_plugin_rlboard.sources.reader import read_range

FIRST_RANGE = 2 * 1024 * 1024
"""Bytes of a large file's first range: so few that something is to be seen soon."""
RANGE = 64 * 1024 * 1024
_READ_AT_ONCE = FIRST_RANGE
"""Bytes up to which a range on a disk is read as a whole to find its end, and not a second time to be built."""


@dataclass(frozen=True)
class CutRange:
    """A range of whole lines.

    Attributes:
        offset, length: where it lies, bytes.
        data: its bytes where they were read to find its end, else None.
    """

    offset: int
    length: int
    data: bytes | None = None


def next_range(path: str, start: int, size: int, max_bytes: int = 0) -> tuple[int, int] | None:
    """The next range of whole lines, for whoever builds it elsewhere.

    Args:
        path: the file; offsets in a compressed one are those of what it unpacks to.
        start: where to begin, in bytes: the end of the range before.
        size: bytes of the file.
        max_bytes: bytes that the range may have; 0 for the usual ones.

    Returns:
        ``(offset, length)`` in bytes, None where nothing is left but a half-written line.

    Raises:
        OSError: the file cannot be read.
    """
    max_bytes = max_bytes or _max_bytes(start, size)
    return next(byte_ranges(path, start, size, max_bytes), None) or complete_last_line(path, start, size)


def read_next_range(path: str, start: int, size: int) -> CutRange | None:
    """The same range for whoever builds it here: behind an address, or where it is small, with its bytes.

    Raises:
        OSError: the file cannot be read.
    """
    length = min(_max_bytes(start, size), size - start)
    if length <= _READ_AT_ONCE or is_address(path):
        data = read_range(path, start, length)
        end = data.rfind(b"\n") + 1
        if end:
            return CutRange(start, end, data[:end])
    at = next_range(path, start, size)
    return None if at is None else CutRange(*at)


def _max_bytes(start: int, size: int) -> int:
    """Bytes that the range at an offset may have, except that a longer line is a range of its own."""
    return FIRST_RANGE if start == 0 and size > 2 * FIRST_RANGE else RANGE


def plan(path: str, start: int, size: int) -> Iterator[tuple[int, int]]:
    """All ranges from an offset on, as ``next_range`` gives them one by one.

    Raises:
        OSError: the file cannot be read.
    """
    if start == 0:
        first = next_range(path, 0, size)
        if first is None:
            return
        yield first
        start = sum(first)
    for offset, length in byte_ranges(path, start, size, RANGE):
        yield offset, length
        start = offset + length
    tail = complete_last_line(path, start, size)
    if tail is not None:
        yield tail
