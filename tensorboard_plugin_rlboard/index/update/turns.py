"""Whose turn it is: every run comes to its turn, however much another one has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHORT_BYTES = 4 * 1024 * 1024
"""Bytes left of a run that are done with in about one turn."""


@dataclass(frozen=True)
class Waiting:
    """A run that something is left to do for.

    Attributes:
        name: its name.
        bytes_left: bytes that are still to be read.
        is_new: whether nothing of it is to be seen yet.
    """

    name: str
    bytes_left: int
    is_new: bool


class Turns:
    """Gives turns. The run that the user looks at has the first and every second one.

    The others have one each until something is to be seen of all of them, the smallest first. Then they go by turns to
    those with little left, the least first, and to the one whose last turn is longest ago. A kind that there is none of
    leaves its turns to the other. So a large run is worked on all the time, a small one never waits for more than a few
    turns, and who looks at one of sixty runs does not wait for the other ones.
    """

    def __init__(self) -> None:
        self._given = 0
        self._was_looked_at = False
        self._is_for_short = False
        self._last: dict[str, int] = {}

    def next(self, waiting: Sequence[Waiting], looked_at: str) -> str:
        """The run whose turn it is.

        Args:
            waiting: the runs that wait, at least one.
            looked_at: name of the run that the user looks at; empty for none.
        """
        self._given += 1
        name = self._choose(waiting, looked_at)
        self._last[name] = self._given
        self._was_looked_at = name == looked_at
        return name

    def _choose(self, waiting: Sequence[Waiting], looked_at: str) -> str:
        others = [run for run in waiting if run.name != looked_at]
        if len(others) < len(waiting) and (not others or not self._was_looked_at):
            return looked_at
        unseen = [run for run in others if run.is_new]
        if unseen:
            return min(unseen, key=lambda run: (run.bytes_left, run.name)).name
        short = [run for run in others if run.bytes_left <= SHORT_BYTES]
        self._is_for_short = bool(short) and not self._is_for_short
        if self._is_for_short:
            return min(short, key=lambda run: (run.bytes_left, run.name)).name
        return min(others, key=lambda run: (self._last.get(run.name, 0), run.bytes_left, run.name)).name
