"""A log whose curves and prompts `rlboard index` gathers, and what TensorBoard shows of them at once."""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from read_visits import steps_read_from_now_on
from rollout_log import TestLog, append, row

from tensorboard_plugin_rlboard.api import Prompts
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster import command
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

STEPS, NEWEST = 40, 8


def rows(first: int, last: int) -> list[dict[str, Any]]:
    """Four samples for each of these steps, of nine prompts."""
    return [
        row(step, f"r{i} " + "x" * 100, prompt=f"p{(step + i) % 9}", reward=float(step * i % 5 == 0))
        for step in range(first, last + 1)
        for i in range(4)
    ]


def write_two_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs, of which one has so many ranges that processes share them; the file of that one."""
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 8000)
    written = TestLog(folder)
    written.write(*rows(1, 3), file="short/a.jsonl")
    return written.write(*rows(1, STEPS), file="run/a.jsonl")


def first_page(logs: Path, cache: Path | None, name: str = "run") -> Prompts:
    """The first page of a run's prompts in a new TensorBoard."""
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), ""), cache), 0)
    board = Board(indexer)
    indexer.index_now()
    try:
        return board.prompts.prompts(PromptsQuestion(Selection(name)))
    finally:
        indexer.stop()


def without_index(logs: Path, tmp_path: Path) -> Prompts:
    """The same of a copy of the logs that has nothing beside them."""
    copy = shutil.copytree(logs, tmp_path / "copy", ignore=shutil.ignore_patterns(".rlboard"))
    return first_page(copy, None)


def assert_it_is_there_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *engine: str, beside: bool
) -> None:
    """Indexes a log with this engine, kept in a cache or beside the log: TensorBoard then reads only the newest steps.

    Args:
        tmp_path: An empty folder.
        monkeypatch: Of the test.
        engine: Options of the command; without any the command does everything itself.
        beside: Whether the index lies beside the log.
    """
    log = write_two_runs(tmp_path / "logs", monkeypatch)
    read = steps_read_from_now_on(monkeypatch)
    monkeypatch.setattr(command, "INLINE_BYTES", 0 if engine else 1 << 30)
    logs, cache = log.parent.parent, None if beside else tmp_path / "cache"
    place = ["--beside"] if cache is None else ["--cache-dir", str(cache)]
    expected = first_page(logs, None)
    assert main(["index", str(logs), *place, *engine]) == 0
    read.clear()
    assert first_page(logs, cache) == expected
    assert [*chain(*read)] == list(range(STEPS - NEWEST + 1, STEPS + 1)), (
        "only those that a training may add to"
    )
    append(log, *rows(STEPS + 1, STEPS + 3))
    read.clear()
    page = first_page(logs, cache)
    assert [*chain(*read)] == list(range(STEPS - NEWEST + 1, STEPS + 4))
    assert page == without_index(logs, tmp_path)
