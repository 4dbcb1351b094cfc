"""Where the members of a group part: what all have in common, and from where on each goes alone."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def common_prefix(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """How many units two sequences begin with alike: bisection over slices, which Python compares quickly."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def shared_prefix(sequences: Sequence[Sequence[Hashable]]) -> int:
    """How many units all sequences begin with alike; the whole of the shortest where it is that; 0 of fewer than two."""
    first, *others = sequences or [()]
    return min((common_prefix(first, other) for other in others), default=0)


def alone_from(sequences: Sequence[Sequence[Hashable]]) -> list[int | None]:
    """The first unit of each sequence at which no other one is with it any more, all before it taken into account.

    None where another one is with it to its end: they are equal, or the other one only goes on. A single sequence is
    alone from its first unit on.
    """
    found: list[int | None] = []
    for place, own in enumerate(sequences):
        longest = max(
            (common_prefix(own, other) for at, other in enumerate(sequences) if at != place), default=0
        )
        found.append(longest if longest < len(own) else None)
    return found
