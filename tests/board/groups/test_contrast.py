"""Which phrases tell good responses from bad ones: how many responses it takes, which come first, how many are told."""

from __future__ import annotations

import pytest

from tensorboard_plugin_rlboard.board.groups.contrast import contrast
from tensorboard_plugin_rlboard.board.limits.running_question import RunningQuestion, current_question
from tensorboard_plugin_rlboard.errors import StoppedError

Told = list[tuple[str, int, int]]
"""Each phrase with the good and the bad responses that it stands in."""


def told(good: list[str], bad: list[str]) -> tuple[Told, Told]:
    """What the good have and what the bad have."""
    found = contrast(good, bad)
    of_good, of_bad = (
        [(phrase.text, phrase.good, phrase.bad) for phrase in side] for side in (found.good, found.bad)
    )
    return of_good, of_bad


def test_half_of_the_responses_apart_is_enough() -> None:
    """2/2 - 1/2 is the half that it takes, on either side."""
    assert told(["x a", "x b"], ["x c", "d"]) == ([("x", 2, 1)], [])
    assert told(["x c", "d"], ["x a", "x b"]) == ([], [("x", 1, 2)])


def test_less_than_half_of_the_responses_apart_is_not() -> None:
    """3/4 - 1/2 is a quarter, however many responses say it; their sum would be more than half."""
    assert told(["x a", "x b", "x c", "d"], ["x e", "f"]) == ([], [])


def test_each_side_counts_by_its_own_size() -> None:
    """2/4 - 0/3 is half; 2/3 - 1/4 is less. As counts both are the same side's by two and by one."""
    assert told(["x a", "x b", "c", "d"], ["e", "f", "g"]) == ([("x", 2, 0)], [])
    assert told(["x a", "b", "c", "d"], ["x e", "x f", "g"]) == ([], [])


def test_the_sizes_of_the_sides_are_not_mixed_up() -> None:
    """2/2 of the bad - 2/4 of the good is half; as shares of the other side it would be none."""
    assert told(["x a", "x b", "c", "d"], ["x e", "x f"]) == ([], [("x", 2, 2)])


@pytest.mark.parametrize(("good", "bad"), [([], ["a", "b"]), (["a", "b"], []), ([], [])])
def test_nothing_is_told_where_one_side_is_empty(good: list[str], bad: list[str]) -> None:
    assert told(good, bad) == ([], [])
    assert contrast(good, bad).is_complete, "nothing was left out"


def test_of_many_phrases_eight_are_told_those_of_the_most_responses_first() -> None:
    """Each word is named after the good responses that it stands in: one of all four, four of three, six of two."""
    names = ["1234", "123", "124", "134", "234", "12", "13", "14", "23", "24", "34"]
    good = ["\n".join(name for name in names if number in name) for number in "1234"]
    of_good, of_bad = told(good, ["z", "z y"])
    assert of_good == [(name, len(name), 0) for name in names[:8]]
    assert of_bad == [("z", 0, 2)]


def test_of_phrases_in_the_same_responses_three_are_told_the_longest_first() -> None:
    """All four words stand in both good responses, each on a line of its own; what is as long comes as in a dictionary."""
    assert told(["d\nb\ncc\na", "d\nb\ncc\na"], ["z"])[0] == [("cc", 2, 0), ("a", 2, 0), ("b", 2, 0)]


def test_a_phrase_within_another_one_of_the_same_responses_is_left_out() -> None:
    """ "x y" says all that "x" and "y" say; "y" alone stands in one more bad response, so it is told, last."""
    good, bad = ["x y", "x y"], ["a y", "b", "c", "d"]
    assert told(good, bad)[0] == [("x y", 2, 0), ("y", 2, 1)]


def test_a_phrase_has_four_words_at_most_of_one_line_and_one_that_is_no_punctuation() -> None:
    good, bad = ["a b c d e\n+", "a b c d e\n+"], ["z"]
    assert told(good, bad)[0] == [("a b c d", 2, 0), ("b c d e", 2, 0)]


def test_a_word_of_every_response_neither_begins_nor_ends_a_phrase() -> None:
    """All three say "m": "m x" and "x m" say no more than "x"; between others it stands."""
    assert told(["m x", "m x"], ["m y"])[0] == [("x", 2, 0)]
    assert told(["x m z", "x m z"], ["m y"])[0] == [("x m z", 2, 0)]


def test_a_phrase_is_quoted_as_it_is_written() -> None:
    """Signs are words of their own, with blanks where there are some; white space of any length is one."""
    assert told(["x+ \t y", "x+ y"], ["z"])[0] == [("x+ y", 2, 0)]
    assert told(["\n  x", " x"], ["z"])[0] == [("x", 2, 0)]


def test_a_word_is_quoted_with_its_accents_and_vowel_signs() -> None:
    """ "e" is in neither "é" that is written as two characters, nor is "हिन्द" in "हिन्दी"."""
    assert told(["e\u0301", "e\u0301"], ["e"]) == ([("e\u0301", 2, 0)], [("e", 0, 1)])
    assert told(["हिन्दी", "हिन्दी"], ["हिन्द"]) == ([("हिन्दी", 2, 0)], [("हिन्द", 0, 1)])


def test_what_tells_the_sides_apart_best_comes_first_by_shares() -> None:
    """Of the good "four" stands in 4/4 - 2/10 = 0.8, "three" in 3/4 - 0 = 0.75, "often" in 4/4 - 3/10 = 0.7; of the bad
    "nine" stands in 9/10, "all" in 10/10 - 1/4 = 0.75."""
    good = ["four\nthree\noften\nall", *["four\nthree\noften"] * 2, "four\noften"]
    bad = ["all\nfour\noften", *["all\nnine\noften"] * 2, "all\nnine\nfour", *["all\nnine"] * 6]
    of_good, of_bad = told(good, bad)
    assert of_good == [("four", 4, 2), ("three", 3, 0), ("often", 4, 3)]
    assert of_bad == [("nine", 0, 9), ("all", 1, 10)]


def test_two_thousand_words_are_looked_at_whole() -> None:
    """With the blanks between them and one behind: 4,000 units."""
    assert contrast(["f " * 999 + "secret " + "f " * 1000], ["f"]) == contrast(["f secret f "], ["f"])


def test_of_more_words_a_thousand_at_each_end_are_looked_at() -> None:
    """2,001 words and the 2,000 blanks between them: what stands exactly in the middle is left out, and that is said."""
    words = [*["f"] * 999, "before", "secret", "after", *["f"] * 999]
    found = contrast([" ".join(words)], ["f"])
    assert [phrase.text for phrase in found.good] == ["before", "after"]
    assert not found.is_complete
    assert not contrast(["f"], [" ".join(words)]).is_complete
    assert contrast(["f"], [" ".join(words[:2000])]).is_complete


def test_a_question_that_was_given_up_ends() -> None:
    question = RunningQuestion(0.0, None, 0.0, stop_reason="The client is gone.")
    token = current_question.set(question)
    try:
        with pytest.raises(StoppedError, match="The client is gone"):
            contrast(["a"], ["b"])
    finally:
        current_question.reset(token)
