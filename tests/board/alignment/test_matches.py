"""What two sequences have in common, by hand: ends, blocks, what lies between them, and what is cut into pieces.

Of single letters only f, M and T end a block: the crc32 of others is no multiple of 16.
"""

from __future__ import annotations

import pytest

from tensorboard_plugin_rlboard.board.alignment.matches import (
    Gap,
    Match,
    common_subsequence,
    gaps_of,
    item_numbers,
)
from tensorboard_plugin_rlboard.board.limits.running_question import RunningQuestion, current_question
from tensorboard_plugin_rlboard.errors import StoppedError


def common(left: str, right: str, max_cells: int = 10_000) -> list[tuple[str, int, int]]:
    """Each equal stretch, and where it begins in both."""
    found = common_subsequence(left, right, max_cells).matches
    assert all(left[m.left :][: m.size] == right[m.right :][: m.size] for m in found)
    return [(left[m.left :][: m.size], m.left, m.right) for m in found]


def test_items_are_numbered_as_they_come() -> None:
    assert item_numbers("abac", "cd") == [[0, 1, 0, 2], [2, 3]]


def test_gaps_are_what_lies_between_matches() -> None:
    """Three of one side by two of the other are six cells; where two matches meet there is no gap."""
    assert Gap(2, 5, 1, 3).cells == 6
    assert list(gaps_of([Match(0, 0, 2), Match(3, 2, 1), Match(4, 3, 1)], 5, 4)) == [Gap(2, 3, 2, 2)]
    assert list(gaps_of([Match(1, 0, 1)], 2, 2)) == [Gap(0, 1, 0, 0), Gap(2, 2, 1, 2)]


def test_a_gap_may_be_of_either_side_alone_at_either_end() -> None:
    assert list(gaps_of([Match(0, 1, 1)], 2, 2)) == [Gap(0, 0, 0, 1), Gap(1, 2, 2, 2)]
    assert list(gaps_of([Match(0, 0, 1)], 1, 1)) == []
    assert list(gaps_of([], 1, 0)) == [Gap(0, 1, 0, 0)]


def test_what_both_begin_and_end_with_is_in_common_once() -> None:
    """Of "aa" and "aaa" the beginning has all of the shorter one, and nothing is left for the end."""
    assert common("aa", "aaa") == [("aa", 0, 0)]
    assert common("abc", "axc") == [("a", 0, 0), ("c", 2, 2)]
    assert common("abxab", "abab") == [("ab", 0, 0), ("ab", 3, 2)]
    assert common("xa", "ya") == [("a", 1, 1)]
    assert common("ax", "ay") == [("a", 0, 0)]
    assert common("a", "b") == common("", "b") == common("", "") == []
    assert common_subsequence("aa", "aaa").in_one_piece


def test_the_ends_are_no_cells() -> None:
    """What is left are one letter and one other."""
    assert common("abcxdegh", "abcydegh", max_cells=1) == [("abc", 0, 0), ("degh", 4, 4)]
    assert common_subsequence("abcxdegh", "abcydegh", max_cells=1).in_one_piece


def test_between_the_ends_it_is_the_longest() -> None:
    """ "bcd" has three letters, "xy" two."""
    assert common("axybcdz", "abcdxyk") == [("a", 0, 0), ("bcd", 3, 1)]


BLOCK, MANY = "abcdeghf", "jklmnoqrst"
SPREAD = "z".join(MANY) + "f"
"""All of MANY, a stranger between any two, and what ends a block."""


def test_an_equal_block_of_eight_comes_before_more_single_items() -> None:
    """Ten letters of their own are in common as well, in the other order: a longest common subsequence has those."""
    assert common(BLOCK + MANY, SPREAD + BLOCK) == [(BLOCK, 0, 20)]
    assert common(SPREAD + BLOCK, BLOCK + MANY) == [(BLOCK, 20, 0)]


def test_a_block_of_seven_may_be_equal_by_chance() -> None:
    short = BLOCK[1:]
    for left, right in ((short + MANY, SPREAD + short), (SPREAD + short, short + MANY)):
        assert len(common(left, right)) == len(MANY)


def test_blocks_are_looked_for_where_all_pairs_of_them_are_within_the_bound() -> None:
    """Two by two are four. What lies between, 10 by 0 and 0 by 20 items, is no cell."""
    assert common(BLOCK + MANY, SPREAD + BLOCK, max_cells=4) == [(BLOCK, 0, 20)]
    assert common_subsequence(BLOCK + MANY, SPREAD + BLOCK, max_cells=4).in_one_piece
    assert (BLOCK, 0, 20) not in common(BLOCK + MANY, SPREAD + BLOCK, max_cells=3)


def test_several_blocks_in_a_row_and_one_behind_a_common_beginning() -> None:
    """Behind "uv" come two equal blocks in a row, twice, with other text before, between and behind them."""
    other = "ABCDEGHT"
    left = f"uv{MANY}M{BLOCK}{other}IJKM{BLOCK}{other}w"
    right = f"uv{BLOCK}{other}xyzT{BLOCK}{other}{SPREAD}"
    assert common(left, right) == [("uv", 0, 0), (BLOCK + other, 13, 2), (BLOCK + other, 33, 22)]


def test_a_block_ends_where_either_text_has_what_ends_one() -> None:
    """ "T" stands in one of them only, before the block."""
    assert common(BLOCK + MANY, SPREAD + "T" + BLOCK) == [(BLOCK, 0, 21)]


def test_what_is_too_much_is_cut_into_pieces_of_both_sides() -> None:
    """Eight by five letters are 40 cells; at 14 they are three pieces, ab by b, cde by eh and hjq by kj: no h is found."""
    left, right = "abcdehjq", "behkj"
    assert common(left, right, max_cells=14) == [("b", 1, 0), ("e", 4, 1), ("j", 6, 4)]
    assert common(left, right, max_cells=40) == [("b", 1, 0), ("eh", 4, 1), ("j", 6, 4)]
    assert common("uv" + left, "uv" + right, max_cells=14)[1:] == [("b", 3, 2), ("e", 6, 3), ("j", 8, 6)]
    assert common(left, "xbhkj", max_cells=14) == [("j", 6, 4)], "neither b nor h has its like in its piece"
    assert not common_subsequence(left, right, max_cells=39).in_one_piece
    assert common_subsequence(left, right, max_cells=40).in_one_piece


def test_a_question_that_was_given_up_ends() -> None:
    token = current_question.set(RunningQuestion(0.0, None, 0.0, stop_reason="The client is gone."))
    try:
        with pytest.raises(StoppedError, match="The client is gone"):
            common("ab", "ba")
    finally:
        current_question.reset(token)
