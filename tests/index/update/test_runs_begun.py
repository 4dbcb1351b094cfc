"""Runs of which nothing is read yet: nobody sees one that looks as if it were read."""

from __future__ import annotations

from typing import Any

import pytest
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.tables.run_tables import RunTables
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer

Seen = list[dict[str, bool]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Of each run that is listed whether something of it is to be read, whenever a table is made or rows are taken out."""
    found: Seen = []
    listed: list[Registry] = []

    def spy(where: Any, name: str) -> None:
        method = getattr(where, name)

        def spied(self: Any, *arguments: Any, **more: Any) -> Any:
            found.extend(
                {name: run.is_pending for name, run in registry.runs.items()} for registry in listed[-1:]
            )
            return method(self, *arguments, **more)

        monkeypatch.setattr(where, name, spied)

    start = BackgroundIndexer.__init__

    def started(self: BackgroundIndexer, registry: Registry, *arguments: Any, **more: Any) -> None:
        listed.append(registry)
        start(self, registry, *arguments, **more)

    monkeypatch.setattr(BackgroundIndexer, "__init__", started)
    spy(RunTables, "create")
    spy(RunIndex, "clear_problems")
    spy(RunTables, "remove_file")
    return found


def test_a_new_run_is_listed_with_its_file(test_log: TestLog, seen: Seen) -> None:
    test_log.write(row(1), file="a/a.jsonl")
    test_log.write(row(1), file="b/a.jsonl")
    test_log.open()
    assert seen == [{}, {}, {"a": True}, {"a": True}]
    seen.clear()
    test_log.open()  # with what is kept of it
    assert all(pending for runs in seen for pending in runs.values())


def test_a_rewritten_file_is_to_be_read_before_its_rows_go(test_log: TestLog, seen: Seen) -> None:
    test_log.write(row(1), row(2))
    board = test_log.open()
    test_log.write(row(3))
    seen.clear()
    board.indexer.index_now()
    assert seen == [{".": True}]
    assert [run.samples for run in board.runs().runs] == [1]


def test_a_lost_part_is_to_be_read_before_its_file_goes(test_log: TestLog, seen: Seen) -> None:
    test_log.write(row(1), row(2))
    test_log.open()
    assert test_log.cache is not None
    for part in [path for path in test_log.cache.rglob("*") if path.suffix == ".parquet"]:
        part.unlink()
    seen.clear()
    board = test_log.open()
    assert {".": True} in seen
    assert {".": False} not in seen
    assert [run.samples for run in board.runs().runs] == [2]
