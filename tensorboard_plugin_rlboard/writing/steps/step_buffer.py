"""Steps in the making: samples arrive, a step ends, and then its choice of samples and its means are known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tensorboard_plugin_rlboard.writing.output.json_lines import Row

GRACE = 5.0
"""Seconds after the first sample of the next step for which late ones of the last are still waited for."""
_OPEN = 2
"""Steps of a split that are open at a time; where a third begins, the oldest ends."""

_MOST = 64
"""Steps that are open at a time over all splits: rows may call their split anything."""

Key = tuple[str, Any]


@dataclass
class Step:
    """One step of one split, as far as it has come.

    Attributes:
        split, step: which; the step is a whole number where it can be read as one.
        means: of all samples, None where none are wanted or they failed.
        held, held_bytes: samples of which some will be chosen, and about how much memory they take.
        outdated: when the next step began, seconds of the monotonic clock; None while this is the newest.
    """

    split: str
    step: Any
    means: Any = None
    held: list[Row] = field(default_factory=list)
    held_bytes: int = 0
    outdated: float | None = None


class Steps:
    """The open steps of a writer.

    Args:
        begin: makes what is known of a step when its first sample comes.
        take: is given the samples of a step as they come.
        end: is told that a step has ended.
    """

    def __init__(
        self,
        begin: Callable[[str, Any], Step],
        take: Callable[[Step, list[Row]], None],
        end: Callable[[Step], None],
    ) -> None:
        self._begin, self._take, self._end = begin, take, end
        self.open: dict[Key, Step] = {}

    def add(self, rows: Sequence[Row]) -> None:
        """Takes samples of any steps and splits, in order."""
        for key, group in groupby(rows, _key):
            if key not in self.open:
                self._make_room(key)
                self.open[key] = self._begin(*key)
            self._take(self.open[key], list(group))
        self.look()

    def _make_room(self, key: Key) -> None:
        mine = [step for step in self.open.values() if step.split == key[0]]
        now = time.monotonic()
        for step in mine:
            if step.outdated is None:
                step.outdated = now
        self._close(mine[: len(mine) - _OPEN + 1])
        self._close(list(self.open.values())[: len(self.open) - _MOST + 1])

    def look(self) -> None:
        """Ends the steps whose time of grace is over."""
        now = time.monotonic()
        over = [s for s in self.open.values() if s.outdated is not None and now - s.outdated >= GRACE]
        self._close(over)

    def finish(self) -> None:
        """Ends all steps."""
        self._close(list(self.open.values()))

    def _close(self, steps: Iterable[Step]) -> None:
        for step in steps:
            del self.open[step.split, step.step]
            self._end(step)


def _key(row: Row) -> Key:
    return str(row.get("split") or "train"), step_number(row["step"])


def step_number(step: Any) -> Any:
    """A step as a whole number where it is one in whatever clothes, else as text."""
    try:
        whole = int(step)
        return whole if float(step) == whole else str(step)
    except Exception:
        return str(step)
