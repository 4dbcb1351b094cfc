"""Tokens are spelt alike all over a run: by each response's text, a tokenizer beside the log, and the run's samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rollout_log import TestLog, row
from tokenizing import byte_level

from tensorboard_plugin_rlboard.api import Sample
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples import decoded_samples
from tensorboard_plugin_rlboard.board.samples import shown_tokens as module
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.texts import TextRules

PROSE = ["The", "Ġmoon", "Ġand", "Ġthe", "Ġsun", "."]
AMBIGUOUS = ["if", "č", "x"]
"""A carriage return of byte-level BPE, or a Czech letter: the tokens alone do not say."""


def logged(step: int, tokens: list[Any], response: str | None = None) -> dict[str, Any]:
    fields = row(step, response_tokens=tokens, logprobs=[-0.5] * len(tokens))
    return {**fields, "response": response} if response is not None else fields | {"response": None}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[TestLog]:
    with TestLog(tmp_path / "logs") as made:
        yield made


def samples(board: Board) -> list[Sample]:
    ids = board.samples(SamplesQuestion(Selection("."), TextRules(), limit=500)).columns["id"]
    found = [board.sample(SampleQuestion(".", str(name), TextRules())) for name in ids]
    return sorted(found, key=lambda sample: sample.step)


def shown(board: Board) -> list[list[str]]:
    return [list(sample.response_tokens) for sample in samples(board)]


def test_an_ambiguous_response_follows_its_run(log: TestLog) -> None:
    log.write(logged(1, AMBIGUOUS), *(logged(step, PROSE) for step in range(2, 6)))
    assert shown(log.open())[0] == ["if", "\r", "x"]
    log.write(logged(1, AMBIGUOUS), *(logged(step, ["tři", " dny", " č"]) for step in range(2, 6)))
    assert shown(log.open())[0] == AMBIGUOUS


def test_the_text_of_a_response_counts_before_its_run(log: TestLog) -> None:
    plain = ["so", " č", "as"]
    log.write(
        logged(1, AMBIGUOUS, "ifčx<|im_end|>"),
        logged(2, AMBIGUOUS, "if\rx"),
        logged(3, AMBIGUOUS, "something else"),
        *(logged(step, PROSE) for step in range(4, 8)),
        logged(8, plain, "so čas"),
    )
    found = shown(log.open())
    assert found[:3] == [AMBIGUOUS, ["if", "\r", "x"], ["if", "\r", "x"]]
    assert found[-1] == plain


def test_worst_tokens_are_spelt_as_the_heatmap(log: TestLog) -> None:
    log.write(
        logged(1, AMBIGUOUS) | {"logprobs": [-1.0, -9.0, -1.0]},
        *(logged(step, PROSE) for step in range(2, 6)),
    )
    board = log.open()
    for by in ("sample", "token"):
        found = board.worst_tokens(WorstTokensQuestion(Selection("."), "logprobs", by=by, limit=1))
        assert found.columns["token"] == ["\r"], by


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (["if", "(", "x", "){", "ĉ", "return", "ĉ", "1", ";}"], "if(x){\treturn\t1;}"),
        (["x", "Ċ", "    ", "y", "Ċ", "    ", "z"], "x\n    y\n    z"),
        (["we", "like", "play", "##ing", ",", "do", "n't", "we", "?"], "we like playing, don't we?"),
    ],
)
@pytest.mark.parametrize("with_text", [True, False])
def test_code_and_word_pieces_read_as_their_text(
    log: TestLog, tokens: list[str], text: str, *, with_text: bool
) -> None:
    log.write(logged(1, tokens, text if with_text else None))
    (found,) = samples(log.open())
    assert "".join(found.response_tokens) == text
    assert found.raw_tokens == tokens


def test_ids_and_strings_are_read_by_the_tokenizer_beside_the_log(log: TestLog) -> None:
    made = byte_level(log.folder)
    coded = made.encode("What is 117? 明月")
    log.write(logged(1, coded.tokens), logged(2, coded.ids), logged(3, ["What", " is", " čas"]))
    by_string, by_id, decoded = samples(log.open())
    assert "".join(by_id.response_tokens) == "What is 117? 明月"
    assert by_id.raw_tokens == [f"#{i}" for i in coded.ids]
    assert "".join(by_string.response_tokens) == "What is 117? 明月"
    assert decoded.response_tokens == ["What", " is", " čas"], "they are not of its vocabulary"


def test_ids_without_a_tokenizer_stay_ids(log: TestLog) -> None:
    log.write(logged(1, [101, 202, 303], "It is 4."))
    assert shown(log.open()) == [["#101", "#202", "#303"]]


def test_few_samples_of_a_run_are_read_once(log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    real: Callable[..., Any] = decoded_samples.read_sample

    def counted(*args: Any) -> Any:
        read.append(args)
        return real(*args)

    monkeypatch.setattr(module, "read_sample", counted)
    log.write(*(logged(step, PROSE) for step in range(20)))
    board = log.open()
    shown(board)
    assert len(read) == 16
    log.append(*(logged(step, PROSE) for step in range(20, 42)))
    board.indexer.index_now()
    shown(board)
    assert len(read) == 32, "asked again once the run is more than twice as large"


def test_long_lines_are_bounded(log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_BYTES", 1)
    log.write(logged(1, AMBIGUOUS), *(logged(step, PROSE) for step in range(2, 6)))
    assert shown(log.open())[:2] == [AMBIGUOUS, ["The", " moon", " and", " the", " sun", "."]]
