"""Where the members of a group diverge: their common prefix, and the unit from which on each is alone.

Members are long, and there are many pairs of them. So a unit is a number of 64 bits, and members are put in order: which of the
others a member is with longest stands beside it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Ints


def numbers_of(units: Iterable[str]) -> Ints:
    """A number for each unit, the same for the same unit as long as this process lives, int64 [units]."""
    return np.fromiter(map(hash, units), np.int64)


def common_prefix(a: Ints, b: Ints) -> int:
    """How many units two sequences begin with alike."""
    shorter = min(len(a), len(b))
    different = a[:shorter] != b[:shorter]
    return int(different.argmax()) if different.any() else shorter


def shared_prefix(sequences: Sequence[Ints]) -> int:
    """How many units all sequences begin with alike; the whole of the shortest where it is that; 0 of fewer than two."""
    first, *others = sequences or [numbers_of("")]
    return min((common_prefix(first, other) for other in others), default=0)


def alone_from(sequences: Sequence[Ints]) -> list[int | None]:
    """The first unit of each sequence at which no other one is with it any more, all before it taken into account.

    None where another one is with it to its end: they are equal, or the other one only goes on. A single sequence is
    alone from its first unit on.
    """
    order = sorted(range(len(sequences)), key=lambda at: sequences[at].tobytes())
    longest = [0] * len(sequences)
    for at, after in pairwise(order):
        shared = common_prefix(sequences[at], sequences[after])
        longest[at], longest[after] = max(longest[at], shared), max(longest[after], shared)
    return [
        together if together < len(own) else None for together, own in zip(longest, sequences, strict=True)
    ]
