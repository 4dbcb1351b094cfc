"""Attempts: a resumed training logs steps again; each continuous stretch of steps in time is one attempt.

Nothing in a log says where a training was resumed, so it is read off the order of its steps. Within one file and
split a new stretch begins where the step goes back to one that this stretch has had before. (A late step that was
not there yet is only late.) A file whose steps go back all the time is not in order of time: it is one stretch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def stretches(changes: Sequence[tuple[int, int]]) -> list[Stretch]:
    """Cuts the order of steps of one file and split into stretches.

    Args:
        changes: (step, offset of its first line) wherever the step differs from the line before, in file order.
    """
    found: list[dict[int, int]] = []  # step -> offset of its first line
    last: int | None = None
    for step, offset in changes:
        if step == last:
            continue  # the border of two ranges, not of two steps
        if not found or (last is not None and step < last and step in found[-1]):
            found.append({})
        found[-1].setdefault(step, offset)
        last = step
    distinct = len({step for step, _ in changes})
    if len(found) - 1 > max(1, distinct // 2):
        return [Stretch(changes[0][1], min(step for step, _ in changes), tuple(changes))]
    return [Stretch(min(steps.values()), min(steps), tuple(steps.items())) for steps in found]


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
