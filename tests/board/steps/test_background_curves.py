"""Curves that are computed between requests, while a run is indexed, or by the request itself."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from curves import HERE, plain, queried, row, same

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.steps import materialized, service
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.run import RunIndex

Write = Callable[[Path, Iterable[Any]], Path]


Start = Callable[..., Board]


def test_what_is_too_much_for_a_request_follows_in_the_background(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    before = plain(board.steps(StepsQuestion(HERE)))
    follow = board._steps.update_in_background
    board.indexer.call_after_round(None)
    with path.open("a") as file:
        file.writelines(json.dumps(row(step)) + "\n" for step in (2, 3))
    board.indexer.index_now()
    with monkeypatch.context() as patch:
        patch.setattr(RunIndex, "is_pending", True)
        patch.setattr(service, "_MAX_ROWS_IN_REQUEST", 0)
        patch.setattr(service, "_PAUSE_FACTOR", 0)
        assert plain(board.steps(StepsQuestion(HERE))) == before, "as of its last consistent state"
        revision = board.revision
        follow(board.registry.runs["."])
        assert board.revision == revision + 1
        follow(board.registry.runs["."])
        assert board.revision == revision + 1, "nobody was answered from before"
        same(board.steps(StepsQuestion(HERE)), queried(board))


def test_few_changed_rows_are_computed_by_the_request(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.call_after_round(None)
    board.indexer.index_now()
    same(board.steps(StepsQuestion(HERE)), queried(board))
    with path.open("a") as file:
        file.write(json.dumps(row(3)) + "\n")
    board.indexer.index_now()
    monkeypatch.setattr(RunIndex, "is_pending", True)
    assert list(board.steps(StepsQuestion(HERE)).step) == [1, 2, 3]


def test_a_request_does_not_wait_for_another_that_computes(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    monkeypatch.setattr(service, "_LOCK_TIMEOUT", 0.01)
    found = board.steps(StepsQuestion(HERE))
    revision = board.revision
    with board._steps._run_curves["."].curves.lock:
        assert board.steps(StepsQuestion(HERE)) is found
    board.steps(StepsQuestion(HERE))
    assert board.revision == revision + 1, "who was answered meanwhile may ask again"


def test_a_request_for_a_run_that_is_ready_waits_for_whoever_computes_its_last_rows(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.call_after_round(None)
    board.indexer.index_now()
    assert list(board.steps(StepsQuestion(HERE)).step) == [1, 2]
    with path.open("a") as file:
        file.write(json.dumps(row(3)) + "\n")
    board.indexer.index_now()
    monkeypatch.setattr(service, "_LOCK_TIMEOUT", 0.0)
    lock = board._steps._run_curves["."].curves.lock
    lock.acquire()
    threading.Timer(0.2, lock.release).start()
    assert list(board.steps(StepsQuestion(HERE)).step) == [1, 2, 3]
    lock.acquire()
    monkeypatch.setattr(RunIndex, "is_pending", True)
    assert list(board.steps(StepsQuestion(HERE)).step) == [1, 2, 3], "what is being read does not wait"
    lock.release()


def test_curves_grow_while_a_run_is_indexed(tmp_path: Path, start: Start, write_rows: Write) -> None:
    """Many threads ask while rows come; every answer is whole, and the last one is right."""
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1)])
    board = start()
    board.indexer.index_now()
    failures: list[Exception] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                found = board.steps(StepsQuestion(HERE))
                counts = np.asarray(found.step_metrics["n_samples"], np.float64).tolist()
                assert counts == list(found.metrics["n_chars"].count)
                assert counts == sorted(counts, reverse=True)
        except Exception as error:  # noqa: BLE001 (told in the main thread)
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for step in range(2, 8):
        with path.open("a") as file:
            file.writelines(json.dumps(row(s, step)) + "\n" for s in range(1, step + 1))
        board.indexer.index_now()
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    same(board.steps(StepsQuestion(HERE)), queried(board))


def test_failure_in_the_background_does_not_end_the_indexing(
    tmp_path: Path,
    start: Start,
    write_rows: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1)])
    board = start()

    def fail(*_: Any) -> Any:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(materialized, "compute_table", fail)
        board.indexer.index_now()
        assert "out of memory" in caplog.text
        with pytest.raises(RuntimeError, match="out of memory"):
            board.steps(StepsQuestion(HERE))
    same(board.steps(StepsQuestion(HERE)), queried(board))
