"""Searches that would take minutes: refused, or done in pieces between which they can be ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from listed_samples import listed
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.board import text_matches
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.limits.query_limits import QueryLimits
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.text_matches import first_piece, timed_pieces
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError, StoppedError

DEAR = "(.?){900}x"
SLOW = "(.?){800}zq"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier test has found is searched again."""
    monkeypatch.setattr(text_matches, "_cache", LruCache[Any](1_000_000, lambda places: places.nbytes))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """600 samples of 30 steps, two in a group, whose texts name their step and place."""
    with TestLog(tmp_path_factory.mktemp("many")) as log:
        log.write(
            *(
                row(
                    step,
                    f"step {step} place {i} " + "word " * 60,
                    reward=float(i % 4),
                    group_id=f"{step}.{i // 2}",
                    tokens=2,
                )
                for step in range(30)
                for i in range(20)
            )
        )
        yield log.open()


def found(board: Board, **chosen: Any) -> list[tuple[int, int]]:
    answer = listed(board, columns=["step", "line"], chosen=Selection(".", **chosen))
    return list(zip(answer["step"], answer["line"], strict=True))


def test_pieces_follow_the_speed() -> None:
    """A unit takes 1 ms at first, then 10 ms: pieces of 60 ms are 60 units, then 6; growth is eightfold at most."""
    now, speed, cut = [0.0], [0.001], []
    for begin, end in timed_pieces(np.ones(400, np.int64), 2, lambda: now[0], lambda: now[0]):
        cut.append(end - begin)
        if len(cut) == 4:
            speed[0] = 0.01
        now[0] += (end - begin) * speed[0]
    assert cut[:6] == [2, 16, 60, 60, 6, 6]
    assert sum(cut) == 400


def test_pieces_are_as_large_where_others_keep_the_processor_busy() -> None:
    """A unit takes 1 ms of computing, and 20 ms until this process had its turn: still pieces of 60 units, not of 3."""
    now, cut = [0.0], []
    for begin, end in timed_pieces(np.ones(400, np.int64), 2, lambda: 20 * now[0], lambda: now[0]):
        cut.append(end - begin)
        now[0] += (end - begin) * 0.001
    assert cut[:4] == [2, 16, 60, 60]


def test_a_row_that_is_too_large_is_a_piece_of_its_own() -> None:
    pieces = list(timed_pieces(np.array([5, 5, 1000, 5], np.int64), 10, lambda: 0.0, lambda: 0.0))
    assert pieces[0] == (0, 2)
    assert pieces[1] == (2, 3)
    assert first_piece(9_000) == pytest.approx(952, abs=1)  # 0.06 s / (9,000 × 7 ns)


@pytest.mark.parametrize(
    "chosen", [{"search": DEAR, "regex": True}, {"where": f"regexp_matches(response, '{DEAR}')"}]
)
def test_a_pattern_over_the_budget_is_refused(many: Board, chosen: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=r"9,500 are the limit: shorten \(\.\?\)\{900\}"):
        found(many, **chosen)


def test_patterns_of_one_filter_add_up(many: Board) -> None:
    half = "regexp_matches(response, '.{0,600}x')"
    assert found(many, where=f"{half} OR step < 0", step=3) == []
    with pytest.raises(ArgumentError, match="9,500 are the limit"):
        found(many, where=f"{half} OR {half}", step=3)


def test_a_text_that_is_too_long_for_a_pattern_is_named(many: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest has 17 + 300 bytes of response and the prompt's one; 321 × 8,812 are more than a million."""
    monkeypatch.setattr(text_matches, "MAX_WORK", 10**6)
    with pytest.raises(ArgumentError, match=r"One of these samples has texts of 3.. bytes, too long"):
        found(many, search=SLOW, regex=True)
    assert len(found(many, search="place 3 ", regex=True)) == 30


def test_a_text_that_is_too_long_for_a_short_pattern_is_named(
    many: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is measured only where a line is as long; words have no program, and find what they find in any text."""
    monkeypatch.setattr(text_matches, "MAX_SHORT_WORK", 2_000)  # 8 instructions by 321 bytes are more
    with pytest.raises(ArgumentError, match=r"texts of 3.. bytes, too long for a pattern .* about 8 instr"):
        found(many, search="place 3 ", regex=True)
    assert len(found(many, search="place 3 ")) == 30
    monkeypatch.setattr(text_matches, "MAX_SHORT_WORK", 3_000)  # a line is longer than that, no text is
    assert len(found(many, search="place 3 ", regex=True)) == 30


@pytest.mark.parametrize(
    "chosen", [{"search": SLOW, "regex": True}, {"where": f"regexp_matches(response, '{SLOW}')"}]
)
def test_a_slow_search_ends_when_its_time_is_up_or_its_client_is_gone(
    many: Board, chosen: dict[str, Any]
) -> None:
    """All of it takes more than ten seconds; a piece ends within a fraction of one."""
    for limits, gone, reason in (
        (QueryLimits(seconds=0.3), None, "longer than 0.3 seconds"),
        (QueryLimits(seconds=60), lambda: True, "Nobody waits"),
    ):
        many.limits, before = limits, many.limits
        try:
            with pytest.raises(StoppedError, match=reason), limits.question("tab", "", gone):
                found(many, **chosen)
        finally:
            many.limits = before


def test_searches_in_pieces_find_what_one_query_finds(many: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_matches, "PIECE_SECONDS", 1e-9)  # every row is a piece
    monkeypatch.setattr(text_matches, "_FIRST_ROWS", 1)
    expected = [(step, step * 20 + 8) for step in range(4)]
    for chosen in (
        {"search": "place 7 "},
        {"where": "regexp_matches(response, 'place 7 ')"},
        {"where": "response SIMILAR TO '.*place 7 .*'"},
    ):
        assert found(many, step_max=3, **chosen) == expected, chosen
    both = "regexp_matches(response, 'place 7 ') AND step < 2 AND reward = 3"
    assert found(many, step_max=3, where=both) == expected[:2]
    assert found(many, step_max=3, where="NOT regexp_matches(response, 'place [0-9]+ ')") == []
    assert len(found(many, where="regexp_matches(response, 'place 7 ') OR reward = 2", step=3)) == 6


def test_a_filter_may_join_patterns_and_group_metrics(many: Board) -> None:
    """Rewards of a group are 0 and 1, or 2 and 3: its better one has rank 1, its mean is 0.5 or 2.5."""
    for where in (
        "regexp_matches(response, 'place [67] ') AND group_rank = 1",
        "regexp_matches(response, 'place [67] ') AND (group_rank = 1 OR step < 0)",
        "(regexp_matches(response, 'place 7 ') OR group_mean > 100) AND group_mean = 2.5",
    ):
        assert found(many, where=where) == [(step, step * 20 + 8) for step in range(30)], where


def test_every_question_searches_in_pieces(many: Board) -> None:
    chosen = Selection(".", search="place [01] ", regex=True, step_max=9)
    assert many.distribution(DistributionQuestion(chosen, "reward", against="step:20")).count == 20
    assert many.steps(StepsQuestion(chosen)).step == list(range(10))
    assert many.worst_tokens(WorstTokensQuestion(chosen, "logprobs")).samples == 20
    dear = Selection(".", search=DEAR, regex=True)
    for ask in (
        lambda: many.distribution(DistributionQuestion(dear, "reward")),
        lambda: many.steps(StepsQuestion(dear)),
        lambda: many.worst_tokens(WorstTokensQuestion(dear, "logprobs")),
    ):
        with pytest.raises(ArgumentError, match="9,500 are the limit"):
            ask()


def test_a_quotation_that_is_left_open_is_found_as_it_stands(many: Board) -> None:
    answer = listed(many, chosen=Selection(".", search=r"\Qplace 7 ", regex=True, step=0))
    assert [
        text[a:b]
        for text, a, b in zip(answer["match"], answer["match_start"], answer["match_end"], strict=True)
    ] == ["place 7 "]


def test_what_was_found_is_kept_until_the_run_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    search = text_matches._search

    def noted(session: Any, found: str, *asked: Any) -> None:
        searched.append(found)
        search(session, found, *asked)

    monkeypatch.setattr(text_matches, "_search", noted)
    with TestLog(tmp_path / "log") as log:
        log.write(*(row(step, "ab"[step % 2]) for step in range(6)))
        board = log.open()
        odd: dict[str, Any] = {"search": "[bc]", "regex": True}
        assert found(board, **odd) == found(board, **odd) == [(1, 2), (3, 4), (5, 6)]
        assert board.steps(StepsQuestion(Selection(".", **odd))).step == [1, 3, 5]
        assert len(searched) == 1
        assert found(board, **odd, step_max=3) == [(1, 2), (3, 4)]
        assert found(board, search="[ad]", regex=True) == [(0, 1), (2, 3), (4, 5)]
        assert len(searched) == 3
        log.append(row(7, "b"))
        board.indexer.index_now()
        assert found(board, **odd) == [(1, 2), (3, 4), (5, 6), (7, 7)]
        log.write(row(1, "a"), row(2, "c"))
        board.indexer.index_now()
        assert found(board, **odd) == [(2, 2)]
        assert len(searched) == 5


def test_equal_questions_to_two_runs_are_two(tmp_path: Path) -> None:
    with TestLog(tmp_path / "log") as log:
        log.write(row(1, "b"), file="x/a.jsonl")
        log.write(row(1, "a"), file="y/a.jsonl")
        board = log.open()
        for run, lines in (("x", [1]), ("y", [])):
            answer = listed(board, columns=["line"], chosen=Selection(run, search="[bc]", regex=True))
            assert answer["line"] == lines
