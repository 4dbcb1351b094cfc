"""Attempts: a resumed training logs steps again; each continuous stretch of steps in time is one attempt.

Nothing in a log says where a training was resumed, so it is read off the order of its steps. Within one file and
split a new stretch begins where the step goes back to one that this stretch has had before. (A late step that was
not there yet is only late.) A file whose steps go back all the time is not in order of time: it is one stretch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Stretch:
    """One continuous stretch of one file.

    Attributes:
        offset: byte offset of its first line.
        first: its lowest step.
    """

    offset: int
    first: int


def stretches(changes: Sequence[tuple[int, int]]) -> list[Stretch]:
    """Cuts the order of steps of one file and split into stretches.

    Args:
        changes: (step, offset of its first line) wherever the step differs from the line before, in file order.
    """
    found: list[tuple[int, set[int]]] = []
    last: int | None = None
    for step, offset in changes:
        if step == last:
            continue  # the border of two ranges, not of two steps
        if not found or (last is not None and step < last and step in found[-1][1]):
            found.append((offset, set()))
        found[-1][1].add(step)
        last = step
    distinct = len({step for step, _ in changes})
    if len(found) - 1 > max(1, distinct // 2):
        return [Stretch(changes[0][1], min(step for step, _ in changes))]
    return [Stretch(offset, min(steps)) for offset, steps in found]


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
        numbered[file] = pairs[::-1]
    return numbered
