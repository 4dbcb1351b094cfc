"""Where samples were dropped: the first row behind a gap says how many, whatever happens to the rows between.

A row passes a queue, the choice of a step's samples, and the disk. At each of them rows may be dropped or left out, so the
mark of a row that is not written passes on to the next one that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.writing.output.json_lines import Row

DROPPED_BEFORE_KEY = "dropped_before"
"""Key of a written row: how many samples were dropped between the row before and this one."""
_MARK = "\0dropped_before"
"""The same in a row that is not encoded yet; no field of a user begins like this."""


@dataclass(frozen=True)
class MarkedLine:
    r"""One encoded row.

    Attributes:
        content: its JSON with the `\n`.
        dropped_before: samples that were dropped right before it.
    """

    content: bytes
    dropped_before: int = 0

    def encoded(self) -> bytes:
        """The line as it is written."""
        if not self.dropped_before:
            return self.content
        return self.content[:-2] + f',"{DROPPED_BEFORE_KEY}":{self.dropped_before}}}\n'.encode()


class DropCount:
    """Samples that were dropped since the last row that got past one place."""

    def __init__(self) -> None:
        self._dropped = 0

    def add(self, samples: int) -> None:
        """Count further dropped samples."""
        self._dropped += samples

    def take(self) -> int:
        """How many were dropped; the next gap begins."""
        dropped, self._dropped = self._dropped, 0
        return dropped

    def mark(self, row: Row) -> Row:
        """Mark a row as the first behind the gap, if there is one; returns the row."""
        if self._dropped:
            row[_MARK] = self.take()
        return row


def split_off_marks(rows: Sequence[Row]) -> list[int]:
    """Take the marks off some rows: samples dropped right before each."""
    return [row.pop(_MARK, 0) for row in rows]


def with_marks_moved(
    rows: Sequence[Row], choose: Callable[[Sequence[Row]], list[Row]]
) -> tuple[list[Row], int]:
    """Choose some rows, and give the marks of the others to the next chosen row.

    Args:
        rows: the rows, in order.
        choose: gives some of them or copies, in the same order.

    Returns:
        The chosen rows, and the samples that were dropped behind the last of them.
    """
    total = 0
    for row, mark in zip(rows, split_off_marks(rows), strict=True):
        total += mark
        row[_MARK] = total
    chosen = choose(rows)
    counted = 0
    for row, mark in zip(chosen, split_off_marks(chosen), strict=True):
        if mark > counted:
            row[_MARK] = mark - counted
        counted = mark
    return chosen, total - counted
