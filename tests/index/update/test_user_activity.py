"""What is indexed first, and how long the pauses between rounds are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update import background
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Write = Callable[[Path, Iterable[Any]], Path]


def row(step: int) -> dict[str, Any]:
    return {"step": step, "prompt": "Q", "response": "a", "reward": 0.5}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


def test_run_that_the_user_looks_at_comes_first(logs: Path, write_rows: Write) -> None:
    for name in ("a", "b", "c"):
        write_rows(logs / name / "a.jsonl", [row(1)])
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    order: list[str] = []
    indexer.call_after_round(lambda run: order.append(run.name))
    indexer.activity.note_viewed_run("c")
    try:
        indexer.index_now()
        assert order == ["c", "a", "b"]
        for name in ("a", "b", "c"):
            with (logs / name / "a.jsonl").open("a") as file:
                file.write(json.dumps(row(2)) + "\n")
        board = Board(indexer)
        board.steps(StepsQuestion(Selection("b")))
        order.clear()
        indexer.call_after_round(lambda run: order.append(run.name))
        indexer.index_now()
        assert order == ["b", "a", "c"], "a question says what is looked at"
    finally:
        indexer.stop()


def test_looks_become_rarer_while_nothing_changes_and_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("tensorboard_plugin_rlboard.index.user_activity.time.monotonic", lambda: clock[0])
    indexer = BackgroundIndexer(Registry([]), 4.0)
    pause = 4.0
    pauses = [pause := indexer._next_pause(pause, quiet=True) for _ in range(8)]
    assert pauses[0] > 4.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == 24.0
    assert indexer._next_pause(pause, quiet=False) == 4.0
    indexer.activity._requested_at = clock[0] - 31.0
    assert indexer._next_pause(pause, quiet=True) == 4.0, "an open tab asks at least twice a minute"
    clock[0] += 1000.0
    assert indexer._next_pause(4.0, quiet=True) > 4.0
    slow = BackgroundIndexer(Registry([]), 300.0)
    assert slow._next_pause(300.0, quiet=True) == 300.0, "never more often than the user wants"


def test_looks_that_compute_for_long_are_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    indexer = BackgroundIndexer(Registry([]), 5.0)
    clock, pauses = [0.0], list[tuple[str, float]]()
    monkeypatch.setattr(f"{background.__name__}.time.thread_time", lambda: clock[0])

    class Slow:
        seconds = 0.0

        def scan(self) -> None:
            clock[0] += self.seconds

    look: Any = Slow()
    monkeypatch.setattr(indexer._stop, "wait", lambda seconds: pauses.append(("rest", seconds)))
    monkeypatch.setattr(
        indexer.activity, "wait_for_request", lambda left, since: pauses.append(("asked", left))
    )
    for seconds, pause in ((0.02, 5.0), (0.02, 20.0), (2.0, 5.0), (2.0, 24.0)):
        look.seconds = seconds
        indexer._scan(look)
        indexer._pause(pause)
    assert pauses == [
        *[("rest", 5.0)],  # ten times 0.02 are less than what the user wants
        *[("rest", 5.0), ("asked", 15.0)],
        *[("rest", 20.0)],  # ten times 2, whoever asks
        *[("rest", 20.0), ("asked", 4.0)],
    ]


def test_whoever_asks_ends_a_long_wait(
    logs: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "_ATTENTIVE_SECONDS", 0.0)
    monkeypatch.setattr(BackgroundIndexer, "_next_pause", lambda *_, **__: 3600.0)
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0.01)
    indexer.start()
    try:
        for _ in range(2000):
            if indexer.registry.scans:
                break
            indexer._stop.wait(0.01)
        write_rows(logs / "a.jsonl", [row(1)])
        for _ in range(2000):
            indexer.start()
            if indexer.registry.runs and indexer.registry.runs["."].samples:
                break
            indexer._stop.wait(0.01)
        assert indexer.registry.runs["."].samples == 1
    finally:
        indexer.stop()
