"""A process that unpacks is killed: another one begins anew, and nothing counts as read before its rows are there."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from archives import spooled
from rollout_log import line, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.compressed import unpack_cache
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.compressed.unpack_jobs import UnpackJobs
from tensorboard_plugin_rlboard.sources.compressed.unpack_process import UnpackProcess
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots


@pytest.fixture(autouse=True)
def everything_takes_long(monkeypatch: pytest.MonkeyPatch, fresh_spool: UnpackCache) -> None:
    del fresh_spool
    monkeypatch.setattr(unpack_cache, "INLINE_SECONDS", -1.0)
    monkeypatch.setattr(unpack_cache, "INLINE_BYTES", 0)


def write_parquet(path: Path, rows: int, reward: float = 0.5) -> None:
    """A table of samples, one a step; it is put into its place whole, as writers do, and was written long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(".new")
    duckdb.execute(
        f"COPY (SELECT i AS step, 'p' AS prompt, 'r' AS response, {reward} AS reward FROM range({rows}) t(i)) "
        f"TO '{new}' (FORMAT parquet)"
    )
    os.utime(new, (rows, rows))
    new.replace(path)


@contextmanager
def board_of(logs: Path) -> Iterator[Board]:
    """A board whose indexer looks when it is told to."""
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    try:
        yield Board(indexer)
    finally:
        indexer.stop()


def killed(monkeypatch: pytest.MonkeyPatch, deaths: int) -> list[int]:
    """Has the next processes killed before they have said a word; returns a list that each adds its number to.

    Those have nothing to do but to wait, so that none is done before it is killed.
    """
    real, started = UnpackProcess._started, list[int]()

    def starting(self: UnpackProcess) -> subprocess.Popen[bytes]:
        started.append(len(started) + 1)
        if len(started) > deaths:
            return real(self)
        command = self._command
        self._command = [sys.executable, "-c", "input()"]
        try:
            process = real(self)
        finally:
            self._command = command
        process.kill()
        return process

    monkeypatch.setattr(UnpackProcess, "_started", starting)
    return started


def while_unpacking(monkeypatch: pytest.MonkeyPatch, see: Callable[[], None]) -> None:
    """Calls something whenever the indexing thread waits for a process that unpacks."""
    real = UnpackJobs.wait

    def waiting(self: UnpackJobs, seconds: float) -> None:
        see()
        real(self, seconds)

    monkeypatch.setattr(UnpackJobs, "wait", waiting)


@pytest.mark.parametrize("deaths", [1, 2])
def test_until_its_rows_are_there_a_run_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    write_parquet(tmp_path / "a" / "x.parquet", 50)
    started = killed(monkeypatch, deaths)
    with board_of(tmp_path) as board:
        seen: list[tuple[str, str]] = []
        while_unpacking(
            monkeypatch, lambda: seen.extend((one.state, one.message) for one in board.runs().runs)
        )
        board.indexer.index_now()
        assert set(seen) == {("indexing", "")}
        assert [(one.state, one.samples, one.message) for one in board.runs().runs] == [("ready", 50, "")]
    assert len(started) == deaths + 1


def test_what_kills_three_is_said_and_tried_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parquet(tmp_path / "a" / "x.parquet", 50)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.jsonl").write_bytes(line(1))
    started = killed(monkeypatch, 3)
    with board_of(tmp_path) as board:
        board.indexer.index_now()
        first, neighbour = board.runs().runs
        assert (first.state, first.samples, neighbour.samples) == ("ready", 0, 1)
        why = f"the process that unpacks it ended ({-signal.SIGKILL}) in 3 attempts; it may need more memory than there is"
        assert first.message == f"a/x.parquet cannot be read: {why}."
        assert started == [1, 2, 3]
        board.indexer.index_now()
        assert [(one.samples, one.message) for one in board.runs().runs] == [(50, ""), (1, "")]
    assert started == [1, 2, 3, 4]


def test_no_process_is_said_and_tried_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parquet(tmp_path / "a" / "x.parquet", 50)

    def refused(_: UnpackProcess) -> subprocess.Popen[bytes]:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with board_of(tmp_path) as board:
        with monkeypatch.context() as patch:
            patch.setattr(UnpackProcess, "_started", refused)
            board.indexer.index_now()
            assert (
                board.runs().runs[0].message
                == "a/x.parquet cannot be read: Resource temporarily unavailable."
            )
        board.indexer.index_now()
        assert (board.runs().runs[0].samples, board.runs().runs[0].message) == (50, "")


def test_a_changed_table_is_behind_until_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parquet(tmp_path / "a" / "x.parquet", 50)
    with board_of(tmp_path) as board:
        board.indexer.index_now()
        write_parquet(tmp_path / "a" / "x.parquet", 70, 0.25)
        started = killed(monkeypatch, 1)
        seen: list[tuple[str, int]] = []
        while_unpacking(
            monkeypatch, lambda: seen.extend((one.state, one.samples) for one in board.runs().runs)
        )
        board.indexer.index_now()
        assert set(seen) == {("indexing", 50)}  # the old rows stay
        assert [(one.state, one.samples) for one in board.runs().runs] == [("ready", 70)]
    assert started == [1, 2]


def test_the_folder_is_looked_at_until_it_is_known_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    rows = [row(step) for step in range(40)]
    path = tmp_path / "a" / "x.json.gz"
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    os.utime(path, (1, 1))
    started = killed(monkeypatch, 2)
    with board_of(tmp_path) as board:
        assert board.runs().state == "looking"
        seen: list[tuple[str, int]] = []
        while_unpacking(monkeypatch, lambda: seen.append((board.runs().state, len(board.runs().runs))))
        board.indexer.index_now()
        assert seen
        assert set(seen) <= {("looking", 0), ("ready", 1)}
        assert seen[0] == ("looking", 0)
        assert [(one.state, one.samples) for one in board.runs().runs] == [("ready", 40)]
        assert board.runs().state == "ready"
    assert started == [1, 2, 3]


def test_what_is_stopped_does_not_begin_anew(tmp_path: Path, fresh_spool: UnpackCache) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(line(1) * 1000))
    assert not fresh_spool.is_current(str(path), (1, 2, 3, 4), settled=True)
    job = fresh_spool.jobs.take(str(path))
    assert job is not None
    job.stop()
    deadline = time.monotonic() + 60
    while not job.is_done:
        assert time.monotonic() < deadline
    assert job._tries == 1


def test_what_kills_each_of_them_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_spool: UnpackCache
) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(line(1) * 1000))
    killed(monkeypatch, 3)
    assert not fresh_spool.is_current(str(path), (1, 2, 3, 4), settled=True)
    with pytest.raises(OSError, match=r"the process that unpacks it ended \(-9\) in 3 attempts"):
        fresh_spool.update(str(path), (1, 2, 3, 4), settled=True)
    assert spooled(fresh_spool) == []
