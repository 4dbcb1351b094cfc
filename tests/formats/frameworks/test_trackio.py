"""Trackio: its database and its Parquet export, from the table of traces to samples."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from answers import column, ignored
from listed_samples import RULES
from logged import only
from packing import write_parquet
from rollout_log import TestLog
from trackio_stores import trace, write_store

from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.frameworks.trackio import TRACKIO
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.sources.containers.base import DamagedFileError
from tensorboard_plugin_rlboard.sources.containers.sqlite_tables import SQLITE
from tensorboard_plugin_rlboard.sources.reader import preview

ROWS = [
    trace(2, 0, "seven", reward=1.0, advantage=0.5, group_id=4, model_version=1, tools={"calls": 2}),
    trace(2, 1, "six", **{"reward": 0.0, "advantage": -0.5, "group_id": 4, "rewards/right": 0.0}),
    trace(3, 0, "eight", reward=0.25, group_id=4),
]


def test_a_row_of_the_table() -> None:
    assert recognise(ROWS[0]) is TRACKIO
    row = only(TRACKIO, ROWS[0])
    assert (row["prompt"], row["response"], row["step"]) == ("3+4?", "seven", 2)
    assert (row["reward"], row["advantage"], row["policy_version"]) == (1.0, 0.5, 1)
    assert (row["group_id"], row["run_name"], row["key"]) == ("2:4", "grpo", "rollouts")
    assert row["metadata"] == {"tools": {"calls": 2}}
    assert only(TRACKIO, ROWS[1])["rewards/right"] == 0.0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"messages": "[{"}, "messages of the trace is no JSON"),
        ({"messages": '[{"a": 1}]'}, "no list of messages"),
        ({"messages": '[{"role": "user", "content": "?"}]'}, "no message of the assistant"),
        ({"metadata": "{"}, "metadata of the trace is no JSON"),
    ],
)
def test_what_is_no_trace_is_said(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        only(TRACKIO, ROWS[0] | changes)


def test_database_and_export_hold_the_same_samples(test_log: TestLog) -> None:
    write_store(test_log.path("db/mine.db"), *ROWS)
    texts = ", ".join(
        "({})".format(
            ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in row.values())
        )
        for row in ({**row, "space_id": ""} for row in ROWS)
    )
    query = f"SELECT * FROM (VALUES {texts}) t({', '.join(ROWS[0])})"
    write_parquet(test_log.path("parquet/mine_traces.parquet"), query)
    board = test_log.open()
    for run in ("db", "parquet"):
        found: list[tuple[object, object]] = []
        for step in (2, 3):
            question = SamplesQuestion(Selection(run, step=step), RULES, columns=("response", "reward"))
            table = board.samples(question).columns
            found += zip(table["response"], table["reward"], strict=True)
        assert sorted(found) == [("eight", 0.25), ("seven", 1.0), ("six", 0.0)]


def test_a_store_without_such_a_table_costs_a_look(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE metrics (a)")
    connection.close()
    assert not preview(str(path)).may_hold_rollouts
    (tmp_path / "text.db").write_text("traces " * 100)
    assert not preview(str(tmp_path / "text.db")).may_hold_rollouts
    assert preview(str(write_store(tmp_path / "named.anything", *ROWS))).may_hold_rollouts


@pytest.mark.parametrize(
    "table",
    [
        "CREATE VIEW traces AS SELECT 1 AS id, 'x' AS messages",
        "CREATE TABLE other (traces TEXT)",
    ],
)
def test_only_a_plain_table_is_read(tmp_path: Path, table: str) -> None:
    path = write_store(tmp_path / "x.db", table=table)
    with pytest.raises(DamagedFileError, match="no table traces"):
        list(SQLITE.read_rows(path))


def test_a_table_that_computes_is_refused(tmp_path: Path) -> None:
    computed = "CREATE TABLE traces (id TEXT, x BLOB GENERATED ALWAYS AS (zeroblob(1000000000)))"
    path = write_store(tmp_path / "x.db", table=computed)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO traces (id) VALUES ('a')")
    connection.close()
    with pytest.raises(DamagedFileError, match="cannot be read"):
        list(SQLITE.read_rows(path))


def test_a_torn_database_says_so(tmp_path: Path) -> None:
    path = write_store(tmp_path / "x.db", *(trace(1, i, "long " * 400) for i in range(200)))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DamagedFileError, match="cannot be read behind row"):
        list(SQLITE.read_rows(path))


def test_nothing_is_written_beside_it(tmp_path: Path) -> None:
    path = write_store(tmp_path / "x.db", *ROWS)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    before = path.read_bytes()
    assert len(list(SQLITE.read_rows(path))) == 3
    assert [one.name for one in tmp_path.iterdir()] == ["x.db"]
    assert path.read_bytes() == before


def test_rows_in_the_write_ahead_log_are_read_from_a_copy(test_log: TestLog) -> None:
    path = write_store(test_log.path("x.db"), trace(1, 0, "old", reward=1.0))
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    board = test_log.open()
    for step in (2, 3):
        row = trace(step, 0, f"new{step}", reward=0.0)
        writer.execute(f"INSERT INTO traces VALUES ({', '.join('?' * len(row))})", list(row.values()))
        writer.commit()
        before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
        board.indexer.index_now()
        assert column(board, "response") == ["old", *(f"new{at}" for at in range(2, step + 1))]
        assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before
    assert "x.db-wal" in before
    writer.close()
    board.indexer.index_now()
    assert column(board, "response") == ["old", "new2", "new3"]


def test_a_table_behind_the_pages_of_others_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        for number in range(400):
            connection.execute(f"CREATE TABLE other{number} (a TEXT, b TEXT, c TEXT, PRIMARY KEY (a, b))")
    connection.close()
    write_store(path, trace(1, 0, "4"))
    assert path.read_bytes().find(b"traces") > 64 * 1024
    assert preview(str(path)).may_hold_rollouts


def test_session_files_are_told_what_they_are(test_log: TestLog) -> None:
    session = {
        "type": "session",
        "version": 3,
        "id": "r1:l1:rollouts:0",
        "harness": "trackio",
        "trackio": {"step": 1},
    }
    message = {
        "type": "message",
        "id": "a",
        "message": {"role": "user", "content": [{"type": "text", "text": "2+3?"}]},
    }
    test_log.write(session, message, file="traces/sums/grpo/r1-l1-rollouts-0.jsonl")
    ((_, reason),) = ignored(test_log.open())
    assert reason.startswith(
        "It is a session file of Trackio: the traces of all of them are read from its database"
    )
