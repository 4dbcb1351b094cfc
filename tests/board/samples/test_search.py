"""The search in texts of samples."""

from __future__ import annotations

from typing import Any

import pytest
from listed_samples import listed
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.board import selection, text_search
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError


def search(board: Board, needle: str, **chosen: Any) -> dict[int, tuple[str, str, int, int]]:
    """line -> (where, excerpt, start, end)."""
    found = listed(board, chosen=Selection(".", search=needle, **chosen))
    columns = (found[name] for name in ("line", "match_in", "match", "match_start", "match_end"))
    return {line: tuple(rest) for line, *rest in zip(*columns, strict=True)}


def marked(hit: tuple[str, str, int, int]) -> str:
    return hit[1][hit[2] : hit[3]]


def test_search_finds_chinese(board: Board) -> None:
    found = search(board, "知时")
    assert list(found) == [1]
    assert found[1] == ("response", "好雨知时节", 2, 4)


def test_search_ignores_case(board: Board) -> None:
    found = search(board, "cat")
    assert list(found) == [2, 3, 5]
    assert [marked(hit) for hit in found.values()] == ["cat", "cat", "cat"]
    assert [hit[0] for hit in found.values()] == ["response", "response", "reference"]
    assert list(search(board, "CAT")) == [2, 3, 5]


def test_search_takes_its_text_literally(board: Board) -> None:
    assert list(search(board, "(x)")) == [4]
    assert list(search(board, ".*")) == []
    assert list(search(board, "%")) == []
    assert list(search(board, "'; DROP TABLE run_0 --")) == []


def test_search_in_some_texts_only(board: Board) -> None:
    assert list(search(board, "cat", within=("reference",))) == [5]
    assert list(search(board, "cat", within=("prompt",))) == []
    assert search(board, "p", within=("prompt",))[1][0] == "prompt"


def test_regular_expression_marks_the_match_itself(board: Board) -> None:
    """The word, not the first place where its letters stand (in "Concatenate")."""
    found = search(board, r"(?i)\bcat\b", regex=True)
    assert list(found) == [2, 3, 5]
    assert found[2] == ("response", "Concatenate the CAT", 16, 19)
    assert found[3][2:] == (2, 5)
    assert marked(search(board, "时.$", regex=True)[1]) == "时节"
    assert marked(search(board, "(do)(g)", regex=True)[4]) == "dog"
    assert list(search(board, "cat", regex=True)) == [2, 3, 5]
    assert list(search(board, "Cat", regex=True)) == []


def test_regular_expression_that_matches_nothing_visible(board: Board) -> None:
    found = search(board, "z*", regex=True)
    assert len(found) == 8
    assert all(hit[2] is None for hit in found.values())


def test_invalid_regular_expression_is_answered_with_a_sentence(board: Board) -> None:
    for pattern in ("(", "[a", "a{2,1}", "(?<x)"):
        with pytest.raises(ArgumentError, match="regular expression"):
            search(board, pattern, regex=True)


def test_excerpt_is_cut_around_the_match_in_code_points(board: Board) -> None:
    hit = search(board, "NEEDLE")[5]
    assert marked(hit) == "needle"
    assert len(hit[1]) == 300
    assert hit[1][0] == hit[1][-1] == "…"
    assert marked(search(board, "✅")[6]) == "✅"
    assert marked(search(board, "NAÏVE")[6]) == "naïve"


def test_group_metrics_are_not_changed_by_a_search(board: Board) -> None:
    names = ["line", "group_mean", "group_std", "group_rank", "advantage"]
    whole = listed(board, columns=names)
    found = listed(board, columns=names, chosen=Selection(".", search="concatenate"))
    assert found["line"] == [2]
    for name in names[1:]:
        assert found[name] == [whole[name][1]]


PARAGRAPH = "The Quick brown ΟΔΟΣ jumps over the lazy ſun; " * 12
"""552 characters, more than are looked for by a regular expression."""


@pytest.mark.parametrize("short_text", [100_000, 0])
def test_a_paragraph_is_found_in_any_letter_case(
    test_log: TestLog, monkeypatch: pytest.MonkeyPatch, short_text: int
) -> None:
    """By one query, and in pieces. `Σ` ends a word as `ς`, and `ſ` is an `s`: as where a few words are looked for."""
    monkeypatch.setattr(selection, "_SHORT_TEXT", short_text)
    test_log.write(
        row(1, f"ab {PARAGRAPH}"),
        row(2, f"ẞ{PARAGRAPH.lower()} and more"),
        row(3, PARAGRAPH.replace("lazy", "busy", 1)),
        row(4, "a", prompt=PARAGRAPH.upper()),
    )
    board = test_log.open()
    for needle in (PARAGRAPH, PARAGRAPH.upper(), PARAGRAPH.lower().replace("ς", "σ")):
        found = search(board, needle)
        assert list(found) == [1, 2, 4], needle
        assert [hit[0] for hit in found.values()] == ["response", "response", "prompt"]
        assert {marked(hit).casefold()[:9] for hit in found.values()} == {"the quick"}


def test_ten_thousand_characters_are_looked_for(test_log: TestLog) -> None:
    """More than a regular expression may have, in a text in which nearly all of it stands at every place."""
    test_log.write(row(1, "k" * 20_000 + "K!"), row(2, "k" * 30_000))
    board = test_log.open()
    assert list(search(board, "K" * 9_999 + "!")) == [1]
    assert list(search(board, "k" * 9_999 + "?")) == []


@pytest.mark.parametrize(
    ("content", "needle", "expected"),
    [
        ("Straße", "SS", (0, 0)),
        ("STRAẞE x", "straße", (0, 6)),
        ("İstanbul", "stan", (1, 5)),  # its small form has two characters
        ("aK\u212ak", "kkk", (1, 4)),  # the Kelvin sign is a k
        ("ﬁne fine", "FINE", (4, 8)),
        ("", "a", (0, 0)),
    ],
)
def test_a_hit_stands_where_its_characters_stand(
    content: str, needle: str, expected: tuple[int, int]
) -> None:
    assert text_search._first_hit(content, needle) == expected
