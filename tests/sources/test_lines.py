from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.sources import lines, reader
from tensorboard_plugin_rlboard.sources.containers.base import FileKind
from tensorboard_plugin_rlboard.sources.lines import (
    byte_ranges,
    complete_last_line,
    last_line_range,
    line_offsets,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Few different bytes, so that newlines, blanks and almost-JSON are frequent.
soup = st.lists(st.sampled_from(list(b'\n\n\r \t\x0b\x0c\x00\x1ca{}"1')), max_size=60).map(bytes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lines")


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Make every search cross block boundaries, in files of lines whatever stands in them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_BLOCK_BYTES", 3)
        patch.setattr(reader, "file_kind", lambda _: FileKind())
        yield


def whole_lines(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]


@given(data=soup, target=st.integers(1, 70))
def test_ranges_are_exactly_the_whole_lines(folder: Path, data: bytes, target: int) -> None:
    path = folder / "ranges.jsonl"
    path.write_bytes(data)
    ranges = list(byte_ranges(str(path), 0, len(data), target))
    pieces = [data[offset : offset + length] for offset, length in ranges]
    assert b"".join(pieces) == whole_lines(data)
    assert [offset for offset, _ in ranges] == [sum(map(len, pieces[:i])) for i in range(len(pieces))]
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert all(len(piece) <= target or piece.count(b"\n") == 1 for piece in pieces)
    # As large as allowed: no two neighbours would have fitted into one.
    assert all(len(a) + b.index(b"\n") + 1 > target for a, b in itertools.pairwise(pieces))


@given(data=soup, cuts=st.lists(st.integers(0, 60)), target=st.integers(1, 70))
def test_lines_that_arrive_in_pieces_are_the_lines_read_at_once(
    folder: Path, data: bytes, cuts: list[int], target: int
) -> None:
    path = folder / "growing.jsonl"
    got: list[bytes] = []
    read_to = 0
    for size in [*sorted(cut for cut in cuts if cut < len(data)), len(data)]:
        path.write_bytes(data[:size])
        for offset, length in byte_ranges(str(path), read_to, size, target):
            assert offset == read_to
            read_to += length
            piece = data[offset : offset + length]
            starts, lengths = line_offsets(piece, offset)
            got += [data[s : s + n] for s, n in zip(starts, lengths, strict=True)]
    assert got == [line for line in whole_lines(data).split(b"\n") if line and not line.isspace()]


@given(data=soup)
def test_lines_that_are_left_out_are_those_duckdb_leaves_out(
    folder: Path, engine: duckdb.DuckDBPyConnection, data: bytes
) -> None:
    # Ranges end behind a newline or a whole object; DuckDB treats other unterminated ends in its own ways.
    data += b"\n"
    path = folder / "duckdb.jsonl"
    path.write_bytes(data)
    query = (
        "SELECT count(*) FROM read_json(?, format = 'newline_delimited', records = true, "
        "columns = {'a': 'VARCHAR'}, ignore_errors = true)"
    )
    row = engine.execute(query, [str(path)]).fetchone()
    assert row == (len(line_offsets(data, 0)[0]),)


def test_offsets_begin_at_the_base_and_lengths_leave_the_newline_out() -> None:
    starts, lengths = line_offsets(memoryview(b'{"a":1}\r\n\n  \n {}\n3'), 1000)
    assert starts.tolist() == [1000, 1013, 1017]
    assert lengths.tolist() == [8, 3, 1]
    assert starts.dtype == lengths.dtype == "int64"


def test_no_bytes_have_no_lines() -> None:
    assert [array.tolist() for array in line_offsets(b"", 5)] == [[], []]


def test_range_of_a_file_that_shrank_meanwhile_stops_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"{}\n{}\n")
    assert list(byte_ranges(str(path), 0, 1000)) == [(0, 6)]
    assert list(byte_ranges(str(path), 500, 1000)) == []


def test_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(byte_ranges(str(tmp_path / "x.jsonl"), 0, 10))


@given(
    row=st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.floats()), min_size=1),
    data=st.data(),
)
def test_torn_object_waits_and_a_whole_one_does_not(
    folder: Path, row: dict[str, object], data: st.DataObject
) -> None:
    path = folder / "tail.jsonl"
    line = json.dumps(row).encode()
    cut = data.draw(st.integers(0, len(line) - 1))
    path.write_bytes(b"{}\n" + line[:cut])
    assert complete_last_line(str(path), 3, 3 + cut) is None
    path.write_bytes(b"{}\n" + line)
    assert complete_last_line(str(path), 3, 3 + len(line)) == (3, len(line))


@pytest.mark.parametrize(
    "tail", [b"", b"  ", b"3", b"[1]", b'"}', b'{"a": 1}{"a": 2}', b"{}\n{}", b"[" * 10 + b"}"]
)
def test_tails_that_are_not_one_object_wait(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(tail)
    assert complete_last_line(str(path), 0, len(tail)) is None


def test_tail_that_shrank_meanwhile_waits(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"{}")
    assert complete_last_line(str(path), 0, 1000) is None


@pytest.mark.parametrize("length", [0, 3, 511, 5000])
def test_lines_of_any_length_are_found_alike(length: int) -> None:
    """Short lines are found by comparing bytes, long ones by searching: both ways give the same."""
    data = (b"x" * length + b"\n") * 400 + b"torn"
    starts, lengths = line_offsets(data, 7)
    beside, beside_lengths = line_offsets(memoryview(data), 7)
    assert starts.tolist() == beside.tolist()
    assert lengths.tolist() == beside_lengths.tolist()
    assert len(starts) == (401 if length else 1)


def test_last_lines_are_whole_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"aaaa\nbbbb\ncccc\ndd")
    name = str(path)
    assert last_line_range(name, 0, 17, 100) == (0, 15)
    assert last_line_range(name, 5, 17, 100) == (5, 10)
    assert last_line_range(name, 0, 17, 9) == (10, 5)
    assert last_line_range(name, 0, 15, 5) is None, "whether a line begins right there is not known"
    assert last_line_range(name, 0, 17, 3) is None
    assert last_line_range(name, 15, 17, 100) is None
