"""Who stands behind whom: whoever holds the interpreter's lock is behind nobody, the database's own threads are."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priorities")


def nice(thread: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, thread)


def native_threads() -> set[int]:
    return {int(path.name) for path in Path("/proc/self/task").iterdir()}


def test_threads_of_the_database_stand_behind() -> None:
    before = native_threads()
    database = QueryDatabase(memory=100)
    try:
        cores = database.cursor().execute("SELECT current_setting('threads')").fetchall()[0][0]
        started = native_threads() - before
        assert len(started) >= cores - 1  # it computes with the thread that asks as well
        assert {nice(thread) - nice(threading.get_native_id()) for thread in started} <= {5}
    finally:
        database.close()


def test_the_thread_that_indexes_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    indexer, found = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.0), list[int]()
    monkeypatch.setattr(indexer, "index_now", lambda: found.append(nice(threading.get_native_id())))
    indexer.start()
    indexer.wait(60)
    indexer.stop()
    assert found == [nice(threading.get_native_id())]
