"""One group whole: sides, prefixes and phrases, by hand and against plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.groups import detail
from tensorboard_plugin_rlboard.board.groups.contrast import MAX_PHRASES, MAX_PHRASES_ALIKE, contrast
from tensorboard_plugin_rlboard.board.groups.detail import side_of
from tensorboard_plugin_rlboard.board.groups.prefixes import (
    alone_from,
    common_prefix,
    numbers_of,
    shared_prefix,
)
from tensorboard_plugin_rlboard.board.groups.question import GroupQuestion
from tensorboard_plugin_rlboard.board.groups.response_units import words_of
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError

TEXTS = {
    "Let me think. We add: 5 + 4 = 9. The answer is 9.": 1.0,
    "Let me think. We add them and get 5 + 4 = 9.": 1.0,
    "Let me think. Certainly the answer is 8.": 0.0,
    "Let me think. Wait, 18.": 0.0,
}


def member(text: str, reward: float | None, *, tokens: bool = True, group: str = "g") -> dict[str, Any]:
    found = {"step": 1, "prompt": "5 + 4?", "group_id": group, "response": text, "reward": reward}
    if tokens:
        first, *others = text.split(" ")
        found["response_tokens"] = [first, *(f" {word}" for word in others)]
    return found


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Board]:
    with TestLog(tmp_path_factory.mktemp("group")) as log:
        log.write(
            *(member(text, reward) for text, reward in TEXTS.items()),
            *(member(text, reward, tokens=False, group="words") for text, reward in TEXTS.items()),
            *(member(f"r{i}", float(i), group="many") for i in range(20)),
        )
        yield log.open()


def asked(group: str, **more: Any) -> GroupQuestion:
    return GroupQuestion(Selection(".", step=1, group=group), **more)


def test_members_part_behind_the_tokens_that_all_have(board: Board) -> None:
    """ "Let", " me", " think." are common; " We add" of the good ones goes on to the fifth token, where ":" parts them."""
    found = board.group(asked("g"))
    assert (found.aligned_by, found.common_prefix) == ("token", 3)
    assert found.common_prefix_characters is None
    assert found.members["alone_from"] == [4, 4, 3, 3]
    assert found.members["units"] == [14, 13, 8, 5]
    assert found.members["side"] == ["good", "good", "bad", "bad"]
    assert (found.good, found.bad, found.good_length, found.bad_length) == (2, 2, 13.5, 6.5)
    assert found.facts["kind"] == "gradient"
    assert found.prompt == "5 + 4?"


def test_without_tokens_words_are_aligned(board: Board) -> None:
    """Let, me and think with the blanks between them, the point, and the blank behind it: 7 units of 14 characters."""
    found = board.group(asked("words"))
    assert (found.aligned_by, found.common_prefix, found.common_prefix_characters) == ("word", 7, 14)


def test_of_long_responses_as_much_is_looked_at_as_there_is_room_for(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten characters of each of the four: "Let me thi", five units with both blanks, and nobody is alone within them."""
    monkeypatch.setattr(detail, "MAX_CHARACTERS", 40)
    found = board.group(asked("words"))
    assert (found.common_prefix, found.common_prefix_characters) == (5, 10)
    assert found.members["units"] == found.members["alone_from"] == [None] * 4
    assert not found.whole_texts


def test_what_the_good_have_by_hand(board: Board) -> None:
    found = board.group(asked("g"))
    said = [(phrase.text, phrase.good, phrase.bad) for phrase in found.good_have]
    assert said == [("+ 4 = 9", 2, 0), ("5 + 4 =", 2, 0), ("We add", 2, 0)]
    assert found.bad_have == [], "neither bad response says what the other one says"
    assert found.whole_texts


def test_a_large_group_shows_its_best_and_its_worst(board: Board) -> None:
    found = board.group(asked("many", limit=4))
    assert found.members["reward"] == [19.0, 18.0, 1.0, 0.0]
    assert found.facts["size"] == 20


def test_members_without_a_finite_reward_come_last(tmp_path: Path) -> None:
    """Of two shown of five the best is 1; the worst is the one that has no reward, behind the one of NaN."""
    rewards = (None, 0.0, float("nan"), 1.0, 0.5)
    with TestLog(tmp_path / "log") as log:
        log.write(*(member(f"r{i}", reward, tokens=False) for i, reward in enumerate(rewards)))
        board = log.open()
        assert board.group(asked("g", limit=2)).members["reward"] == [1.0, None]
        assert board.group(asked("g")).members["reward"][:3] == [1.0, 0.5, 0.0]


def test_a_reward_that_counts_nowhere_makes_nobody_good(tmp_path: Path) -> None:
    """Neither infinity nor a number whose square is infinite is a reward, so they are no best ones either."""
    with TestLog(tmp_path / "log") as log:
        log.write(*(member(f"r{i}", reward) for i, reward in enumerate((float("inf"), 0.0, 1e200, 1.0))))
        found = log.open().group(asked("g"))
    assert list(found.members["reward"]) == [1.0, 0.0, float("inf"), 1e200]
    assert list(found.members["side"]) == ["good", "bad", None, None]
    assert (found.good, found.bad) == (1, 1)


def test_what_cannot_be_asked_is_refused(board: Board) -> None:
    with pytest.raises(UnknownError, match="no group nope"):
        board.group(asked("nope"))
    with pytest.raises(ArgumentError, match="step and group"):
        board.group(GroupQuestion(Selection(".", group="g")))
    with pytest.raises(ArgumentError, match="limit takes 2 to 64"):
        board.group(asked("g", limit=65))


def test_a_member_says_which_group_it_is_in(board: Board) -> None:
    [best, *_] = board.group(asked("g")).members["id"]
    assert board.sample(SampleQuestion(".", str(best))).group == "g"


def test_sides_go_by_the_advantage_first() -> None:
    assert side_of(-0.5, 1.0, 0.5) == "bad"
    assert side_of(0.0, 1.0, 0.5) == "good"
    assert side_of(None, 0.25, 0.5) == "bad"
    assert side_of(None, 0.5, 0.5) is None
    assert side_of(float("nan"), None, None) is None


def test_characters_of_chinese_are_words_of_their_own() -> None:
    assert words_of("春眠 ok3!\n") == ["春", "眠", " ", "ok3", "!", "\n"]


def test_long_responses_are_looked_at_by_both_ends() -> None:
    middle = " filler" * 3000
    found = contrast([f"start{middle} secret{middle} end"], [f"begin{middle}{middle} stop"])
    texts = {phrase.text for phrase in found.good}
    assert not found.is_complete
    assert {"start", "end"} <= {word for text in texts for word in text.split()}
    assert not any("secret" in text for text in texts)


@given(st.text(alphabet="ab 春\n.,１é🙂"))
def test_words_leave_nothing_out(text: str) -> None:
    assert "".join(words_of(text)) == text


sequences = st.lists(st.text(alphabet="ab", max_size=5), min_size=1, max_size=5)


@given(sequences)
def test_prefixes_are_those_of_a_walk(texts: list[str]) -> None:
    def walked(a: str, b: str) -> int:
        n = 0
        while n < min(len(a), len(b)) and a[n] == b[n]:
            n += 1
        return n

    numbers = [numbers_of(text) for text in texts]
    assert common_prefix(numbers[0], numbers[-1]) == walked(texts[0], texts[-1])
    assert shared_prefix(numbers) == min((walked(texts[0], other) for other in texts[1:]), default=0)
    for at, (own, found) in enumerate(zip(texts, alone_from(numbers), strict=True)):
        longest = max((walked(own, other) for k, other in enumerate(texts) if k != at), default=0)
        assert found == (longest if longest < len(own) else None)


def test_two_of_three_good_responses_tell_a_phrase_and_one_does_not() -> None:
    """2/3 - 0/1 is more than half; of one response in three nothing is told, however rare."""
    found = contrast(["x y", "x z", "w"], ["v"])
    assert [(phrase.text, phrase.good, phrase.bad) for phrase in found.good] == [("x", 2, 0)]


words = st.lists(st.sampled_from(["a", "b", "c", "=", "春"]), max_size=8).map(" ".join)


@given(st.lists(words, min_size=1, max_size=4), st.lists(words, min_size=1, max_size=4))
@example(["c a b a a a a", "c a b a a a a"], [""])
def test_phrases_stand_where_they_are_said_to(good: list[str], bad: list[str]) -> None:
    def holding(phrase: str, texts: list[str]) -> int:
        return sum(f" {phrase} " in f" {text} " for text in texts)

    found = contrast(good, bad)
    for told, own, other in ((found.good, good, bad), (found.bad, bad, good)):
        for phrase in told:
            of_own, of_other = holding(phrase.text, own), holding(phrase.text, other)
            assert (phrase.good, phrase.bad) == ((of_own, of_other) if own is good else (of_other, of_own))
            assert of_own / len(own) - of_other / len(other) >= 0.5 - 1e-12
            assert of_own >= min(2, len(own))
            assert phrase.words == len(phrase.text.split()) <= 4
    single = {word for text in (*good, *bad) for word in text.split() if word.isalnum()}
    telling = {w for w in single if holding(w, good) == len(good) >= 2 and holding(w, bad) == 0}
    said = {word for phrase in found.good for word in phrase.text.split()}
    alike = [phrase for phrase in found.good if (phrase.good, phrase.bad) == (len(good), 0)]
    full = len(found.good) == MAX_PHRASES or len(alike) == MAX_PHRASES_ALIKE
    assert telling <= said or full, "a word that all good and no bad ones have is told, where there is room"


def test_the_folder_is_read_only_once_more_for_tokens(tmp_path: Path) -> None:
    """A line that has changed since it was indexed: words of the index are aligned instead."""
    with TestLog(tmp_path / "log") as log:
        path = log.write(*(member(text, reward) for text, reward in TEXTS.items()))
        board = log.open()
        path.write_bytes(b"{}\n" * 400)
        assert board.group(asked("g")).aligned_by == "word"
