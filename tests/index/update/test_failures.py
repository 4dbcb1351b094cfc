"""What keeps the thread from indexing at all is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from rollout_log import row
from waiting import wait_for

from tensorboard_plugin_rlboard.index import memory_budget
from tensorboard_plugin_rlboard.index.detect import recognition
from tensorboard_plugin_rlboard.index.detect.sniff import sniff_rows
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Write = Callable[[Path, Iterable[Any]], Path]


def test_an_error_without_a_word_is_given_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starving(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Scheduler, "scan", starving)
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
    assert memory_budget.address_space_warning() == ""
    monkeypatch.setattr(memory_budget, "address_space_limit", lambda: 1_600_000_000)
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.01)
    indexer.start()
    try:
        wait_for(lambda: indexer.registry.failure != "")
        assert indexer.has_files(1)
    finally:
        indexer.stop()
    assert "1.6 GB of addresses (ulimit -v), and RL Board needs 2.0 GB" in indexer.registry.failure
    assert indexer.registry.runs == {}


def test_a_file_that_our_own_code_fails_on_keeps_no_other_from_being_read(
    tmp_path: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a" / "strange.jsonl", [row(1)])
    write_rows(tmp_path / "b" / "plain.jsonl", [row(1)])

    def failing(path: str, mapped: Any) -> Any:
        if path.endswith("strange.jsonl"):
            raise KeyError("x")
        return sniff_rows(path, mapped)

    monkeypatch.setattr(recognition, "sniff_rows", failing)
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.01)
    indexer.index_now()
    indexer.stop()
    assert (indexer.registry.failure, list(indexer.registry.runs)) == ("", ["b"])
    assert "failed to find out what it is (KeyError)" in indexer.registry.ignored["a/strange.jsonl"]
