"""What a file is is told by a small read, remembered until the file changes, and never by a pipe or a device."""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path
from typing import BinaryIO, Self

import pytest

from tensorboard_plugin_rlboard.sources import local_files, reader
from tensorboard_plugin_rlboard.sources.containers.csv_tables import CSV
from tensorboard_plugin_rlboard.sources.containers.json_documents import JSON
from tensorboard_plugin_rlboard.sources.containers.parquet import PARQUET
from tensorboard_plugin_rlboard.sources.kinds import file_kinds
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind

ROW = json.dumps({"step": 1, "prompt": "Q", "response": "A", "reward": 1.0})
LONG = json.dumps({"step": 1, "prompt": "Q", "response": "x" * 100_000, "reward": 1.0})


def write(path: Path, data: bytes | str, seconds_ago: float = 100) -> str:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (time.time() - seconds_ago, time.time() - seconds_ago))
    return str(path)


class Reads:
    """Counts how files are looked at."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.opened = self.bytes = 0
        real_open, real_read = local_files.open_regular, local_files.read_beginning

        def open_regular(path: str) -> Counted:
            self.opened += 1
            return Counted(real_open(path), self)

        def read_beginning(path: str, size: int) -> bytes:
            self.opened += 1
            self.bytes += size
            return real_read(path, size)

        patch.setattr(file_kinds, "open_regular", open_regular)
        patch.setattr(file_kinds, "read_beginning", read_beginning)


class Counted:
    def __init__(self, file: BinaryIO, reads: Reads) -> None:
        self.file, self.reads = file, reads

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.file.close()

    def read(self, size: int) -> bytes:
        self.reads.bytes += size
        return self.file.read(size)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def test_a_file_is_looked_at_once_until_it_changes(tmp_path: Path, reads: Reads) -> None:
    path = write(tmp_path / "a", f"{ROW}\n{ROW}\n")
    assert [file_kind(path).container for _ in range(3)] == [None] * 3
    assert reads.opened == 1
    write(tmp_path / "a", f"[{ROW}]", seconds_ago=50)
    assert file_kind(path).container is JSON
    assert reads.opened == 2


def test_one_that_was_changed_just_now_is_looked_at_again_soon(
    tmp_path: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a", f"{ROW}\n{ROW}\n", seconds_ago=0)
    assert file_kind(path).container is None
    facts = Path(path).stat()
    (tmp_path / "a").write_text(f"[{ROW}".ljust(facts.st_size))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 2)
    assert file_kind(path).container is JSON


def test_a_log_that_grows_costs_its_first_bytes(tmp_path: Path, reads: Reads) -> None:
    path = tmp_path / "a.jsonl"
    for n in range(1, 6):
        assert file_kind(write(path, f"{LONG}\n" * n, seconds_ago=100 - n)).container is None
    assert reads.bytes <= 4096 * 5 + 2 * 70_000


@pytest.mark.parametrize(
    "beginning", [b"PK\x03\x04", b"{", b"a,b\n", b"\x89PNG", b"prose ", b"[", b"\x1f\x8b"]
)
def test_a_huge_file_costs_a_glance(tmp_path: Path, reads: Reads, beginning: bytes) -> None:
    with (tmp_path / "huge.json").open("wb") as file:
        file.write(beginning)
        file.truncate(20 * 1024**3)
    assert not file_kind(str(tmp_path / "huge.json")).preview.may_hold_rollouts
    assert reads.bytes <= 80 * 1024 or beginning == b"\x1f\x8b"
    with reader.open_forward(str(tmp_path / "huge.json")) as start:
        assert start.read(10) == b"" or beginning in {b"{", b"prose ", b"[", b"\x89PNG"}


def test_a_bomb_is_unpacked_no_further_than_the_head(tmp_path: Path) -> None:
    path = write(tmp_path / "bomb.json.gz", gzip.compress(b"{" + b" " * 300_000_000))
    began = time.process_time()
    assert file_kind(path).compression == "gzip"
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("name", "data", "container"),
    [
        ("a.json", f"{LONG}\n{LONG}\n", None),
        ("a.json", f"{LONG},\n{LONG}", JSON),
        ("a.json", LONG, JSON),
        ("a.jsonl", LONG, None),
        ("a.jsonl", f'{{"results": [{LONG}]}}', JSON),
        ("a.jsonl", f'{{"rollouts": [{LONG}], "prompt": "Q"}}', JSON),
        ("a.jsonl", f'{{"prompt": "Q", "rollouts": [{LONG}]}}', None),
        ("a.jsonl", f'{{"messages": [{LONG}]}}', None),
        ("a.json", f'{{"aime_0": {LONG}, "aime_1": {LONG}}}\n', JSON),
        ("a.json", f'{{"acc": 1, "details": {{"0": {LONG}}}}}\n', JSON),
        ("a.json", f'{{"acc": 1, "samples": {{"gsm8k": [{ROW}, {LONG}]}}}}\n', JSON),
        ("a.json", f'{{"model": {{"lr": 1}}, "train": [{ROW}, {LONG}]}}\n', JSON),
        ("a.jsonl", json.dumps({"prompt": ["Q" * 50_000] * 2, "reward": [1.0, 0.0]}) + "\n", None),
        ("a", "a,b\n", None),
        ("a.csv", "a,b\n", CSV),
        ("a.csv", ROW, None),
        ("a.jsonl", b"PAR1", PARQUET),
        ("a.parquet", b"", PARQUET),
        ("a.json", b"", JSON),
        ("a.json", b"[", JSON),
        ("a.json", b'{"a": 1', JSON),
        ("a.txt", b'{"a": 1', None),
        ("a.txt", b'{\n"a": 1', JSON),
    ],
)
def test_the_name_speaks_only_where_the_bytes_do_not(
    tmp_path: Path, name: str, data: bytes | str, container: object
) -> None:
    assert file_kind(write(tmp_path / name, data)).container is container


def test_a_file_that_is_being_written_anew_stays_what_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", f"[{ROW}]")
    assert file_kind(path).container is JSON
    for data in (b"", b"x"):
        assert file_kind(write(tmp_path / "a.txt", data, seconds_ago=0)).container is JSON
    assert file_kind(write(tmp_path / "a.txt", b"x")).container is None


def test_one_that_is_gone_or_unreadable_is_what_it_was_or_what_its_name_says(tmp_path: Path) -> None:
    path = write(tmp_path / "a", f"[{ROW}]")
    assert file_kind(path).container is JSON
    Path(path).unlink()
    assert file_kind(path).container is JSON
    assert file_kind(str(tmp_path / "never.csv")).container is CSV
    assert not file_kind(str(tmp_path / "never.csv")).preview.is_listed


def test_pipes_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    for path in (tmp_path / "pipe.jsonl", Path("/dev/null"), tmp_path):
        with pytest.raises(OSError, match=r"no regular file|Is a directory"):
            local_files.open_regular(path)
    with pytest.raises(OSError, match="no regular file"):
        reader.read_range(str(tmp_path / "pipe.jsonl"), 0, 10)


def test_many_files_that_are_gone_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_kinds, "_known", {})
    monkeypatch.setattr(file_kinds, "_MAX_REMEMBERED", 3)
    paths = [write(tmp_path / str(i), ROW) for i in range(8)]
    for path in paths:
        file_kind(path)
    file_kinds.forget_others(paths[:6])
    assert len(file_kinds._known) == 8
    file_kinds.forget_others(paths[:2])
    assert set(file_kinds._known) == set(paths[:2])


def test_a_table_with_a_nul_in_one_of_its_texts_is_a_table(tmp_path: Path) -> None:
    kind = file_kind(write(tmp_path / "a.csv", "step,prompt,response,reward\n1,Q,a\0b,0.5\n"))
    assert kind.container is CSV
    assert kind.preview.may_hold_rollouts


def test_bytes_that_somebody_calls_a_table_are_none(tmp_path: Path) -> None:
    kind = file_kind(write(tmp_path / "a.csv", b"\0" * 4096))
    assert not kind.preview.may_hold_rollouts


def test_a_wide_table_with_an_odd_name_among_its_columns_is_read(tmp_path: Path) -> None:
    names = ["prompt", "response", "re\0ward", *(f"column_{number}" for number in range(900))]
    row = ["a", "b", "1", *("2" for _ in range(900))]
    kind = file_kind(write(tmp_path / "wide.csv", f"{','.join(names)}\n{','.join(row)}\n" * 9))
    assert kind.container is CSV
    assert kind.preview.may_hold_rollouts
    assert kind.preview.is_listed


def test_a_header_without_end_is_said(tmp_path: Path) -> None:
    kind = file_kind(write(tmp_path / "endless.csv", "prompt,response," + "column," * 20_000))
    assert not kind.preview.may_hold_rollouts
    assert kind.preview.is_listed
    assert "more than 64 kB" in kind.preview.reason
