"""Drops short matches within changed text, so that the difference can be read.

A word or two that happen to be equal are part of the change around them. What compares texts calls that semantic cleanup.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tensorboard_plugin_rlboard.board.alignment.matches import Match

_MAX_COINCIDENCE = 3
"""Units up to which an equal stretch may be a coincidence; spaces weigh nothing, line breaks do."""


def semantic_cleanup(matches: Sequence[Match], left: Sequence[str], right: Sequence[str]) -> list[Match]:
    """Matches without those that are short and stand between changes that are longer on average.

    Args:
        matches: of two sequences, in order.
        left: the units of one.
        right: those of the other.
    """
    # Spaces first: they are equal everywhere, and only without them is seen how long a change is.
    for weight in range(_MAX_COINCIDENCE + 1):
        matches = _without_short_matches(matches, left, right, weight)
    return list(matches)


def _without_short_matches(
    matches: Sequence[Match], left: Sequence[str], right: Sequence[str], most: int
) -> list[Match]:
    """Matches without those that weigh so much at most, and less than the changes beside them on average."""
    long_matches: list[Match] = []
    before = max(matches[0].left, matches[0].right) if matches else 0
    end = Match(len(left), len(right), 0)
    for match, following in pairwise((*matches, end)):
        after = max(following.left - match.left, following.right - match.right) - match.size
        weight = match.size
        if weight <= 2 * most + 1:
            weight = sum(
                not unit.isspace() or "\n" in unit for unit in left[match.left : match.left + match.size]
            )
        if before and after and weight <= most and 2 * weight < before + after:
            before += match.size + after  # the change goes on
        else:
            long_matches.append(match)
            before = after
    return long_matches
