"""What is kept of the worst samples between two questions, and when it is found anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.decoded_samples import decode_sample
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.tokens import extreme_tokens
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.board.tokens.worst_tokens import _TopExtremities

Read = list[int]


def sample(step: int, *logprobs: float, **fields: Any) -> dict[str, Any]:
    tokens = [f"t{i}" for i in range(len(logprobs))]
    return {"step": step, "response_tokens": tokens, "logprobs": list(logprobs), **fields}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The offsets of the lines that were read again, in order."""
    offsets: Read = []
    decode = decode_sample

    def noted(run: Any, location: Any) -> Any:
        offsets.append(location.offset)
        return decode(run, location)

    monkeypatch.setattr(extreme_tokens, "decode_sample", noted)
    return offsets


def worst(board: Board, **chosen: Any) -> list[tuple[Any, ...]]:
    arguments: dict[str, Any] = {"limit": 3} | chosen
    columns = board.worst_tokens(WorstTokensQuestion(Selection("."), "logprobs", **arguments)).columns
    return list(zip(columns["step"], columns["position"], columns["token"], columns["value"], strict=True))


def test_a_sample_is_read_once_while_the_run_grows(test_log: TestLog, read: Read) -> None:
    test_log.write(sample(1, -1.0, -5.0), sample(2, -4.0, -3.0))
    board = test_log.open()
    assert worst(board) == [(1, 1, "t1", -5.0), (2, 0, "t0", -4.0), (2, 1, "t1", -3.0)]
    assert len(read) == 2
    test_log.append(sample(3, -4.5))
    board.indexer.index_now()
    assert worst(board) == [(1, 1, "t1", -5.0), (3, 0, "t0", -4.5), (2, 0, "t0", -4.0)]
    assert len(read) == 3  # the new one only
    assert len(set(read)) == 3


def test_what_is_asked_otherwise_is_found_anew(test_log: TestLog, read: Read) -> None:
    test_log.write(sample(1, -1.0, -5.0))
    board = test_log.open()
    assert worst(board) == [(1, 1, "t1", -5.0), (1, 0, "t0", -1.0)]
    assert worst(board, end="highest") == [(1, 0, "t0", -1.0), (1, 1, "t1", -5.0)]
    assert worst(board, per_sample=1) == [(1, 1, "t1", -5.0)]
    assert len(read) == 3


def test_all_tokens_of_a_sample_are_not_kept(test_log: TestLog, read: Read) -> None:
    test_log.write(sample(1, -1.0, -5.0))
    board = test_log.open()
    question = WorstTokensQuestion(Selection("."), "logprobs", by="position")
    assert board.worst_tokens(question).columns == board.worst_tokens(question).columns
    assert len(read) == 2


def test_a_file_that_was_rewritten_shows_what_it_holds_now(test_log: TestLog) -> None:
    """Also where the new line is as long as the old one and lies where it lay."""
    path = test_log.write(sample(1, -1.0, -5.0))
    board = test_log.open()
    assert worst(board)[0] == (1, 1, "t1", -5.0)
    size = path.stat().st_size
    test_log.write(sample(1, -1.0, -7.0))
    assert path.stat().st_size == size
    board.indexer.index_now()
    assert worst(board)[0] == (1, 1, "t1", -7.0)


def test_the_furthest_tokens_are_known_as_samples_come() -> None:
    def found(*extremities: float) -> Any:
        values = np.asarray(extremities)
        return extreme_tokens.SampleExtremes(np.arange(len(values)), values, values, [], "")

    reach = _TopExtremities(3)
    reach.add(found(9.0, 1.0))
    assert not reach.is_full
    reach.add(found(5.0, 4.0, 0.5))
    assert (reach.is_full, reach.least) == (True, 4.0)  # 9, 5, 4
    reach.add(found(7.0, 4.0))
    assert reach.least == 5.0  # 9, 7, 5
    everything = _TopExtremities(0)
    everything.add(found(1.0))
    assert not everything.is_full
