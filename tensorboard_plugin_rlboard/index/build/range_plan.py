"""How a file is cut into ranges: alike in TensorBoard, in a process beside it and on a cluster.

So the parts that one of them made are those that another one looks for.
"""

from __future__ import annotations

from collections.abc import Iterator

from tensorboard_plugin_rlboard.sources.lines import byte_ranges, closed_tail

FIRST_RANGE = 2 * 1024 * 1024
"""Bytes of a large file's first range: so few that something is to be seen soon."""
RANGE = 64 * 1024 * 1024


def next_range(path: str, start: int, size: int, target: int = 0) -> tuple[int, int] | None:
    """The next range of whole lines.

    Args:
        path: the file; offsets in a compressed one are those of what it unpacks to.
        start: where to begin, in bytes: the end of the range before.
        size: bytes of the file.
        target: bytes of the range at most; 0 for the usual ones.

    Returns:
        ``(offset, length)`` in bytes, None where nothing is left but a half-written line.

    Raises:
        OSError: the file cannot be read.
    """
    target = target or (FIRST_RANGE if start == 0 and size > 2 * FIRST_RANGE else RANGE)
    return next(byte_ranges(path, start, size, target), None) or closed_tail(path, start, size)


def plan(path: str, start: int, size: int) -> Iterator[tuple[int, int]]:
    """All ranges from a place on, as ``next_range`` gives them one by one.

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
    tail = closed_tail(path, start, size)
    if tail is not None:
        yield tail
