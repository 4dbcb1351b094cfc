from __future__ import annotations

import logging

import pytest

from tensorboard_plugin_rlboard.index import memory_budget
from tensorboard_plugin_rlboard.index.memory_budget import (
    DEFAULT_LIMIT_MB,
    parse_limit,
    set_writing_limit,
    share_memory,
    writing_limit,
)
from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase, checkpoint_if_large


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("", DEFAULT_LIMIT_MB),
        (" 700 ", 700),
        ("512MB", 512),
        ("2GB", 2048),
        ("1.5 gib", 1536),
        ("300mib", 300),
        ("1G", 1024),
    ],
)
def test_limit_is_read_in_megabytes(text: str, amount: int, caplog: pytest.LogCaptureFixture) -> None:
    assert parse_limit(text) == amount
    assert not caplog.records


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("much", DEFAULT_LIMIT_MB),
        ("-5", DEFAULT_LIMIT_MB),
        ("512XB", DEFAULT_LIMIT_MB),
        ("512IB", DEFAULT_LIMIT_MB),
        ("nan", DEFAULT_LIMIT_MB),
        ("1e3", DEFAULT_LIMIT_MB),
        ("7", 128),
        ("0", 128),
    ],
)
def test_bad_limit_is_one_line_in_the_log(text: str, amount: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert parse_limit(text) == amount
    assert len(caplog.records) == 1
    assert text in caplog.text


def test_a_limit_beyond_all_machines_is_no_error() -> None:
    assert parse_limit("9" * 400 + "GB") == 1 << 30


@pytest.mark.parametrize("limit", [128, 512, 2048, 100_000])
@pytest.mark.parametrize("cores", [1, 2, 64])
def test_shares_add_up(limit: int, cores: int) -> None:
    found = share_memory(limit, cores)
    assert found.query_mb + found.writing_mb + found.worker_mb * found.n_workers <= limit
    assert 1 <= found.n_workers <= min(4, cores)
    assert min(found.query_mb, found.writing_mb, found.worker_mb) >= 32


def test_processes_follow_the_limit() -> None:
    assert share_memory(512, 8).n_workers == 2
    assert share_memory(128, 8).n_workers == 1
    assert share_memory(2048, 8).n_workers == 4


def test_database_takes_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    database = QueryDatabase(memory=100)
    found = database.cursor().execute("SELECT current_setting('memory_limit')").fetchall()
    database.close()
    assert found == [("95.3 MiB",)]
    monkeypatch.setattr(memory_budget, "_limits", [])
    assert writing_limit() == "128MB"
    set_writing_limit(77)
    assert writing_limit() == "77MB"


def test_small_runs_with_many_columns_do_not_fill_the_memory() -> None:
    held = "SELECT coalesce(sum(memory_usage_bytes), 0) FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'"
    columns = ", ".join(f"{number}.5 AS c{number}" for number in range(100))
    most, after = 0, []
    database = QueryDatabase(memory=16)
    try:
        cursor = database.cursor()
        for number in range(40):
            cursor.execute(f"CREATE TABLE run_{number} AS SELECT {columns}")
            most = max(most, int(cursor.execute(held).fetchall()[0][0]))
            checkpoint_if_large(cursor)
            after.append(int(cursor.execute(held).fetchall()[0][0]))
        assert cursor.execute("SELECT c99 FROM run_0").fetchall() == [(99.5,)]
    finally:
        database.close()
    assert max(after) <= 4_000_000  # a quarter of what the database may have
    assert most > 4_000_000


def test_nothing_is_written_into_a_file_that_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    database = QueryDatabase(memory=100)
    file, remove = database.folder / "index.duckdb", database._owned.cleanup
    sizes: list[int] = []

    def measure() -> None:
        sizes.append(file.stat().st_size)

    cursor = database.cursor()
    cursor.execute("CREATE TABLE t AS SELECT range AS i FROM range(1000)")
    cursor.close()
    measure()
    monkeypatch.setattr(database._owned, "cleanup", measure)
    database.close()
    remove()
    assert sizes[1] == sizes[0]
    assert not file.exists()
