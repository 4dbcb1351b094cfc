"""Archives of xz and bzip2: whole, in pieces, torn, damaged, and on a Python that cannot unpack them."""

from __future__ import annotations

import bz2
import itertools
import lzma
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, reasons
from hypothesis import given
from hypothesis import strategies as st
from rollout_log import TestLog, log_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.sources.compressed.decoders import compression_of
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.kinds.names import compression_by_name

_PACK: dict[str, Callable[[bytes], bytes]] = {".xz": lzma.compress, ".bz2": bz2.compress}
both = pytest.mark.parametrize("suffix", _PACK)


def _unpack(suffix: str, pieces: list[bytes]) -> tuple[bytes, str]:
    unpacker = Decompressor(compression_by_name(suffix))
    data = b"".join(b"".join(unpacker.feed(piece)) for piece in pieces)
    return data, unpacker.damage or unpacker.truncation or unpacker.padding


@both
def test_name_and_bytes_tell_the_same(suffix: str) -> None:
    assert compression_of(_PACK[suffix](b"a")) == compression_by_name(f"log.jsonl{suffix.upper()}") != ""
    assert compression_of(_PACK[suffix](b"")) == compression_by_name(suffix)
    assert compression_of(b"BZh is no archive of any kind") == ""


@both
@given(members=st.lists(st.binary(max_size=300), max_size=4), cuts=st.lists(st.integers(0, 400), max_size=5))
def test_streams_are_unpacked_in_whatever_pieces_they_come(
    suffix: str, members: list[bytes], cuts: list[int]
) -> None:
    packed = b"".join(map(_PACK[suffix], members))
    ends = [0, *sorted(cut for cut in cuts if cut < len(packed)), len(packed)]
    pieces = [packed[a:b] for a, b in itertools.pairwise(ends)]
    assert _unpack(suffix, pieces) == (b"".join(members), "")


@both
def test_few_bytes_that_unpack_to_many_come_in_small_pieces(suffix: str) -> None:
    packed = _PACK[suffix](bytes(20_000_000))
    tracemalloc.start()
    sizes = [len(piece) for piece in Decompressor(compression_by_name(suffix)).feed(packed)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= 256 * 1024
    assert peak < 10_000_000


@both
def test_torn_and_damaged_archives_say_so(suffix: str) -> None:
    packed = _PACK[suffix](b"".join(b"%d, " % i for i in range(50_000)))
    assert "ends in the middle" in _unpack(suffix, [packed[: len(packed) // 2]])[1]
    damaged = packed[:2000] + b"\xff" * 200 + packed[2200:]
    assert _unpack(suffix, [damaged])[1].startswith("The archive is corrupt behind byte ")


def test_an_archive_that_needs_too_much_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    data, damage = _unpack(".xz", [lzma.compress(b"a", filters=filters)])
    assert data == b""
    assert "Memory usage limit" in damage


@both
def test_a_log_that_is_packed_so_opens_and_grows(suffix: str, test_log: TestLog) -> None:
    path = test_log.path(f"log.jsonl{suffix}")
    path.write_bytes(_PACK[suffix](log_of(1, 2)))
    indexer = test_log.indexer()
    board = Board(indexer)
    indexer.index_now()
    assert columns(board, "step", "reward") == [(1, 0.5), (2, 1.0)]
    with path.open("ab") as file:
        file.write(_PACK[suffix](log_of(3)))
    indexer.index_now()
    assert columns(board, "step", "reward") == [(1, 0.5), (2, 1.0), (3, 1.5)]
    assert reasons(board) == []


@pytest.mark.parametrize(("suffix", "module"), [(".xz", "lzma"), (".bz2", "bz2")])
def test_a_python_without_the_library_says_so(
    suffix: str, module: str, tmp_path: Path, open_board: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"log.jsonl{suffix}").write_bytes(_PACK[suffix](log_of(1)))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(OSError, match="built without what unpacks"):
        Decompressor(compression_by_name(suffix))
    board: Board = open_board(tmp_path)
    found = [reason for run in board.runs().runs for _, reason in reasons(board, run.run)]
    found += [file.reason for file in board.runs().ignored]
    assert any("This Python was built without what unpacks" in reason for reason in found)
