from __future__ import annotations

import json
import math
import os
import pickle
import shutil
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packing import write_parquet, write_torch
from repository import SAMPLES
from unpacked_rows import damage_behind, rows_of, told

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.containers import csv_tables, parquet, row_stream
from tensorboard_plugin_rlboard.sources.containers.base import Preview
from tensorboard_plugin_rlboard.sources.containers.json_lines import row_to_line
from tensorboard_plugin_rlboard.sources.containers.row_stream import line_blocks
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile, may_be_remote_log_name
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file, list_sources
from tensorboard_plugin_rlboard.sources.file_changes import (
    Change,
    FileState,
    compare,
    fingerprint_of_bytes,
    with_range_read,
    with_unpacked_size,
)
from tensorboard_plugin_rlboard.sources.remote import objects

# --- Parquet ---


def test_a_parquet_file_is_one_line_a_row_with_its_types(tmp_path: Path) -> None:
    path = write_parquet(
        tmp_path / "a.parquet",
        "SELECT 1 AS step, 1.0::DOUBLE AS whole, 'é\n✅' AS said, NULL::DOUBLE AS none, 'nan'::DOUBLE AS nan, "
        "'-inf'::DOUBLE AS less, [{'role': 'user', 'content': 'x', 'tool_calls': NULL}] AS messages, true AS yes, "
        "1.50::DECIMAL(5, 2) AS price, TIMESTAMP '2026-01-02 03:04:05' AS at, '\\xFF\\x00'::BLOB AS bytes, "
        "'abc'::BLOB AS words, map {1: 'a'} AS mapped, [1, NULL, 3] AS numbers",
    )
    (row,) = rows_of(path)
    assert math.isnan(row.pop("nan"))
    assert row == {
        "step": 1,
        "whole": 1.0,
        "said": "é\n✅",
        "none": None,
        "less": -math.inf,
        "messages": [{"role": "user", "content": "x", "tool_calls": None}],
        "yes": True,
        "price": "1.50",
        "at": "2026-01-02T03:04:05",
        "bytes": "ff00",
        "words": "abc",
        "mapped": {"1": "a"},
        "numbers": [1, None, 3],
    }
    assert type(row["whole"]) is float
    assert type(row["step"]) is int
    with reader.open_forward(str(path)) as file:
        assert b'"nan": NaN, "less": -Infinity' in file.read()


@pytest.mark.parametrize(
    "name", ["a[1]*.parquet", "what?.parquet", "it's.parquet", "{a,b}.parquet", "é x.parquet"]
)
def test_a_parquet_file_of_any_name_is_that_file(tmp_path: Path, name: str) -> None:
    write_parquet(tmp_path / "a1x.parquet", "SELECT 2 AS which")
    assert rows_of(write_parquet(tmp_path / name, "SELECT 1 AS which")) == [{"which": 1}]


def test_a_folder_adds_no_column(tmp_path: Path) -> None:
    assert rows_of(write_parquet(tmp_path / "step=3" / "a.parquet", "SELECT 1 AS a")) == [{"a": 1}]


def test_an_index_of_pandas_is_left_out(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", "SELECT 1 AS a, 7 AS __index_level_0__")
    assert rows_of(path) == [{"a": 1}]


def test_rows_keep_their_order_over_row_groups(tmp_path: Path) -> None:
    path = write_parquet(
        tmp_path / "a.parquet", "SELECT range AS i FROM range(9000)", ", ROW_GROUP_SIZE 2048"
    )
    assert [row["i"] for row in rows_of(path)] == list(range(9000))


def test_an_empty_table_has_no_line_and_no_damage(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", "SELECT 1 AS a WHERE false")
    assert rows_of(path) == []
    assert damage_behind(path) == (0, "")


def test_files_of_one_size_and_age_are_not_taken_for_each_other(tmp_path: Path) -> None:
    for i in range(5):
        path = write_parquet(tmp_path / f"{i}.parquet", f"SELECT {i} AS i FROM range(5)")
        os.utime(path, (1e9, 1e9))
    assert len({path.stat().st_size for path in tmp_path.iterdir()}) == 1
    assert [rows_of(tmp_path / f"{i}.parquet")[0]["i"] for i in (0, 1, 2, 3, 4, 0)] == [0, 1, 2, 3, 4, 0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty, or is still being written."),
        (b"PAR1", "The Parquet file has no end: it is torn, or is still being written."),
        (b"PAR1" + b"x" * 5000, "The Parquet file has no end: it is torn, or is still being written."),
        (b"\x7fELF" + b"x" * 5000, "It is no Parquet file, whatever its name says."),
        (b"PARE" + b"x" * 500 + b"PARE", "It is an encrypted Parquet file."),
    ],
)
def test_what_is_no_whole_parquet_file_says_so(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    assert told(path) == reason
    assert reader.preview(str(path)).may_hold_rollouts  # so that the reason is shown


def test_a_damaged_footer_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + b"x" * 100 + struct.pack("<I", 50) + b"PAR1")
    assert told(path).startswith("The Parquet file cannot be read behind row 0 (")
    assert str(tmp_path) not in told(path)


def test_the_rows_before_damage_in_a_parquet_file_are_kept(tmp_path: Path) -> None:
    query = "SELECT range AS i, repeat(md5(range::VARCHAR), 200) AS said FROM range(9000)"
    path = write_parquet(tmp_path / "a.parquet", query, ", ROW_GROUP_SIZE 2048, COMPRESSION snappy")
    data = bytearray(path.read_bytes())
    middle = len(data) * 6 // 10
    data[middle : middle + 4000] = b"\xff" * 4000
    path.write_bytes(data)
    count, damage = damage_behind(path)
    assert 0 < count < 9000
    assert damage.startswith("The Parquet file cannot be read behind row ")
    assert damage.endswith(").")


def test_a_large_file_behind_an_address_is_not_fetched_for_nothing(tmp_path: Path) -> None:
    class Far:
        def __init__(self, footer: bytes) -> None:
            self.footer, self.read_bytes = footer, 0

        def seek(self, offset: int, whence: int = 0) -> int:
            return 10**11 if whence else offset

        def read(self, size: int) -> bytes:
            self.read_bytes += size
            return self.footer

    dataset: Any = Far(b"...image_bytes...label...")
    assert not parquet.PARQUET.preview(dataset, True).may_hold_rollouts
    assert "was not fetched" in parquet.PARQUET.preview(dataset, True).reason
    assert dataset.read_bytes <= 2 * 256 * 1024
    rollouts: Any = Far(b"...step...Prompt...completion...")
    assert parquet.PARQUET.preview(rollouts, True).may_hold_rollouts


# --- JSON documents ---


def test_a_document_and_a_list_are_lines(tmp_path: Path) -> None:
    one = tmp_path / "one.json"
    one.write_text(json.dumps({"training_step": 1, "x": [1.0, 2]}, indent=2) + "\n", encoding="utf-8")
    assert rows_of(one) == [{"training_step": 1, "x": [1.0, 2]}]
    many = tmp_path / "many.json"
    many.write_text("\ufeff" + json.dumps([{"a": math.nan, "b": "é"}, {"a": 2}], indent=1), encoding="utf-8")
    first, second = rows_of(many)
    assert math.isnan(first["a"])
    assert (first["b"], second) == ("é", {"a": 2})
    for empty in ("[]", " [ ] \n"):
        many.write_text(empty)
        assert rows_of(many) == []


@pytest.mark.parametrize(
    ("content", "rows", "said"),
    [
        ("", 0, "empty"),
        ("   \n", 0, "empty"),
        ('{"a": 1', 0, "no complete JSON document"),
        ('{"a": 1} {"b": 2}', 0, "stands something else"),
        ("[1, 2]", 0, "Item 1 of the JSON document is no object"),
        ("3", 0, "is no object"),
        ('[{"a": 1}, {"a": 2}, {"a"', 2, "torn behind its item 2"),
        ('[{"a": 1}, {"a": 2}', 2, "torn behind its item 2"),
        ('[{"a": 1} {"a": 2}]', 1, "torn behind its item 1"),
        ('[{"a": 1}] trailing', 1, "Behind the JSON list"),
        ("[" * 100_000, 0, "nested too deeply"),
    ],
)
def test_damaged_documents_say_so(tmp_path: Path, content: str, rows: int, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    if rows:
        count, damage = damage_behind(path)
        assert (count, said in damage) == (rows, True)
    else:
        assert said in told(path)


# --- CSV ---


def test_cells_become_what_they_were_and_rows_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        "\ufeffstep,said,reward,ok,number,id\r\n"
        '1,"two\nlines, ""quoted""",0.5,True,007,1\r\n'
        "2,,-1.0,False,1e5,\r\n"
        "3,too few\r\n"
        '4,é,inf,,"12",7.0\r\n'
        '5,"not closed'.encode()
    )
    count, damage = damage_behind(path)
    assert (count, damage) == (
        3,
        "Rows with another number of cells than the header are left out: 1, the first of them row 3.",
    )
    assert rows_of(path) == [
        {"step": 1, "said": 'two\nlines, "quoted"', "reward": 0.5, "ok": True, "number": "007", "id": "1"},
        {"step": 2, "said": None, "reward": -1.0, "ok": False, "number": "1e5", "id": None},
        {"step": 4, "said": "é", "reward": math.inf, "ok": None, "number": 12, "id": "7.0"},
    ]


def test_a_table_that_has_grown_begins_with_the_lines_that_it_had(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"prompt,reward\na,1\nb,0.5\nhalf")
    before = b"".join(line_blocks(str(path), reader._open_stored))
    with path.open("ab") as file:
        file.write(b" a row,2.25\nc,x\n")
    after = b"".join(line_blocks(str(path), reader._open_stored))
    assert after.startswith(before)
    assert [json.loads(line)["prompt"] for line in after.splitlines()] == ["a", "b", "half a row", "c"]


def test_a_cell_larger_than_python_s_reader_takes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'a,b\n1,"{"x" * 500_000}"\n')
    assert len(rows_of(path)[0]["b"]) == 500_000


def test_a_table_without_a_whole_header_and_a_record_without_end_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    for content in (b"", b"a,b", b"\n"):
        path.write_bytes(content)
        assert "no complete header" in told(path)
    monkeypatch.setattr(csv_tables, "_MAX_RECORD_BYTES", 1000)
    path.write_bytes(b'a,b\n1,2\n3,"' + b"x\n" * 2000)
    count, damage = damage_behind(path)
    assert (count, "never closed" in damage) == (1, True)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=3, max_size=3), min_size=1)
)
def test_what_python_writes_as_a_table_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow("abcd")
        writer.writerows([*row, "end"] for row in rows)  # a bare \r at the very end is no text to anybody
    found = [
        ["" if x is None else x if isinstance(x, str) else str(x) for x in row.values()][:3]
        for row in rows_of(path)
    ]
    assert found == rows


# --- which files are looked at, and what it costs ---

CHEAP = [
    ("model.pt", lambda: pickle.dumps({"state": [0] * 10, "rollout_id": 1, "samples": []})),  # no archive
    ("config.json", lambda: b'{"model_type": "qwen2", "hidden_size": 8}'),
    ("adapter.json", lambda: b'{"prompt": "x", "response": "y", "reward": 1}'),
    ("list.json", lambda: b'[{"instruction": "x", "output": "y"}]'),
    ("strings.json", lambda: b'["a", "b"]'),
    ("batch_summary.json", lambda: b'{"training_step": 3, "epoch": 0, "num_episodes": 8}'),
    ("empty.json", lambda: b""),
    ("text.json", lambda: b"hello"),
    ("metrics.csv", lambda: b"step,loss\n1,2\n"),
    ("log.csv", lambda: b"step,reward\n1,2\n"),
    ("noheader.csv", lambda: b"x" * 200_000),
    ("empty.csv", lambda: b""),
    ("empty.pt", lambda: b""),
]


@pytest.mark.parametrize(("name", "content"), CHEAP)
def test_files_that_everybody_has_are_nobodys_log(tmp_path: Path, name: str, content: Any) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    assert reader.preview(str(path)) == Preview(may_hold_rollouts=False)


def test_a_checkpoint_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    weights = {f"layer.{i}.weight": [0.0] * 50 for i in range(100)}
    path = write_torch(tmp_path / "model.pt", {"model": weights, "rollout_id": 3, "samples": []})
    assert not reader.preview(str(path)).may_hold_rollouts
    with zipfile.ZipFile(tmp_path / "other.pt", "w") as archive:
        archive.writestr("code/__torch__.py", "rollout_id samples")
    assert not reader.preview(str(tmp_path / "other.pt")).may_hold_rollouts


def test_a_huge_file_costs_a_glance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    class Counting:
        def __init__(self, path: str) -> None:
            self.file = Path(path).open("rb")  # noqa: SIM115  closed by `__exit__`

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, size: int) -> bytes:
            nonlocal read
            read += size
            return self.file.read(size)

    for suffix in (".pt", ".json", ".csv"):
        with (tmp_path / f"huge{suffix}").open("wb") as file:
            file.write(b"PK\x03\x04" if suffix == ".pt" else b"{" if suffix == ".json" else b"a,b\n")
            file.truncate(20 * 1024**3)
    monkeypatch.setattr(reader, "_open_stored", Counting)
    for suffix in (".pt", ".json", ".csv"):
        assert not reader.preview(str(tmp_path / f"huge{suffix}")).may_hold_rollouts
        with reader.open_forward(str(tmp_path / f"huge{suffix}")) as start:
            assert start.read() == b""
    assert read <= 6 * 64 * 1024


def test_files_that_hold_rollouts_are_candidates(tmp_path: Path) -> None:
    for path in sorted(SAMPLES.rglob("*.pt")) + sorted(SAMPLES.rglob("*.parquet")):
        assert reader.preview(str(path)).may_hold_rollouts
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps({"training_step": 1, "epoch": 0, "episode_id": "a:0", "task": {}, "trajectories": []})
    )
    assert reader.preview(str(path)).may_hold_rollouts
    path.write_text(json.dumps([{"prompt": "a", "response": "b", "reward": 1}]))
    assert reader.preview(str(path)).may_hold_rollouts
    table = tmp_path / "a.csv"
    table.write_text("conversation_text,trajectory_reward\n")
    assert reader.preview(str(table)).may_hold_rollouts
    table.write_text("prompt,completion,reward\n")
    assert reader.preview(str(table)).may_hold_rollouts
    assert reader.preview(str(tmp_path / "a.jsonl")).may_hold_rollouts  # not even opened


def test_the_first_look_counts_no_files_that_everybody_has(tmp_path: Path) -> None:
    for name in ("config.json", "model.pt", "metrics.csv", ".hidden.parquet"):
        (tmp_path / name).write_bytes(b"{}")
    assert not has_log_file(parse_roots(str(tmp_path), ""), float("inf"))
    assert len(list_sources(parse_roots(str(tmp_path), "")).runs["."]) == 3
    (tmp_path / "completions").mkdir()
    shutil.copy(
        SAMPLES / "trl/plain/completions/completions_00001.parquet", tmp_path / "completions" / "a.parquet"
    )
    assert has_log_file(parse_roots(str(tmp_path), ""), float("inf"))


def test_links_and_pipes_that_everybody_has_are_no_problem_of_ours(tmp_path: Path) -> None:
    (tmp_path / "latest.pt").symlink_to(tmp_path / "gone.pt")
    os.mkfifo(tmp_path / "pipe.json")
    assert list_sources(parse_roots(str(tmp_path), "")).problems == []
    (tmp_path / "latest.parquet").symlink_to(tmp_path / "gone.parquet")
    assert len(list_sources(parse_roots(str(tmp_path), "")).problems) == 1


def test_hidden_folders_are_looked_into_and_our_own_are_not(tmp_path: Path) -> None:
    for folder in (".art/p/models/m/trajectories/train", ".rlboard/x", ".git"):
        write_parquet(tmp_path / folder / "0001.parquet", "SELECT 1 AS a")
    assert list(list_sources(parse_roots(str(tmp_path), "")).runs) == [".art/p/models/m/trajectories/train"]


# --- the spool and the looks ---


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

    def counted(*arguments: Any) -> Iterator[bytes]:
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
    spool = UnpackCache(reader._open_stored, budget=300_000)
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
    spool = UnpackCache(reader._open_stored)
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
        with row_stream._local_copy("s3://bucket/a.parquet", reader._open_stored) as fetched:
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
