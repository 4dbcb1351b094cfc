"""Texts cut into units, by hand: how many are left, and tokens that were logged without their spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.alignment import units
from tensorboard_plugin_rlboard.board.alignment.units import first_units, spaced_tokens
from tensorboard_plugin_rlboard.board.groups.response_units import words_of
from tensorboard_plugin_rlboard.board.limits.running_question import RunningQuestion, current_question
from tensorboard_plugin_rlboard.errors import StoppedError


def test_what_is_left_is_counted_in_rounds_that_end_with_the_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(units, "_COUNTED_AT_ONCE", 2)
    assert first_units("a b c d", "word", 2) == (["a", " "], 5)
    assert first_units("abc", "character", 3) == (["a", "b", "c"], 0)
    question = RunningQuestion(0.0, None, 0.0)
    question.stop("The client is gone")
    token = current_question.set(question)
    try:
        assert first_units("a b", "word", 3) == (["a", " ", "b"], 0)
        with pytest.raises(StoppedError, match="The client is gone"):
            first_units("a b", "word", 2)
    finally:
        current_question.reset(token)


FAMILY, FLAG, TONE = (
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1e8\U0001f1f3",
    "\U0001f44d\U0001f3fd",
)


@pytest.mark.parametrize(
    ("text", "words", "characters"),
    [
        ("cafe\u0301s", ["cafe\u0301s"], ["c", "a", "f", "e\u0301", "s"]),
        ("हिन्दी में", ["हिन्दी", " ", "में"], ["हि", "न्", "दी", " ", "में"]),
        ("שָׁלוֹם", ["שָׁלוֹם"], ["שָׁ", "ל", "וֹ", "ם"]),
        ("می\u200cخواهم", ["می\u200cخواهم"], None),
        (f"a{FAMILY}{FLAG}{TONE}", ["a", FAMILY, FLAG, TONE], ["a", FAMILY, FLAG, TONE]),
        ("か\u3099葛\U000e0100", ["か\u3099", "葛\U000e0100"], ["か\u3099", "葛\U000e0100"]),
        ("a\r\n b", ["a", "\r\n", " ", "b"], ["a", "\r\n", " ", "b"]),
        ("x_1 中文.", ["x_1", " ", "中", "文", "."], None),
    ],
)
def test_marks_stay_with_what_they_belong_to(
    text: str, words: list[str], characters: list[str] | None
) -> None:
    assert first_units(text, "word", 99) == (words, 0)
    if characters is not None:
        assert first_units(text, "character", 99) == (characters, 0)


@given(
    st.text(alphabet=st.characters() | st.sampled_from("\u200d\u200c\u0301ा\U0001f1e8\U0001f469 \r\n中ab_"))
)
def test_nothing_is_left_out(text: str) -> None:
    for cut in (first_units(text, "word", 999)[0], first_units(text, "character", 999)[0], words_of(text)):
        assert "".join(cut) == text
        assert all(cut)


@given(st.text(alphabet="ab_ 中か，.\r\n\t\u00a0é5"))
def test_a_text_without_marks_is_cut_as_one_that_has_some(text: str) -> None:
    """A mark at the end has it cut by the pattern that knows marks."""
    marked = f"{text}\n.\u0301"
    for unit in ("word", "character"):
        assert [*first_units(f"{text}\n.", unit, 999)[0][:-1], ".\u0301"] == first_units(marked, unit, 999)[0]
    assert [*words_of(f"{text}x.")[:-1], ".\u0301"] == words_of(f"{text}x.\u0301")


def test_tokens_get_the_spaces_that_their_text_has_before_them() -> None:
    assert spaced_tokens(["one", "two", "."], " one  two. ") == [" one", "  two", "."]
    assert spaced_tokens([" one", " two"], " one two") == [" one", " two"]


def test_a_special_token_that_the_text_lacks_stays_as_it_is() -> None:
    assert spaced_tokens(["<s>", "one", "two", "</s>"], "one two") == ["<s>", "one", " two", "</s>"]
    assert spaced_tokens(["<s>", "one"], "<s> one") == ["<s>", " one"]


def test_tokens_that_are_not_those_of_the_text_stay_as_they_are() -> None:
    for tokens, text in ((["one", "three"], "one two"), (["one"], "one two"), (["One", "two"], "one two")):
        assert spaced_tokens(tokens, text) is tokens
