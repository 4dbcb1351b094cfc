"""Stretches that are gone from one place of a sequence and stand, unchanged, at another place of the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tensorboard_plugin_rlboard.board.alignment.matches import Gap, Match

_MAX_POSITIONS = 4
"""Places of the same beginning that are tried: of text that repeats itself all the time, one is as good as another."""


def moved_matches(
    left: Sequence[int], right: Sequence[int], gaps: Sequence[Gap], shortest: int
) -> list[Match]:
    """The stretches that both sides of the gaps have, none of them overlapping another, in the order of `right`.

    Args:
        left: numbers of the units of one sequence.
        right: those of the other.
        gaps: what is not matched in place.
        shortest: units from which on a stretch counts: shorter ones are equal by chance.
    """
    places: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    end_of: dict[int, int] = {}
    for gap in gaps:
        for i in range(gap.left, gap.left_end - shortest + 1):
            found = places[tuple(left[i : i + shortest])]
            if len(found) < _MAX_POSITIONS:
                found.append(i)
                end_of[i] = gap.left_end
    taken: set[int] = set()
    moves = []
    for gap in gaps:
        j = gap.right
        while j + shortest <= gap.right_end:
            best = Match(0, j, 0)
            for i in places.get(tuple(right[j : j + shortest]), ()):
                end = min(end_of[i], i + gap.right_end - j)
                size = next(
                    (k for k in range(end - i) if i + k in taken or left[i + k] != right[j + k]), end - i
                )
                if size > best.size:
                    best = Match(i, j, size)
            if best.size >= shortest:
                moves.append(best)
                taken.update(range(best.left, best.left + best.size))
                j += best.size
            else:
                j += 1
    return moves
