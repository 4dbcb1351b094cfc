"""Parquet files as lines of JSON."""

from __future__ import annotations

import math
import os
import random
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from packing import write_parquet
from unpacked_rows import damage_behind, rows_of, told

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.containers import parquet


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


@pytest.mark.parametrize("seed", range(12))
def test_reasons_hold_no_byte_of_the_file(tmp_path: Path, seed: int) -> None:
    """Of a description that is damaged, DuckDB may say nothing but the byte that it met, such as \\x0f."""
    path = write_parquet(tmp_path / "a.parquet", "SELECT range AS i, 'r' || range AS said FROM range(3000)")
    data, chosen = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(30):
        data[-chosen.randrange(9, 400)] = chosen.randrange(256)
    path.write_bytes(data)
    assert told(path).isprintable()
    assert re.search(r"\(.{3,}\): copy it anew, or write it again\.$", told(path))


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
    assert damage.endswith("): copy it anew, or write it again.")


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
    assert not parquet.preview_remote(dataset).may_hold_rollouts
    assert "was not fetched" in parquet.preview_remote(dataset).reason
    assert dataset.read_bytes <= 2 * 256 * 1024
    rollouts: Any = Far(b"...step...Prompt...completion...")
    assert parquet.preview_remote(rollouts).may_hold_rollouts
