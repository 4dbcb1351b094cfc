"""/diff: which texts are compared, by what, and what comes along."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.api import Diff, DiffSide
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.diff import answer
from tensorboard_plugin_rlboard.board.diff.question import DiffQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError, UnknownError
from tensorboard_plugin_rlboard.texts import TextRules

FIRST = ["so", " it", " is", " four"]
SECOND = ["so", " it", " was", " four"]


def tokens(step: int, strings: list[str], logprobs: list[float | None], **more: Any) -> dict[str, Any]:
    made = row(step, "".join(strings), response_tokens=strings, logprobs=logprobs)
    return {**made, **more}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with TestLog(tmp_path / "logs") as log:
        log.write(
            tokens(1, FIRST, [-1.0, -2.0, math.nan, -0.5], ref_response="so it was five"),
            tokens(2, SECOND, [-1.5, -2.0, -3.0, math.inf]),
            row(3, "it is four<pad>"),
            row(4, "今天四月", ref_response="今年四月"),
        )
        yield log.open()


def ids(board: Board) -> list[str]:
    return list(
        map(str, board.samples(SamplesQuestion(Selection("."), TextRules(), limit=500)).columns["id"])
    )


def ask(board: Board, index: int, other: int | None = None, **more: Any) -> Diff:
    names = ids(board)
    if other is not None:
        more["against_id"] = names[other]
    return board.diff(DiffQuestion(".", names[index], **more))


def stretches(diff: Diff) -> list[tuple[str, str, str]]:
    found = diff.opcodes
    spans = zip(found.kind, found.left, found.left_end, found.right, found.right_end, strict=True)
    return [
        (kind, "".join(diff.left.units[a:b]), "".join(diff.right.units[c:d])) for kind, a, b, c, d in spans
    ]


def test_two_responses_are_compared_by_token_with_a_metric(board: Board) -> None:
    diff = ask(board, 1, 0, metric="logprobs")
    assert (diff.unit, diff.in_one_piece) == ("token", True)
    assert stretches(diff) == [
        ("equal", "so it", "so it"),
        ("delete", " is", ""),
        ("insert", "", " was"),
        ("equal", " four", " four"),
    ]
    assert (diff.left.step, diff.right.step, diff.left.text) == (1, 2, "response")
    assert diff.left.units == FIRST
    assert diff.right.values == [-1.5, -2.0, -3.0, math.inf]
    assert diff.left.values is not None
    assert math.isnan(diff.left.values[2] or 0)
    assert diff.metric is not None
    assert diff.metric.name == "logprobs"


def test_a_metric_that_only_one_side_has_is_missing_on_the_other(tmp_path: Path) -> None:
    with TestLog(tmp_path / "logs") as log:
        log.write(
            tokens(1, FIRST, [-1.0] * 4, ref_logprobs=[-2.0, None, -2.0, -2.0]), tokens(2, SECOND, [-1.0] * 4)
        )
        diff = ask(log.open(), 1, 0, metric="ref_logprobs")
    assert diff.right.values is None or set(diff.right.values) == {None}
    assert diff.left.values == [-2.0, None, -2.0, -2.0]


def test_a_response_is_compared_with_its_reference_by_word(board: Board) -> None:
    diff = ask(board, 0, against="reference")
    assert (diff.unit, diff.left.text, diff.left.values) == ("word", "ref_response", None)
    assert [kind for kind, *_ in stretches(diff)] == ["equal", "delete", "insert"]
    assert "".join(diff.left.units) == "so it was five"
    assert "".join(diff.right.units) == "".join(FIRST)


def test_a_metric_is_left_out_where_nobody_asked_for_tokens_and_there_are_none(board: Board) -> None:
    diff = ask(board, 0, against="reference", metric="logprobs")
    assert (diff.unit, diff.metric, diff.right.values) == ("word", None, None)


def test_words_where_one_side_has_no_tokens_and_padding_is_cut(board: Board) -> None:
    diff = ask(board, 2, 0, text_rules=TextRules(("<pad>",)))
    assert diff.unit == "word"
    assert stretches(diff) == [("delete", "so ", ""), ("equal", "it is four", "it is four")]


def test_chinese_by_character(board: Board) -> None:
    for unit in ("word", "character"):
        assert stretches(ask(board, 3, against="reference", unit=unit)) == [
            ("equal", "今", "今"),
            ("delete", "年", ""),
            ("insert", "", "天"),
            ("equal", "四月", "四月"),
        ]


@pytest.mark.parametrize(
    ("index", "more", "said"),
    [
        (0, {}, "against=reference, or another sample"),
        (0, {"against": "reference", "against_id": "x"}, "against=reference, or another sample"),
        (0, {"against": "best"}, "against=best is not known: it takes reference"),
        (0, {"against": "reference", "unit": "line"}, "unit=line is not known: it takes token, word"),
        (0, {"against": "reference", "unit": "token"}, "reference answer of sample .* has no tokens"),
        (
            0,
            {"against": "reference", "unit": "word", "metric": "logprobs"},
            "metric=logprobs is no metric of tokens .* there are none",
        ),
        (1, {"against": "reference"}, "has no reference answer to compare"),
    ],
)
def test_what_cannot_be_compared_is_said(board: Board, index: int, more: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        ask(board, index, **more)


def test_a_metric_that_is_not_there_is_named_with_those_that_are(board: Board) -> None:
    with pytest.raises(ArgumentError, match=r"metric=values is no metric .*: logprobs"):
        ask(board, 1, 0, metric="values")


def test_an_unknown_sample_or_run_is_said(board: Board) -> None:
    name = ids(board)[0]
    for question in (
        DiffQuestion(".", "no-id", against="reference"),
        DiffQuestion(".", name, against_id="no-id"),
        DiffQuestion(".", name, against_run="no-run", against_id=name),
    ):
        with pytest.raises(UnknownError):
            board.diff(question)


def test_samples_of_two_runs_are_compared(tmp_path: Path) -> None:
    with TestLog(tmp_path / "logs") as log:
        log.write(row(1, "one two"), file="a/a.jsonl")
        log.write(row(1, "one three"), file="b/a.jsonl")
        board = log.open()
        names = {
            run: str(board.samples(SamplesQuestion(Selection(run), TextRules())).columns["id"][0])
            for run in ("a", "b")
        }
        diff = board.diff(DiffQuestion("b", names["b"], against_run="a", against_id=names["a"]))
    assert (diff.left.run, diff.right.run) == ("a", "b")
    assert stretches(diff)[0] == ("equal", "one ", "one ")


def test_what_is_too_long_is_left_out_and_counted(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MAX_UNITS", 3)
    diff = ask(board, 1, 0, metric="logprobs")
    sides: tuple[DiffSide, ...] = (diff.left, diff.right)
    assert [(len(side.units), side.left_out, len(side.values or ())) for side in sides] == [(3, 1, 3)] * 2
    assert diff.opcodes.left_end[-1] == diff.opcodes.right_end[-1] == 3


def test_tokens_logged_without_their_spaces_are_compared_bare_and_shown_with_them(tmp_path: Path) -> None:
    bare, other = ["fig", ",", "pear", "<eos>"], ["a", "fig", ",", "pear"]
    with TestLog(tmp_path / "logs") as log:
        log.write(
            row(1, "fig , pear", response_tokens=bare),
            row(2, " a fig ,  pear", response_tokens=other),
            row(3, "something else", response_tokens=bare),
        )
        board = log.open()
        diff, unlike = ask(board, 1, 0), ask(board, 2, 0)
    assert (diff.left.units, diff.right.units) == (
        ["fig", " ,", " pear", "<eos>"],
        [" a", " fig", " ,", "  pear"],
    )
    assert stretches(diff) == [
        ("insert", "", " a"),
        ("equal", "fig , pear", " fig ,  pear"),
        ("delete", "<eos>", ""),
    ]
    assert unlike.right.units == bare


def test_parts_of_two_characters_are_not_equal_whatever_is_shown_of_them(tmp_path: Path) -> None:
    """中 is E4 B8 AD, 丰 is E4 B8 B0: the first token shows the character and the others nothing. FF and FE are no UTF-8."""

    def spelt(character: str) -> list[str]:
        return [f"<0x{byte:02X}>" for byte in character.encode()]

    def logged(step: int, *strings: str) -> dict[str, Any]:
        numbers = [-1.0 * step] * (len(strings) + 1)
        return row(step, response_tokens=[*strings, "▁a"], logprobs=numbers) | {"response": None}

    with TestLog(tmp_path / "logs") as log:
        log.write(
            logged(1, *spelt("中"), "国"),
            logged(2, *spelt("丰"), "国"),
            logged(3, *spelt("中"), "国"),
            logged(4, "国", "<0xFF>"),
            logged(5, "国", "<0xFE>"),
        )
        board = log.open()
        unlike, alike, broken = ask(board, 1, 0), ask(board, 2, 0, metric="logprobs"), ask(board, 4, 3)
    assert unlike.left.units == ["中", "", "", "国", " a"]
    assert stretches(unlike) == [("delete", "中", ""), ("insert", "", "丰"), ("equal", "国 a", "国 a")]
    assert unlike.opcodes.left_end[0] == unlike.opcodes.right_end[1] == 3
    assert [kind for kind, _, _ in stretches(alike)] == ["equal"]
    assert (alike.left.values, alike.right.values) == ([-1.0] * 5, [-3.0] * 5)
    assert [kind for kind, _, _ in stretches(broken)] == ["equal", "delete", "insert", "equal"]
