"""Numbers the attempts of a training: each start of a resumed training logs some of its steps again.

Nothing in a log says where a training was resumed, so it is read off the order of its steps. Within one file and split
a span is a sequence of lines in which the step never goes back to one that the span has had before. (A late step that
was not there yet is only late.) Each span is one attempt. A file whose steps go back all the time is not in order of
time: it is one span.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

AttemptStarts = Sequence[tuple[int, int]]
"""Where attempts begin in one split of one file: (byte offset of the first line, number of the attempt), in file order."""


@dataclass(frozen=True)
class MonotonicSpan:
    """Lines of one file in which no step comes back.

    Attributes:
        offset: byte offset of the first line.
        first: the lowest step.
        changes: (step, offset of its first line) of each step, in file order.
    """

    offset: int
    first: int
    changes: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    @property
    def last(self) -> int:
        """The highest step, as far as the steps are known."""
        return max((step for step, _ in self.changes), default=self.first)


class StepOrder:
    """The order of the steps of one file and split, extended as the file is read."""

    def __init__(self) -> None:
        self._offsets: list[dict[int, int]] = []  # of each span: step -> offset of its first line
        self._distinct: set[int] = set()
        self._last_step: int | None = None

    @property
    def goes_back(self) -> bool:
        """Whether a step came back somewhere, so that there may be more than one span."""
        return len(self._offsets) > 1

    def distinct(self) -> frozenset[int]:
        """The steps up to here; a copy, so that any thread may ask."""
        return frozenset(self._distinct)

    def extend(self, changes: Iterable[tuple[int, int]]) -> None:
        """Adds the steps of further lines.

        Args:
            changes: (step, offset of its first line) wherever the step differs from the line before, in file order.
        """
        for step, offset in changes:
            if step == self._last_step:
                continue  # the border of two ranges, not of two steps
            is_back = self._last_step is not None and step < self._last_step and step in self._offsets[-1]
            if is_back or not self._offsets:
                self._offsets.append({})
            self._offsets[-1].setdefault(step, offset)
            self._distinct.add(step)
            self._last_step = step

    def first_offsets(self) -> list[tuple[int, int]]:
        """(step, offset of its first line) of each step of each span, in file order."""
        return [pair for offsets in self._offsets for pair in offsets.items()]

    def monotonic_spans(self) -> list[MonotonicSpan]:
        """The spans up to here; one where the steps go back all the time."""
        if len(self._offsets) - 1 > max(1, len(self._distinct) // 2):
            pairs = tuple(self.first_offsets())
            return [MonotonicSpan(pairs[0][1], min(self._distinct), pairs)]
        return [
            MonotonicSpan(min(offsets.values()), min(offsets), tuple(offsets.items()))
            for offsets in self._offsets
        ]


def match_attempts(files: Mapping[int, Sequence[MonotonicSpan]]) -> dict[int, list[tuple[int, int]]]:
    """Numbers the spans of several files alike, so that the ranks of one attempt share its number.

    The file with the most spans gives the numbers 1, 2, …; the spans of the others take, from their last to
    their first, the latest number still free whose lowest step is theirs, else the latest that is still free.

    Args:
        files: number of a file -> its spans.

    Returns:
        Number of a file -> its `AttemptStarts`.
    """
    if not files:
        return {}
    model = max(files.values(), key=len)
    numbered: dict[int, list[tuple[int, int]]] = {}
    for file, monotonic_spans in files.items():
        highest_free = len(model)
        starts: list[tuple[int, int]] = []
        for position in range(len(monotonic_spans) - 1, -1, -1):
            candidates = range(highest_free, position, -1)  # one number must remain for each earlier span
            alike = (n for n in candidates if model[n - 1].first == monotonic_spans[position].first)
            number = next(alike, highest_free)
            starts.append((monotonic_spans[position].offset, number))
            highest_free = number - 1
        starts.reverse()
        numbered[file] = [
            start
            for k, own in enumerate(starts)
            for start in _starts_within(monotonic_spans[k], own, starts[k + 1 :], model)
        ]
    return numbered


def _starts_within(
    span: MonotonicSpan, own: tuple[int, int], later: AttemptStarts, model: Sequence[MonotonicSpan]
) -> list[tuple[int, int]]:
    """The attempts of one span: several where it goes on after its attempt had ended in the model.

    A rank that was lost before the resumed steps has never gone back: what it has from the step on where the next
    attempt begins belongs to that one, or its rows would be hidden behind the other ranks' newer ones.

    Args:
        span: the span.
        own: where it begins, and the attempt that was found for it.
        later: the same of the spans behind it in the file.
        model: the spans of the file that gives the numbers.
    """
    starts = [own]
    end = later[0][1] if later else len(model) + 1
    for number in range(own[1], end - 1):
        if span.last <= model[number - 1].last:
            break
        offset = next((at for step, at in span.changes if step >= model[number].first), None)
        if offset is None:
            break
        starts.append((offset, number + 1))
    return starts


def give_same_attempts(starts: AttemptStarts, other: AttemptStarts) -> bool:
    """Whether two numberings of one file give every line the same attempt."""
    return _without_repeats(starts) == _without_repeats(other)


def _without_repeats(starts: AttemptStarts) -> list[tuple[int, int]]:
    """Only where the attempt changes; lines before the first place are of attempt 1."""
    kept: list[tuple[int, int]] = []
    for offset, attempt in starts:
        if attempt != (kept[-1][1] if kept else 1):
            kept.append((offset, attempt))
    return kept
