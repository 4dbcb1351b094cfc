"""Stretches that stand elsewhere, by hand: units are numbers, and two of them count as a stretch unless a test says else."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.board.alignment.matches import Gap, Match
from tensorboard_plugin_rlboard.board.alignment.moves import moved_matches


def moved(
    left: Sequence[int], right: Sequence[int], gaps: Sequence[Gap] = (), shortest: int = 2
) -> list[Match]:
    """What has moved where nothing is matched in place, unless the gaps say what is not."""
    return moved_matches(left, right, gaps or [Gap(0, len(left), 0, len(right))], shortest)


def test_of_the_same_beginning_four_places_are_tried() -> None:
    right = [1, 2, 3, 4]
    assert moved([*[1, 2, 0] * 3, *right], right) == [Match(9, 0, 4)]
    assert moved([*[1, 2, 0] * 4, *right], right) == [Match(0, 0, 2), Match(14, 2, 2)]


def test_a_stretch_lies_within_its_gap_and_may_fill_it() -> None:
    # The units 1 are gone four times before a 2 that stays, and come with one at the end: there both have moved.
    left, right = [1, 2] * 5, [2, 2, 2, 2, 1, 2]
    gaps = [Gap(0, 1, 0, 0), Gap(2, 3, 1, 1), Gap(4, 5, 2, 2), Gap(6, 7, 3, 3), Gap(8, 10, 4, 6)]
    assert moved(left, right, gaps) == [Match(8, 4, 2)]
    assert moved(left, right, [Gap(8, 9, 4, 6)]) == moved(left, right, [Gap(8, 10, 4, 5)]) == []


def test_the_longest_counts_and_no_unit_twice() -> None:
    assert moved([1, 2, 9, 1, 2, 3], [1, 2, 3, 1, 2, 3, 1, 2]) == [Match(3, 0, 3), Match(0, 3, 2)]
    assert moved([1, 2, 3, 4], [3, 4, 9, 1, 2, 3, 4]) == [Match(2, 0, 2), Match(0, 3, 2)]


def test_one_unit_may_be_a_stretch() -> None:
    assert moved([5, 6], [7, 6], shortest=1) == [Match(1, 1, 1)]
