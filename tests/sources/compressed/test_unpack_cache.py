"""The folder of unpacked files: bounded, and made again where something is missing."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from answers import column, reasons
from archives import spooled
from rollout_log import line, log_of

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.compressed.unpacked_files import UnpackedFiles
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tensorboard_plugin_rlboard.board.board import Board

from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.update import ready_files


def test_files_make_room_for_others_and_are_made_again(tmp_path: Path) -> None:
    spool = UnpackCache(reader._open_stored, file_kind, budget=2500)
    paths = [str(tmp_path / f"{i}.gz") for i in range(3)]
    for i, path in enumerate(paths):
        Path(path).write_bytes(gzip.compress(b"%d" % i * 1000))
    try:
        for i in (0, 1, 0, 2, 0, 1):
            with spool.open(paths[i]) as file:
                assert file.read() == b"%d" % i * 1000
            assert sum(path.stat().st_size for path in spooled(spool)) <= 2500
        assert set(spool.files.paths) == {paths[0], paths[1]}, "the one not asked for longest has gone"
        with spool.open(paths[0]) as file:
            for path in paths[1:]:
                spool.open(path).close()
            if os.name != "nt":
                assert file.read() == b"0" * 1000, "who has it open may read on"
    finally:
        spool.clear()
    assert spooled(spool) == []


def test_archives_beyond_the_budget_are_unpacked_one_after_the_other(
    tmp_path: Path, open_board: Callable[[Path], Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = UnpackCache(reader._open_stored, file_kind, budget=30_000)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    monkeypatch.setattr(ready_files, "BUDGET_BYTES", 0)
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 4000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    for i in range(4):
        text = b"".join(line(step, note="x" * 1000) for step in range(20 * i, 20 * i + 20))
        (tmp_path / f"{i}.jsonl.gz").write_bytes(gzip.compress(text))
        os.utime(
            tmp_path / f"{i}.jsonl.gz", (1e9, 1e9)
        )  # a log that is being written is looked at more closely
    unpacked: list[str] = []
    real = UnpackCache._unpack_inline

    def unpacking(self: UnpackCache, path: str, *args: Any, **more: Any) -> Any:
        unpacked.append(path)
        return real(self, path, *args, **more)

    monkeypatch.setattr(UnpackCache, "_unpack_inline", unpacking)
    try:
        assert column(open_board(tmp_path), "step") == list(range(80))
        assert [Path(path).name[0] for path in unpacked] == ["0", "1", "2", "3"]
    finally:
        spool.clear()


def test_unpacked_file_that_someone_removed_is_made_again(tmp_path: Path) -> None:
    spool = UnpackCache(reader._open_stored, file_kind)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"abc"))
    try:
        assert spool.update(str(path), (1, 2), settled=True) == 3
        for unpacked in spooled(spool):
            unpacked.unlink()
        with spool.open(str(path)) as file:
            assert file.read() == b"abc"
    finally:
        spool.clear()


def test_archive_too_large_for_the_folder_is_cut_and_says_so(
    tmp_path: Path, open_board: Callable[[Path], Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = UnpackCache(reader._open_stored, file_kind, budget=300_000)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    text = b"".join(line(step, note="x" * 1000) for step in range(1, 500))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(log_of(1000)))
    try:
        board = open_board(tmp_path)
        shown = [step for step in column(board, "step") if step != 1000]
        assert shown == list(range(1, len(shown) + 1))
        assert 100 < len(shown) < 300
        assert 1000 in column(board, "step")
        ((kind, reason),) = reasons(board)
        assert kind == "damaged_archive"
        assert "Unpack it" in reason
        assert sum(path.stat().st_size for path in spooled(spool)) <= 300_000
    finally:
        spool.clear()


def test_full_disk_is_the_runs_message(
    tmp_path: Path,
    open_board: Callable[[Path], Board],
    monkeypatch: pytest.MonkeyPatch,
    fresh_spool: UnpackCache,
) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(log_of(1)))

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device", "/secret/place")

    monkeypatch.setattr(UnpackedFiles, "make_room", full)
    board = open_board(tmp_path)
    assert board.runs().runs[0].message == "a.jsonl.gz cannot be read: No space left on device."
    assert spooled(fresh_spool) == []
    monkeypatch.undo()
    monkeypatch.setattr(reader, "_unpack_cache", fresh_spool)
    board.indexer.index_now()
    assert board.runs().runs[0].message == ""
    assert column(board, "step") == [1]


def test_ranges_of_an_archive_are_those_of_what_it_unpacks_to(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"0123456789"))
    assert reader.read_range(str(path), 3, 4) == b"3456"
    assert reader.read_range(str(path), 8, 40) == b"89"
    with pytest.raises(FileNotFoundError):
        reader.read_range(str(tmp_path / "gone.jsonl.gz"), 0, 1)
