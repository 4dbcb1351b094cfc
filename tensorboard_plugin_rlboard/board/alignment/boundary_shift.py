"""Shifts changes that may as well begin a little earlier or later to where a line, a sentence or a word begins.

Where "a. b. " became "b. ", it may be said that "a. " went, or that ". b" did. Both are as short; one can be read.
"""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.board.alignment.matches import Match

_MAX_SHIFT = 60
"""Units that a change is moved by at most."""
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "…")
_LINE, _SENTENCE, _WORD = 4, 3, 1


def shifted_to_boundaries(matches: Sequence[Match], left: Sequence[str], right: Sequence[str]) -> list[Match]:
    """The same matches, with changes of one side moved to where they read best; those that are used up are left out.

    Args:
        matches: of two sequences, in order.
        left: the units of one.
        right: those of the other.
    """
    places = [Match(0, 0, 0), *matches, Match(len(left), len(right), 0)]
    for k in range(len(places) - 1):
        before, after = places[k], places[k + 1]
        start, end = before.left + before.size, after.left
        units, n_left, n_right = left, end - start, after.right - before.right - before.size
        if not n_left:
            units, start, end = right, before.right + before.size, after.right
        if bool(n_left) == bool(n_right):
            continue
        by = _best_shift(units, start, end, before.size, after.size)
        if by:
            places[k] = Match(before.left, before.right, before.size + by)
            places[k + 1] = Match(after.left + by, after.right + by, after.size - by)
    return [match for match in places if match.size]


def _best_shift(units: Sequence[str], start: int, end: int, most_back: int, most_on: int) -> int:
    """By how many units a change from start to end is best moved on; below 0 for back."""
    best, score = 0, _shift_score(units, start, end)
    for direction, most in ((1, min(most_on, _MAX_SHIFT)), (-1, min(most_back, _MAX_SHIFT))):
        for distance in range(1, most + 1):
            by = direction * distance
            gone, come = (start + by - 1, end + by - 1) if direction > 0 else (start + by, end + by)
            if units[gone] != units[come]:
                break
            found = _shift_score(units, start + by, end + by)
            if found > score:
                best, score = by, found
    return best


def _shift_score(units: Sequence[str], start: int, end: int) -> int:
    return _boundary_score(units, start) + _boundary_score(units, end)


def _boundary_score(units: Sequence[str], at: int) -> int:
    """How well a change may begin or end before a unit."""
    if at in {0, len(units)} or "\n" in units[at - 1]:
        return _LINE
    last = units[at - 1]
    is_space = last.isspace()
    if (units[at - 2] if is_space and at > 1 else last).rstrip().endswith(_SENTENCE_ENDS) and not units[
        at
    ].isspace():
        return _SENTENCE
    return _WORD if is_space or units[at][:1].isspace() else 0
