"""Containers read through the cache of unpacked files, local and behind addresses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packing import write_parquet
from repository import SAMPLES
from unpacked_rows import rows_of

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.containers import parquet, row_stream
from tensorboard_plugin_rlboard.sources.containers.json_lines import row_to_line
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.file_changes import (
    Change,
    FileState,
    compare,
    with_range_read,
    with_unpacked_size,
)
from tensorboard_plugin_rlboard.sources.fingerprints import fingerprint_of_bytes
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind
from tensorboard_plugin_rlboard.sources.kinds.names import may_be_remote_log_name
from tensorboard_plugin_rlboard.sources.remote import objects


def source(path: Path) -> SourceFile:
    facts = path.stat()
    return SourceFile(
        str(path), "r", f"r/{path.name}", facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_dev
    )


def read_all(path: Path) -> FileState:
    """The state of a file whose lines have all been read."""
    seen = compare(None, source(path), time.time_ns())
    assert seen.state is not None
    state = with_unpacked_size(seen.state, str(path))
    with reader.open_file(str(path)) as file:
        return with_range_read(state, fingerprint_of_bytes(file.read(), 0))


def test_a_container_is_packed_and_its_offsets_are_those_of_its_lines() -> None:
    path = str(SAMPLES / "trl/plain/completions/completions_00001.parquet")
    assert reader.is_packed(path)
    assert reader.is_container(path)
    assert not reader.is_packed("a.jsonl")
    assert not reader.is_container("a.jsonl.gz")
    with reader.open_forward(path) as file:
        whole_file = file.read()
    lines = whole_file.splitlines(keepends=True)
    at = len(lines[0])
    assert reader.read_range(path, at, len(lines[1])) == lines[1]
    facts = Path(path).stat()
    assert reader.unpacked_size(path, (facts.st_size, facts.st_mtime_ns), settled=True) == len(whole_file)
    assert reader.damage_in(path) == ""


def test_what_was_read_for_its_first_row_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "1.pt"
    shutil.copy(SAMPLES / "slime" / "rollout_data" / "1.pt", path)
    os.utime(path, (time.time() - 100, time.time() - 100))
    with reader.open_forward(str(path)) as file:
        rows = file.read().splitlines()
    read: list[Any] = []

    def counted(*arguments: Any, **_: Any) -> Iterator[bytes]:
        read.append(arguments)
        return iter(())

    monkeypatch.setattr(row_stream, "line_blocks", counted)
    state = read_all(path)
    assert (len(rows), state.size > 1000, read) == (12, True, [])
    os.utime(path)
    read_all(path)
    assert len(read) == 1


@pytest.mark.parametrize(
    ("name", "looked_into"),
    [
        ("a.jsonl", True),
        ("completions_00001.parquet", True),
        ("3.pt", True),
        ("eval_3.pt", True),
        ("rollout_data_12.pt", True),
        ("model.pt", False),
        ("optimizer.pt", False),
        ("episode_hash1_id2.json", True),
        ("my_rollouts.json", True),
        ("config.json", False),
        ("tokenizer.json", False),
        ("trajectory_log_17.csv", True),
        ("metrics.csv", False),
        (".hidden.parquet", False),
    ],
)
def test_behind_an_address_only_names_that_trainers_give_are_looked_into(
    name: str, looked_into: bool
) -> None:
    assert may_be_remote_log_name(name) is looked_into


def test_a_rewritten_container_is_unpacked_anew(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", "SELECT 'first' AS said FROM range(12)")
    before = read_all(path)
    assert compare(before, source(path), time.time_ns()).change is Change.UNCHANGED
    write_parquet(path, "SELECT 'other' AS said FROM range(8)")
    after = compare(before, source(path), time.time_ns())
    assert after.change is Change.REWRITTEN
    assert [row["said"] for row in rows_of(path)] == ["other"] * 8


def test_a_table_that_has_grown_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"prompt,response,reward\na,b,1\n")
    before = read_all(path)
    with path.open("ab") as file:
        file.write(b"c,d,0\n")
    after = compare(before, source(path), time.time_ns())
    assert after.change is Change.APPENDED
    assert after.state is not None
    assert (
        reader.read_range(str(path), after.state.read_to, 1000)
        == b'{"prompt": "c", "response": "d", "reward": 0}\n'
    )


@pytest.mark.parametrize("size", [0, 100, 3000])
def test_a_container_caught_half_written_keeps_what_was_read(tmp_path: Path, size: int) -> None:
    real = (SAMPLES / "trl/plain/completions/completions_00001.parquet").read_bytes()
    path = tmp_path / "completions_00001.parquet"
    path.write_bytes(real)
    before = read_all(path)
    with reader.open_file(str(path)) as file:
        lines = file.read()
    path.write_bytes(real[:size])
    seen = compare(before, source(path), time.time_ns())
    assert seen.change is Change.UNREADABLE
    assert "still being written" in seen.reason
    with reader.open_file(str(path)) as file:
        assert file.read() == lines
    path.write_bytes(real)
    assert compare(before, source(path), time.time_ns()).change is Change.UNCHANGED


def test_the_spool_has_room_for_a_part_only(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", "SELECT repeat('x', 10000) AS said FROM range(100)")
    spool = UnpackCache(reader._open_stored, file_kind, budget=300_000)
    with spool.open(str(path)) as file:
        lines = file.read().splitlines()
    assert 0 < len(lines) < 100
    assert all(json.loads(line) for line in lines)
    assert "all that the temporary folder may hold" in spool.damage(str(path))
    spool.clear()


def test_what_lies_behind_an_address_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = SAMPLES / "trl/plain/completions/completions_00001.parquet"
    monkeypatch.setattr(objects, "open_object", lambda _: path.open("rb"))
    url = "s3://bucket/completions/completions_00001.parquet"
    with reader.open_forward(url) as file:
        found = file.read()
    with reader.open_forward(str(path)) as file:
        assert file.read() == found
    spool = UnpackCache(reader._open_stored, file_kind)
    with spool.open(url) as file:
        assert file.read() == found
    spool.clear()


def test_what_is_too_large_to_be_fetched_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    path = SAMPLES / "trl/plain/completions/completions_00001.parquet"
    monkeypatch.setattr(objects, "open_object", lambda _: path.open("rb"))
    monkeypatch.setattr(row_stream, "_MAX_FETCHED", 1000)
    with pytest.raises(OSError, match="too large to be fetched"):
        reader.open_forward("s3://bucket/completions_00001.parquet")


def test_a_fetched_file_is_whole_over_several_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = SAMPLES / "trl/plain/completions/completions_00001.parquet"
    monkeypatch.setattr(objects, "open_object", lambda _: path.open("rb"))
    size = path.stat().st_size
    for block in (size // 2, size // 3 + 1, size, size + 1):
        monkeypatch.setattr(row_stream, "_FETCH_BYTES", block)
        with row_stream._local_copy("s3://bucket/a.parquet", reader._open_stored, is_copied=False) as fetched:
            assert fetched.read_bytes() == path.read_bytes()


def test_reading_the_start_of_a_container_reads_no_more(tmp_path: Path) -> None:
    path = write_parquet(
        tmp_path / "a.parquet", "SELECT range AS i FROM range(200000)", ", ROW_GROUP_SIZE 2048"
    )
    began = time.monotonic()
    with reader.open_forward(str(path)) as file:
        assert json.loads(file.readline()) == {"i": 0}
    assert time.monotonic() - began < 5


def test_no_temporary_file_stays_and_databases_are_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(parquet, "_idle_readers", {})
    (tmp_path / "temporary").mkdir()
    path = write_parquet(tmp_path / "a.parquet", "SELECT range AS i FROM range(100000)")
    with reader.open_forward(str(path)) as file:
        file.readline()
    rows_of(path)
    first, second = (
        reader.open_forward(str(path)),
        reader.open_forward(str(path)),
    )  # two at a time, each with its own
    assert first.readline() == second.readline() == b'{"i": 0}\n'
    assert len(first.read().splitlines()) == len(second.read().splitlines()) == 99_999
    first.close()
    second.close()
    assert [len(readers) for readers in parquet._idle_readers.values()] == [2]
    assert len(list((tmp_path / "temporary").iterdir())) == 2
    assert list((tmp_path / "temporary").glob("*/*.parquet")) == []
    parquet._idle_readers.clear()


def test_where_there_are_no_links_a_file_is_copied_and_never_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_parquet(tmp_path / "a.parquet", "SELECT 1 AS i")
    second = write_parquet(tmp_path / "b.parquet", "SELECT 2 AS i FROM range(9)")
    before = first.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(PermissionError()))
        assert rows_of(first) == [{"i": 1}]  # its link stays behind

    def refused(*_: object) -> None:
        raise OSError(1314, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    assert len(rows_of(second)) == 9
    assert first.read_bytes() == before
    parquet._idle_readers.clear()


def test_a_process_that_was_forked_opens_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    process = os.getpid()
    with parquet._reader() as before:
        pass
    monkeypatch.setattr(os, "getpid", lambda: process + 1)
    with parquet._reader() as after:
        assert after is not before
    assert parquet._idle_readers[process][-1] is before
    parquet._idle_readers.pop(process + 1)


def test_lines_that_json_cannot_have_are_damage() -> None:
    ring: dict[str, Any] = {}
    ring["ring"] = ring
    with pytest.raises(ValueError, match="Circular"):
        row_to_line(ring)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="too deeply"):
        row_to_line({"deep": deep})
    assert json.loads(row_to_line({(1, 2): {None: b"\xff" * 2000}})) == {"(1, 2)": {"None": "[2000 bytes]"}}
    assert row_to_line({"half": "\ud83d"}) == b'{"half": "\\ud83d"}\n'


def test_starting_does_not_import_what_only_containers_need() -> None:
    code = "import sys, tensorboard_plugin_rlboard.sources.discovery.walk; print('duckdb' in sys.modules, 'torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
