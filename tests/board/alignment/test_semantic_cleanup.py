"""Which equal stretches are a coincidence within a change, by hand: of two texts whose units are characters."""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.alignment.matches import Match
from tensorboard_plugin_rlboard.board.alignment.semantic_cleanup import semantic_cleanup


def kept(left: str, right: str) -> list[str]:
    """The stretches that stay equal, of texts in which `|` parts what is equal, on both sides, from what is not."""
    ours, theirs = left.split("|"), right.split("|")
    matches, at_left, at_right = [], 0, 0
    for number, (own, other) in enumerate(zip(ours, theirs, strict=True)):
        if number % 2:
            assert own == other
            matches.append(Match(at_left, at_right, len(own)))
        at_left, at_right = at_left + len(own), at_right + len(other)
    units = list("".join(ours))
    found = semantic_cleanup(matches, units, list("".join(theirs)))
    return ["".join(units[match.left : match.left + match.size]) for match in found]


def test_three_units_may_be_a_coincidence_and_four_are_none() -> None:
    assert kept("aaaaa|xyz|bbbbb", "ccccc|xyz|ddddd") == []
    assert kept("aaaaa|wxyz|bbbbb", "ccccc|wxyz|ddddd") == ["wxyz"]


def test_a_stretch_as_long_as_the_changes_beside_it_stays() -> None:
    assert kept("aaa|xyz|bbb", "c|xyz|d") == ["xyz"]
    assert kept("aaa|xyz|bbbb", "c|xyz|d") == []


def test_a_change_is_as_long_as_its_longer_side() -> None:
    assert kept("|xyz|bbb", "cccc|xyz|d") == []
    assert kept("aaaa|xyz|", "c|xyz|ddd") == []
    assert kept("aaa|xyz|", "c|xyz|ddd") == ["xyz"]


def test_what_begins_or_ends_both_texts_stands_within_no_change() -> None:
    assert kept("|x|bbbbb", "|x|ddddd") == ["x"]
    assert kept("aaaaa|x|", "ccccc|x|") == ["x"]
    assert kept("", "") == []


def test_a_change_goes_on_through_a_coincidence() -> None:
    """Of the second stretch 4 + 3 + 4 units before and 1 behind are changed."""
    assert kept("aaaa|xyz|bbbb|uvw|b", "cccc|xyz|dddd|uvw|d") == []
    assert kept("aaaa|wxyz|bbbb|uvw|b", "cccc|wxyz|dddd|uvw|d") == ["wxyz", "uvw"]


def test_spaces_weigh_nothing_and_line_breaks_do() -> None:
    assert kept("a|       |b", "c|       |d") == []
    assert kept("a|        |b", "c|        |d") == ["        "]  # eight of them are an indentation
    assert kept("a| \t|b", "c| \t|d") == []
    assert kept("a|\n|b", "c|\n|d") == ["\n"]
    assert kept("aa|\n|b", "c|\n|d") == []
