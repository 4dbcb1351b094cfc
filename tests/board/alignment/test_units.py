"""Texts cut into units, by hand: how many are left, and tokens that were logged without their spaces."""

from __future__ import annotations

import pytest

from tensorboard_plugin_rlboard.board.alignment import units
from tensorboard_plugin_rlboard.board.alignment.units import first_units, spaced_tokens
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


def test_tokens_get_the_spaces_that_their_text_has_before_them() -> None:
    assert spaced_tokens(["one", "two", "."], " one  two. ") == [" one", "  two", "."]
    assert spaced_tokens([" one", " two"], " one two") == [" one", " two"]


def test_a_special_token_that_the_text_lacks_stays_as_it_is() -> None:
    assert spaced_tokens(["<s>", "one", "two", "</s>"], "one two") == ["<s>", "one", " two", "</s>"]
    assert spaced_tokens(["<s>", "one"], "<s> one") == ["<s>", " one"]


def test_tokens_that_are_not_those_of_the_text_stay_as_they_are() -> None:
    for tokens, text in ((["one", "three"], "one two"), (["one"], "one two"), (["One", "two"], "one two")):
        assert spaced_tokens(tokens, text) is tokens
