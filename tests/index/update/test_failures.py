"""What keeps the thread from indexing at all is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from rollout_log import row
from waiting import wait_for

from tensorboard_plugin_rlboard.index import memory_budget
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Write = Callable[[Path, Iterable[Any]], Path]


def test_an_error_without_a_word_is_given_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starving(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Scheduler, "survey", starving)
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.01)
    indexer.start()
    try:
        wait_for(lambda: indexer.registry.failure != "")
    finally:
        indexer.stop()
    assert "no memory left" in indexer.registry.failure
    assert "--rlboard_memory_limit" in indexer.registry.failure


def test_few_addresses_are_said_and_nothing_is_indexed(
    tmp_path: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    assert memory_budget.few_addresses() == ""
    monkeypatch.setattr(memory_budget, "most_addresses", lambda: 1_600_000_000)
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.01)
    indexer.start()
    try:
        wait_for(lambda: indexer.registry.failure != "")
        assert indexer.has_files(1)
    finally:
        indexer.stop()
    assert "1.6 GB of addresses (ulimit -v), and RL Board needs 2.0 GB" in indexer.registry.failure
    assert indexer.registry.runs == {}
