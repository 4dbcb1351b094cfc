"""Compressed logs: unpacked once, followed while they grow, read as far as they can be."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from answers import column, reasons
from archives import PACK, both, spooled, zstd
from rollout_log import line, log_of

from tensorboard_plugin_rlboard.sources.compressed import unpack_cache
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file, list_sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from tensorboard_plugin_rlboard.board.board import Board

from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules


@both
def test_compressed_log_is_read_like_a_plain_one(
    tmp_path: Path, open_board: Callable[[Path], Board], suffix: str
) -> None:
    rows = [line(step, response="字" * step) for step in range(1, 30)]
    (tmp_path / f"a.jsonl{suffix}").write_bytes(PACK[suffix](b"".join(rows)))
    board = open_board(tmp_path)
    assert column(board, "step") == list(range(1, 30))
    found = board.samples(SamplesQuestion(Selection("."), TextRules(), limit=500)).columns["id"]
    assert board.sample(SampleQuestion(".", str(found[6]), TextRules())).texts["response"].raw == "字" * 7
    info = board.runs().runs[0]
    assert (info.state, info.bytes, info.indexed_bytes) == ("ready", len(b"".join(rows)), len(b"".join(rows)))
    assert info.problems == 0


@both
def test_members_that_are_appended_are_followed_without_unpacking_the_others_again(
    tmp_path: Path, open_board: Callable[[Path], Board], suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(PACK[suffix](log_of(1, 2)))
    board = open_board(tmp_path)
    monkeypatch.setattr(unpack_cache, "Decompressor", None)  # a new one would be needed to begin anew
    with path.open("ab") as file:
        file.write(PACK[suffix](log_of(3)))
    board.indexer.index_now()
    with path.open("ab") as file:
        file.write(PACK[suffix](log_of(4)[:10]))
    board.indexer.index_now()
    assert column(board, "step") == [1, 2, 3]
    with path.open("ab") as file:
        file.write(PACK[suffix](log_of(4)[10:]))
    board.indexer.index_now()
    assert column(board, "step") == [1, 2, 3, 4]
    assert reasons(board) == []


def test_gzip_that_is_flushed_but_not_closed_is_followed(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    path = tmp_path / "a.jsonl.gz"
    packer = zlib.compressobj(wbits=31)
    path.write_bytes(packer.compress(log_of(1)) + packer.flush(zlib.Z_SYNC_FLUSH))
    board = open_board(tmp_path)
    assert column(board, "step") == [1]
    assert [kind for kind, _ in reasons(board)] == ["damaged_archive"]
    with path.open("ab") as file:
        file.write(packer.compress(log_of(2)) + packer.flush(zlib.Z_SYNC_FLUSH))
    board.indexer.index_now()
    assert column(board, "step") == [1, 2]
    assert "still being written" in reasons(board)[0][1]
    with path.open("ab") as file:
        file.write(packer.flush())
    board.indexer.index_now()
    assert column(board, "step") == [1, 2]
    assert reasons(board) == []


@both
def test_rewritten_archive_is_read_anew(
    tmp_path: Path, open_board: Callable[[Path], Board], suffix: str, fresh_spool: UnpackCache
) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(PACK[suffix](log_of(1, 2)))
    board = open_board(tmp_path)
    path.write_bytes(PACK[suffix](log_of(5, 6, 7)))
    board.indexer.index_now()
    assert column(board, "step") == [5, 6, 7]
    path.write_bytes(PACK[suffix](log_of(5)))
    board.indexer.index_now()
    assert column(board, "step") == [5]
    assert len(spooled(fresh_spool)) == 1
    path.unlink()
    board.indexer.index_now()
    assert column(board, "step") == []


def test_rewritten_with_the_same_size_and_time_is_seen(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(log_of(1), 0))
    before = path.stat()
    board = open_board(tmp_path)
    path.write_bytes(gzip.compress(log_of(2), 0))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    board.indexer.index_now()
    assert column(board, "step") == [2]


def test_torn_archive_shows_its_lines_and_says_so(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    text = b"".join(line(step, noise=os.urandom(300).hex()) for step in range(1, 200))
    packed = gzip.compress(text)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    board = open_board(tmp_path)
    shown = column(board, "step")
    assert shown == list(range(1, len(shown) + 1))
    assert 50 < len(shown) < 150
    ((kind, reason),) = reasons(board)
    assert kind == "damaged_archive"
    assert str(tmp_path) not in reason
    assert board.runs().runs[0].state == "ready"
    other = gzip.compress(text.replace(b"noise", b"NOISE"))
    path.write_bytes(other[: len(other) // 2])
    board.indexer.index_now()
    assert [kind for kind, _ in reasons(board)] == ["damaged_archive"], "said of what is there now"
    path.write_bytes(packed)
    board.indexer.index_now()
    assert column(board, "step") == list(range(1, 200))
    assert reasons(board) == []


def test_empty_archives_and_other_files_are_left_alone(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    (tmp_path / "empty.jsonl.gz").write_bytes(b"")
    (tmp_path / "nothing.jsonl.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "text.jsonl.zst").write_bytes(b"no archive\n" * 100)
    (tmp_path / "events.gz").write_bytes(b"")
    board = open_board(tmp_path)
    assert board.runs().runs == []
    assert [file.file for file in board.runs().ignored] == [
        "empty.jsonl.gz",
        "nothing.jsonl.gz",
        "text.jsonl.zst",
    ]


def test_plain_file_is_read_instead_of_its_compressed_twin(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    (tmp_path / "a.jsonl").write_bytes(log_of(1))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(log_of(1)))
    board = open_board(tmp_path)
    assert column(board, "step") == [1]
    assert [Path(file.file).name for file in board.runs().ignored] == ["a.jsonl.gz"]
    (tmp_path / "a.jsonl").unlink()
    board.indexer.index_now()
    assert column(board, "step") == [1]


def test_log_directory_of_archives_only_is_active(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(zstd.compress(log_of(1)))
    assert has_log_file(parse_roots(str(tmp_path), ""), float("inf"))
    assert [file.relative for file in list_sources(parse_roots(str(tmp_path), "")).runs["."]] == [
        "a.jsonl.zst"
    ]


def test_without_zstd_it_is_said_how_to_get_it(
    tmp_path: Path, open_board: Callable[[Path], Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(zstd.compress(log_of(1)))
    (tmp_path / "b.jsonl").write_bytes(log_of(2))
    for name in ("compression", "compression.zstd", "backports", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    board = open_board(tmp_path)
    assert column(board, "step") == [2]
    assert [(file.file, file.reason) for file in board.runs().ignored] == [
        (
            "a.jsonl.zst",
            "It cannot be read: Unpacking zstd needs a package: pip install backports.zstd.",
        )
    ]
    monkeypatch.undo()
    board.indexer.index_now()
    assert sorted(column(board, "step")) == [1, 2], "a package that was installed since is taken up"
