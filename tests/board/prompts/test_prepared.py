"""What became of the prompts is read in the background, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from read_visits import steps_read_from_now_on
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.histories import cached_history, history_cache, visits
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError, StoppedError

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def test_a_page_that_is_open_has_prompts_prepared(test_log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    test_log.write(*(row(step, prompt=f"p{step % 3}") for step in range(1, 21)))
    board = test_log.open()
    board.indexer.activity.note_request()
    test_log.append(row(21, prompt="p0"))
    read = steps_read_from_now_on(monkeypatch)
    board.indexer.index_now()
    assert read == [list(range(1, 14)), list(range(14, 22))]
    assert board.prompts.prompts(PromptsQuestion(Selection("."))).counts["all"] == 3
    assert len(read) == 2, "nothing was left to read when it was asked for"
    test_log.append(row(22, prompt="new"))
    board.indexer.index_now()
    assert read[2:] == [[14], list(range(15, 23))], "only what the newest steps were, and what is new"
    assert board.prompts.prompts(PromptsQuestion(Selection("."))).counts["all"] == 4
    assert len(read) == 4


def test_a_command_has_no_prompts_prepared(test_log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    test_log.write(row(1))
    board = test_log.open()
    test_log.append(row(2))
    read = steps_read_from_now_on(monkeypatch)
    board.indexer.index_now()
    assert read == []


def test_many_runs_do_not_push_each_other_out(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five runs three are prepared, and then the one that is looked at in place of one of them."""
    for name in "abcde":
        write_rows(tmp_path / name / "a.jsonl", [row(1)])
    board = open_board(tmp_path)
    board.indexer.activity.note_request()
    for name in "abcde":
        write_rows(tmp_path / name / "b.jsonl", [row(2)])
    read = steps_read_from_now_on(monkeypatch)
    board.indexer.index_now()
    assert len(read) == 3
    board.indexer.activity.note_viewed_run("e")
    write_rows(tmp_path / "e" / "c.jsonl", [row(3)])
    board.indexer.index_now()
    assert read[3:] == [[1, 2, 3]]


def test_what_fails_is_not_read_again_with_every_request(
    test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_log.write(row(1), row(2))
    board = test_log.open()
    tried = []

    def failing(*arguments: Any) -> Any:
        tried.append(arguments)
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(history_cache, "read_visits", failing)
        with pytest.raises(OSError, match="no space left"):
            board.prompts.prompts(PromptsQuestion(Selection(".")))
        for _ in range(3):
            with pytest.raises(
                StoppedError, match=r"could not be read: no space left\. It is tried again in 10 s"
            ):
                board.prompts.prompts(PromptsQuestion(Selection(".")))
        test_log.append(row(3))
        board.indexer.activity.note_request()
        board.indexer.index_now()
        assert len(tried) == 1, "nor with everything that is added"
        later = monotonic() + 11
        patch.setattr(cached_history, "monotonic", lambda: later)
        with pytest.raises(OSError, match="no space left"):
            board.prompts.prompts(PromptsQuestion(Selection(".")))
        assert len(tried) == 2
        later += 11
        patch.setattr(history_cache, "read_visits", visits.read_visits)
        assert board.prompts.prompts(PromptsQuestion(Selection("."))).columns["samples"] == [3]


def test_too_many_kinds_are_counted_once(test_log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    test_log.write(*(row(1, prompt=f"p{i}", level=f"l{i}") for i in range(1001)))
    board = test_log.open()
    tried = []

    def counting(*arguments: Any) -> Any:
        tried.append(arguments)
        return visits.read_visits(*arguments)

    monkeypatch.setattr(history_cache, "read_visits", counting)
    for _ in range(3):
        with pytest.raises(ArgumentError, match="by=level has more than 1,000 values"):
            board.prompts.prompts(PromptsQuestion(Selection("."), by="level"))
    assert len(tried) == 1
