"""Files that a writer began one after the other (`x.jsonl`, `x.part_00001.jsonl`, …) count as one in the order of time.

They are no ranks: a rank's files run side by side, so the stretches of one are matched with those of another, while
these follow each other. Taken for ranks, the first files of a resumed training would seem to belong to its newest
attempt, and would hide what the attempt before wrote of their last step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tensorboard_plugin_rlboard.index.attempts.attempts import Steps, match

_NAME = re.compile(r"(.+?)(?:\.part_(\d{5,}))?\.jsonl(?:\.gz|\.zst)?", re.DOTALL)
_PLACE = 1 << 50
"""Offsets of the next file of a chain lie so much higher: more than any file has bytes."""


def chains(names: Mapping[int, str]) -> list[list[int]]:
    """The files of a run, those that follow each other together and in their order.

    Args:
        names: number of a file -> its path.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for number, name in sorted(names.items()):
        match = _NAME.fullmatch(name)
        stem, part = (match[1], int(match[2] or 0)) if match else (name, 0)
        # Two files of one place, such as a.jsonl and a.jsonl.gz, do not follow each other.
        taken = any(place == part for place, _ in found.get(stem, ()))
        found.setdefault(name if taken else stem, []).append((part, number))
    return [[number for _, number in sorted(chain)] for chain in found.values()]


def numbered(names: Mapping[int, str], steps: Mapping[int, Steps]) -> dict[int, list[tuple[int, int]]]:
    """The attempts of files, as `match` numbers them; files that follow each other are matched as one.

    Args:
        names: number of a file -> its path.
        steps: number of a file -> the order of its steps, for those that have any.

    Returns:
        For each file the (offset, attempt) pairs in file order.
    """
    groups = [group for chain in chains(names) if (group := [number for number in chain if number in steps])]
    found = match({group[0]: _joined(steps[number] for number in group).cut() for group in groups})
    answer: dict[int, list[tuple[int, int]]] = {}
    for group in groups:
        pairs, before = found[group[0]], 1
        for place, number in enumerate(group):
            low = place * _PLACE
            mine = [(offset - low, attempt) for offset, attempt in pairs if low <= offset < low + _PLACE]
            begun = [(0, before)] if place and (not mine or mine[0][0] > 0) else []
            answer[number] = begun + mine
            before = answer[number][-1][1] if answer[number] else before
    return answer


def _joined(parts: Iterable[Steps]) -> Steps:
    whole = Steps()
    for place, part in enumerate(parts):
        whole.extend((step, offset + place * _PLACE) for step, offset in part.places())
    return whole
