"""The index in its thread, and the processes that build beside it."""

from __future__ import annotations

import gzip
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from answers import column, problems
from rollout_log import append, line, row
from waiting import wait_for

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index import registry
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder
from tensorboard_plugin_rlboard.index.parts.worker_pool import WorkerPool
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase
from tensorboard_plugin_rlboard.index.update import background, file_ranges, scheduler
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]


Write = Callable[[Path, Iterable[Any]], Path]


@pytest.fixture
def started(tmp_path: Path, write_rows: Write) -> Iterator[BackgroundIndexer]:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.02)
    indexer.start()
    yield indexer
    indexer.stop()


def test_a_thread_that_waits_for_a_file_system_that_is_gone_is_left_behind(
    tmp_path: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    hangs, answers = threading.Event(), threading.Event()

    def scan(_: Scheduler) -> None:
        hangs.set()
        answers.wait(60)

    monkeypatch.setattr(Scheduler, "scan", scan)
    monkeypatch.setattr(background, "_STOPPING_SECONDS", 0.05)
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.02)
    indexer.start()
    assert hangs.wait(60)
    indexer.stop()
    assert not indexer._thread.join(0), "TensorBoard ends without it"
    answers.set()
    assert indexer._thread.join(60)
    indexer.stop()


def test_background_thread_follows_the_log(started: BackgroundIndexer, tmp_path: Path) -> None:
    board = Board(started)
    wait_for(lambda: "." in started.registry.runs and started.registry.runs["."].samples == 1)
    revision = board.revision
    append(tmp_path / "a.jsonl", line(2))
    wait_for(lambda: started.registry.runs["."].samples == 2)
    assert board.revision > revision
    started.start()
    assert sum(thread.name == "rlboard-index" for thread in threading.enumerate()) >= 1


def test_questions_may_be_asked_while_the_log_is_indexed(started: BackgroundIndexer, tmp_path: Path) -> None:
    board = Board(started)
    wait_for(lambda: "." in started.registry.runs and started.registry.runs["."].samples == 1)
    failures: list[Exception] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                board.steps(StepsQuestion(Selection(".")))
                found = board.samples(SamplesQuestion(Selection(".", search="a"), TextRules(), limit=500))
                board.sample(SampleQuestion(".", str(found.columns["id"][0]), TextRules()))
                board.distribution(DistributionQuestion(Selection("."), "reward"))
                board.runs()
            except Exception as error:  # noqa: BLE001 (any is a failure)
                failures.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for step in range(2, 12):
            append(tmp_path / "a.jsonl", line(step, "a", **{f"late_{step}": 1.0}))
            wait_for(lambda step=step: started.registry.runs["."].samples >= step)  # type: ignore[misc]  # mypy infers no default of a lambda
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []


def test_query_database_opens_no_other_file(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    write_rows(tmp_path / "a.jsonl", [row(1)])
    board = open_board(tmp_path)
    cursor = board.registry.cursor()
    for sql in (
        "SELECT * FROM read_text('/etc/passwd')",
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_json('{tmp_path}/a.jsonl')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access=true",
        "SET allowed_directories=['/']",
    ):
        with pytest.raises(duckdb.Error):
            cursor.execute(sql).fetchall()
    assert not (tmp_path / "out.csv").exists()


def test_nothing_is_left_behind(tmp_path: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "QueryDatabase", QueryDatabase)
    write_rows(tmp_path / "a.jsonl", [row(1)])
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
    indexer.index_now()
    folder = indexer.registry.database.folder
    assert folder.exists()
    indexer.stop()
    assert not folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def packed_as(path: Path, packing: str) -> Path:
    """The same rows in a packed file, in place of the plain one; empty for none."""
    if packing == "gz":
        packed = path.with_name(f"{path.name}.gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
    elif packing == "json":
        packed = path.with_suffix(".json")
        packed.write_text(f"[{','.join(path.read_text().splitlines())}]")
    else:
        return path
    path.unlink()
    os.utime(
        packed, (1e9, 1e9)
    )  # a file that has just been written is unpacked once more, once it is two seconds old
    return packed


@pytest.mark.parametrize("packing", ["", "gz", "json"])
def test_ranges_built_by_processes_beside_are_the_same(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch, packing: str
) -> None:
    rows: list[Any] = [row(step, f"r{step}", acc=step / 2) for step in range(1, 200)]
    rows[150]["late"] = 3.0
    if packing != "json":
        rows[77] = "{torn"
    path = packed_as(write_rows(tmp_path / "a.jsonl", rows), packing)
    write_rows(tmp_path / "b.jsonl", [row(step, "b") for step in range(1, 200)])
    alone = open_board(tmp_path)
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 500)
    monkeypatch.setattr(range_plan, "RANGE", 3000)
    monkeypatch.setattr(scheduler, "WORKERS_FROM", 1)
    taken: list[RangeOrder] = []
    real = WorkerPool.take_result

    def counting(ahead: WorkerPool, ticket: int) -> Any:
        found = real(ahead, ticket)
        if found is not None and found.built is not None:
            taken.append(found.order)
        return found

    monkeypatch.setattr(WorkerPool, "take_result", counting)
    beside = open_board(tmp_path)
    assert str(path) in {order.path for order in taken}
    for name in ("step", "response", "acc", "late", "line"):
        assert column(beside, name) == column(alone, name)
    assert problems(beside) == problems(alone)


def test_what_was_unpacked_may_be_gone_before_a_process_reads_it(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed_as(write_rows(tmp_path / "a.jsonl", [row(step) for step in range(1, 100)]), "gz")
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 500)
    monkeypatch.setattr(range_plan, "RANGE", 3000)
    monkeypatch.setattr(scheduler, "WORKERS_FROM", 1)
    monkeypatch.setattr(file_ranges, "unpacked_path", lambda path: f"{path}.gone")
    assert column(open_board(tmp_path), "step") == list(range(1, 100))


def test_process_that_dies_costs_nothing_but_time(
    tmp_path: Path,
    open_board: Open,
    write_rows: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(step, f"r{step}") for step in range(1, 100)])
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 500)
    monkeypatch.setattr(range_plan, "RANGE", 3000)
    monkeypatch.setattr(scheduler, "WORKERS_FROM", 1)
    real = WorkerPool._send

    def killing(ahead: WorkerPool, worker: Any, ticket: int, order: RangeOrder) -> None:
        real(ahead, worker, ticket, order)
        worker.process.kill()

    monkeypatch.setattr(WorkerPool, "_send", killing)
    with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
        board = open_board(tmp_path)
    assert column(board, "step") == list(range(1, 100))


def test_processes_end_when_nothing_is_left_to_index(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 500)
    monkeypatch.setattr(range_plan, "RANGE", 3000)
    monkeypatch.setattr(scheduler, "WORKERS_FROM", 1)
    started: list[Any] = []
    real = WorkerPool._send

    def noting(ahead: WorkerPool, worker: Any, ticket: int, order: RangeOrder) -> None:
        started.append(worker.process)
        real(ahead, worker, ticket, order)

    monkeypatch.setattr(WorkerPool, "_send", noting)
    write_rows(tmp_path / "a.jsonl", [row(step, f"r{step}") for step in range(1, 100)])
    open_board(tmp_path)
    assert started
    assert all(process.poll() is not None for process in started)


def test_mistakes_in_settings_are_said_once_in_the_terminal(
    tmp_path: Path, write_rows: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write_rows(tmp_path / "a" / "r.jsonl", [row(1)])
    (tmp_path / "a" / "rlboard.toml").write_text("[maping]", encoding="utf-8")
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0.01)
    indexer.start()
    try:
        wait_for(lambda: indexer.registry.scans >= 4)
    finally:
        indexer.stop()
    said = [record for record in caplog.records if record.name == "tensorboard"]
    assert [record.getMessage() for record in said] == [
        "RL Board: a/rlboard.toml: there is no section [maping] (did you mean [mapping]?)."
    ]
