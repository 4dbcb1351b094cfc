"""Archives of xz and bzip2: torn, damaged, and on a Python that cannot unpack them."""

from __future__ import annotations

import lzma
import sys
from pathlib import Path
from typing import Any

import pytest
from answers import columns, reasons
from archives import PACK, further, unpack
from rollout_log import TestLog, log_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.sources.compressed.decoders import compression_of
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.kinds.names import compression_by_name


@further
def test_name_and_bytes_tell_the_same(suffix: str) -> None:
    assert compression_of(PACK[suffix](b"a")) == compression_by_name(f"log.jsonl{suffix.upper()}") != ""
    assert compression_of(PACK[suffix](b"")) == compression_by_name(suffix)
    assert compression_of(b"BZh is no archive of any kind") == ""


@further
def test_torn_and_damaged_archives_say_so(suffix: str) -> None:
    packed = PACK[suffix](b"".join(b"%d, " % i for i in range(50_000)))
    assert "ends in the middle" in unpack(suffix, [packed[: len(packed) // 2]])[1]
    damaged = packed[:2000] + b"\xff" * 200 + packed[2200:]
    assert unpack(suffix, [damaged])[1].startswith("The archive is corrupt behind byte ")


def test_an_archive_that_needs_too_much_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    data, damage = unpack(".xz", [lzma.compress(b"a", filters=filters)])
    assert data == b""
    assert "Memory usage limit" in damage


@further
def test_a_log_that_is_packed_so_opens_and_grows(suffix: str, test_log: TestLog) -> None:
    path = test_log.path(f"log.jsonl{suffix}")
    path.write_bytes(PACK[suffix](log_of(1, 2)))
    indexer = test_log.indexer()
    board = Board(indexer)
    indexer.index_now()
    assert columns(board, "step", "reward") == [(1, 0.5), (2, 1.0)]
    with path.open("ab") as file:
        file.write(PACK[suffix](log_of(3)))
    indexer.index_now()
    assert columns(board, "step", "reward") == [(1, 0.5), (2, 1.0), (3, 1.5)]
    assert reasons(board) == []


@pytest.mark.parametrize(("suffix", "module"), [(".xz", "lzma"), (".bz2", "bz2")])
def test_a_python_without_the_library_says_so(
    suffix: str, module: str, tmp_path: Path, open_board: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"log.jsonl{suffix}").write_bytes(PACK[suffix](log_of(1)))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(OSError, match="built without what unpacks"):
        Decompressor(compression_by_name(suffix))
    board: Board = open_board(tmp_path)
    found = [reason for run in board.runs().runs for _, reason in reasons(board, run.run)]
    found += [file.reason for file in board.runs().ignored]
    assert any("This Python was built without what unpacks" in reason for reason in found)
