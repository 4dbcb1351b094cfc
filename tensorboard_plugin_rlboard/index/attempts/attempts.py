"""Attempts: a resumed training logs steps again; each continuous stretch of steps in time is one attempt.

Nothing in a log says where a training was resumed, so it is read off the order of its steps. Within one file and
split a new stretch begins where the step goes back to one that this stretch has had before. (A late step that was
not there yet is only late.) A file whose steps go back all the time is not in order of time: it is one stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stretch:
    """One continuous stretch of one file.

    Attributes:
        offset: byte offset of its first line.
        first: its lowest step.
        changes: (step, offset) of each of its steps, in file order.
    """

    offset: int
    first: int
    changes: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    @property
    def last(self) -> int:
        """Its highest step, as far as its steps are known."""
        return max((step for step, _ in self.changes), default=self.first)


class Steps:
    """The order of steps of one file and split, as far as it is known; it goes on as the file does."""

    def __init__(self) -> None:
        self._found: list[dict[int, int]] = []  # of each stretch: step -> offset of its first line
        self._distinct: set[int] = set()
        self._last: int | None = None

    @property
    def several(self) -> bool:
        """Whether the steps went back somewhere, so that there may be more than one stretch."""
        return len(self._found) > 1

    def extend(self, changes: Iterable[tuple[int, int]]) -> None:
        """Goes on.

        Args:
            changes: (step, offset of its first line) wherever the step differs from the line before, in file order.
        """
        for step, offset in changes:
            if step == self._last:
                continue  # the border of two ranges, not of two steps
            back = self._last is not None and step < self._last and step in self._found[-1]
            if back or not self._found:
                self._found.append({})
            self._found[-1].setdefault(step, offset)
            self._distinct.add(step)
            self._last = step

    def places(self) -> list[tuple[int, int]]:
        """(step, offset of its first line) of each step of each stretch, in file order."""
        return [place for steps in self._found for place in steps.items()]

    def cut(self) -> list[Stretch]:
        """The stretches up to here; one where the steps go back all the time."""
        if len(self._found) - 1 > max(1, len(self._distinct) // 2):
            places = tuple(place for steps in self._found for place in steps.items())
            return [Stretch(places[0][1], min(self._distinct), places)]
        return [Stretch(min(steps.values()), min(steps), tuple(steps.items())) for steps in self._found]


def stretches(changes: Iterable[tuple[int, int]]) -> list[Stretch]:
    """Cuts the order of steps of one file and split into stretches; `changes` as in `Steps.extend`."""
    steps = Steps()
    steps.extend(changes)
    return steps.cut()


def match(files: Mapping[int, Sequence[Stretch]]) -> dict[int, list[tuple[int, int]]]:
    """Numbers the stretches of several files alike, so that the ranks of one attempt share its number.

    The file with the most stretches gives the numbers 1, 2, …; the stretches of the others take, from their last to
    their first, the latest number still free whose lowest step is theirs, else the latest that is still free.

    Returns:
        For each file the (offset, attempt) pairs in file order.
    """
    if not files:
        return {}
    model = max(files.values(), key=len)
    numbered: dict[int, list[tuple[int, int]]] = {}
    for file, found in files.items():
        free = len(model)
        pairs: list[tuple[int, int]] = []
        for position in range(len(found) - 1, -1, -1):
            candidates = range(free, position, -1)  # one number must remain for each earlier stretch
            same = (n for n in candidates if model[n - 1].first == found[position].first)
            number = next(same, free)
            pairs.append((found[position].offset, number))
            free = number - 1
        pairs.reverse()
        numbered[file] = [
            place for k, pair in enumerate(pairs) for place in _cut(found[k], pair, pairs[k + 1 :], model)
        ]
    return numbered


def _cut(
    stretch: Stretch, pair: tuple[int, int], later: Sequence[tuple[int, int]], model: Sequence[Stretch]
) -> list[tuple[int, int]]:
    """Cuts a stretch that goes on where its attempt had ended elsewhere.

    A rank that was lost before the resumed steps has never gone back: what it has from the step on where the next
    attempt begins belongs to that one, or its rows would be hidden behind the other ranks' newer ones.
    """
    places = [pair]
    end = later[0][1] if later else len(model) + 1
    for number in range(pair[1], end - 1):
        if stretch.last <= model[number - 1].last:
            break
        offset = next((at for step, at in stretch.changes if step >= model[number].first), None)
        if offset is None:
            break
        places.append((offset, number + 1))
    return places


def same(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> bool:
    """Whether two results of `match` for one file give every line the same attempt."""
    return _short(one) == _short(other)


def _short(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Only where the attempt changes; lines before the first place are of attempt 1."""
    found: list[tuple[int, int]] = []
    for offset, attempt in pairs:
        if attempt != (found[-1][1] if found else 1):
            found.append((offset, attempt))
    return found
