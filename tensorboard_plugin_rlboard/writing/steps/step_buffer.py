"""Collects samples by step until no more are expected: then the step ends, and its means can be written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tensorboard_plugin_rlboard.writing.output.json_lines import Row

LATE_SECONDS = 5.0
"""Seconds after the first sample of the next step for which late samples of the step before are still accepted."""
_MAX_OPEN_PER_SPLIT = 2
"""Steps of a split that are open at a time; when a third begins, the oldest ends."""

_MAX_OPEN = 64
"""Steps that are open at a time over all splits: rows may have splits of any name."""

Key = tuple[str, Any]


@dataclass
class OpenStep:
    """One step of one split for which samples are still accepted.

    Attributes:
        split, step: which; the step is an integer where it can be read as one.
        means: step means of all samples so far; None where none are wanted or they failed.
        candidates, candidate_bytes: samples of which some will be chosen, and about how much memory they take.
        superseded_at: when the next step began, seconds of the monotonic clock; None while this is the newest.
    """

    split: str
    step: Any
    means: Any = None
    candidates: list[Row] = field(default_factory=list)
    candidate_bytes: int = 0
    superseded_at: float | None = None


class StepBuffer:
    """The open steps of a writer.

    Args:
        begin: called with split and step at the first sample of a step; makes its `OpenStep`.
        take: called with the samples of a step as they come.
        end: called when a step has ended.
    """

    def __init__(
        self,
        begin: Callable[[str, Any], OpenStep],
        take: Callable[[OpenStep, list[Row]], None],
        end: Callable[[OpenStep], None],
    ) -> None:
        self._on_begin, self._on_rows, self._on_end = begin, take, end
        self.open_steps: dict[Key, OpenStep] = {}

    def add(self, rows: Sequence[Row]) -> None:
        """Add samples of any steps and splits, in order."""
        for key, group in groupby(rows, _key):
            if key not in self.open_steps:
                self._make_room(key)
                self.open_steps[key] = self._on_begin(*key)
            self._on_rows(self.open_steps[key], list(group))
        self.end_expired()

    def _make_room(self, key: Key) -> None:
        same_split = [step for step in self.open_steps.values() if step.split == key[0]]
        now = time.monotonic()
        for step in same_split:
            if step.superseded_at is None:
                step.superseded_at = now
        self._end_steps(same_split[: len(same_split) - _MAX_OPEN_PER_SPLIT + 1])
        self._end_steps(list(self.open_steps.values())[: len(self.open_steps) - _MAX_OPEN + 1])

    def end_expired(self) -> None:
        """End the steps that no late sample is accepted for any more."""
        now = time.monotonic()
        over = [
            s
            for s in self.open_steps.values()
            if s.superseded_at is not None and now - s.superseded_at >= LATE_SECONDS
        ]
        self._end_steps(over)

    def end_all(self) -> None:
        """End all steps."""
        self._end_steps(list(self.open_steps.values()))

    def _end_steps(self, steps: Iterable[OpenStep]) -> None:
        for step in steps:
            del self.open_steps[step.split, step.step]
            self._on_end(step)


def _key(row: Row) -> Key:
    return str(row.get("split") or "train"), step_number(row["step"])


def step_number(step: Any) -> Any:
    """A step as an integer where it is one of any type (`3.0`, `"3"`, a 0-d tensor), else as text."""
    try:
        whole = int(step)
        return whole if float(step) == whole else str(step)
    except Exception:
        return str(step)
