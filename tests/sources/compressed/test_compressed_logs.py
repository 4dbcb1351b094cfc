"""Compressed logs: unpacked once, followed while they grow, read as far as they can be."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.compressed import unpack_cache
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file, list_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tensorboard_plugin_rlboard.board.board import Board

try:
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    zstd = pytest.importorskip("backports.zstd", reason="backports.zstd comes with the extra zstd")

from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.build import range_plan
from tensorboard_plugin_rlboard.index.update import scheduler
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstd.compress}
both = pytest.mark.parametrize("suffix", [".gz", ".zst"])


@pytest.fixture(autouse=True)
def fresh_spool(monkeypatch: pytest.MonkeyPatch) -> Iterator[UnpackCache]:
    """A spool of its own for each test, emptied behind it."""
    spool = UnpackCache(reader._open_stored)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    yield spool
    spool.clear()


def line(step: int, **more: Any) -> bytes:
    row = {"step": step, "prompt": "p", "response": f"answer {step}", "reward": step / 2, **more}
    return json.dumps(row).encode() + b"\n"


def lines(*steps: int) -> bytes:
    return b"".join(map(line, steps))


def steps(board: Board, run: str = ".") -> list[Any]:
    return list(board.samples(Selection(run), TextRules(), columns=["step"], limit=500).columns["step"])


def problems(board: Board) -> list[tuple[str, str]]:
    found = board.problems(".", 0, 100).columns
    return list(zip(found.kind, found.reason, strict=True))


def spooled(spool: UnpackCache) -> list[Path]:
    return [] if spool._folder is None else sorted(Path(spool._folder.name).iterdir())


def unpack(suffix: str, pieces: list[bytes]) -> tuple[bytes, str]:
    unpacker = Decompressor(f"x{suffix}")
    data = b"".join(b"".join(unpacker.feed(piece)) for piece in pieces)
    return data, unpacker.damage or unpacker.truncation


@both
@given(members=st.lists(st.binary(max_size=300), max_size=4), cuts=st.lists(st.integers(0, 400), max_size=5))
def test_members_are_unpacked_in_whatever_pieces_they_come(
    suffix: str, members: list[bytes], cuts: list[int]
) -> None:
    packed = b"".join(map(PACK[suffix], members))
    ends = [0, *sorted(cut for cut in cuts if cut < len(packed)), len(packed)]
    pieces = [packed[a:b] for a, b in itertools.pairwise(ends)]
    assert unpack(suffix, pieces) == (b"".join(members), "")


@both
def test_few_bytes_that_unpack_to_many_come_in_small_pieces(suffix: str) -> None:
    packed = PACK[suffix](bytes(20_000_000))
    sizes = [len(piece) for piece in Decompressor(f"x{suffix}").feed(packed)]
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= 256 * 1024


@both
def test_torn_archive_gives_what_is_there(suffix: str) -> None:
    noise = os.urandom(500_000)
    packed = PACK[suffix](noise)
    data, damage = unpack(suffix, [packed[: len(packed) // 2]])
    assert noise.startswith(data)
    assert len(data) > 100_000
    assert "ends in the middle" in damage


def test_corrupt_gzip_gives_what_is_before_the_damage() -> None:
    noise = os.urandom(100_000)
    packed = bytearray(gzip.compress(noise))
    packed[-8] ^= 1  # the checksum
    data, damage = unpack(".gz", [bytes(packed)])
    assert data == noise
    assert damage == "The archive is corrupt (incorrect data check); the lines before that place are shown."
    text = b"".join(b"%d, " % i for i in range(50_000))
    packed = bytearray(gzip.compress(text))
    middle = len(packed) // 2
    packed[middle : middle + 200] = b"\xff" * 200
    data, damage = unpack(".gz", [bytes(packed)])
    assert data[: len(text) // 3] == text[: len(text) // 3]
    assert "corrupt" in damage


def test_corrupt_zstd_gives_the_blocks_before_the_damage() -> None:
    noise = os.urandom(900_000)
    packed = bytearray(zstd.compress(noise, options={zstd.CompressionParameter.checksum_flag: 1}))
    packed[-1] ^= 1
    data, damage = unpack(".zst", [bytes(packed)])
    assert noise.startswith(data)
    assert len(data) > 500_000
    assert "corrupt" in damage


def test_what_lies_behind_the_archive() -> None:
    packed = gzip.compress(b"a\n")
    assert unpack(".gz", [packed, bytes(5000)]) == (b"a\n", "")
    data, damage = unpack(".gz", [packed, b"garbage that is long enough"])
    assert data == b"a\n"
    assert damage == "Behind the archive's end are bytes that are no archive; they are left out."
    assert "corrupt" in unpack(".gz", [b"no archive at all"])[1]


@both
def test_compressed_log_is_read_like_a_plain_one(
    tmp_path: Path, open_board: Callable[[Path], Board], suffix: str
) -> None:
    rows = [line(step, response="字" * step) for step in range(1, 30)]
    (tmp_path / f"a.jsonl{suffix}").write_bytes(PACK[suffix](b"".join(rows)))
    board = open_board(tmp_path)
    assert steps(board) == list(range(1, 30))
    found = board.samples(Selection("."), TextRules(), limit=500).columns["id"]
    assert board.sample(".", str(found[6]), TextRules()).texts["response"].raw == "字" * 7
    info = board.runs().runs[0]
    assert (info.state, info.bytes, info.indexed_bytes) == ("ready", len(b"".join(rows)), len(b"".join(rows)))
    assert info.problems == 0


@both
def test_members_that_are_appended_are_followed_without_unpacking_the_others_again(
    tmp_path: Path, open_board: Callable[[Path], Board], suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(PACK[suffix](lines(1, 2)))
    board = open_board(tmp_path)
    monkeypatch.setattr(unpack_cache, "Unpacker", None)  # a new one would be needed to begin anew
    with path.open("ab") as file:
        file.write(PACK[suffix](lines(3)))
    board.registry.refresh()
    with path.open("ab") as file:
        file.write(PACK[suffix](lines(4)[:10]))
    board.registry.refresh()
    assert steps(board) == [1, 2, 3]
    with path.open("ab") as file:
        file.write(PACK[suffix](lines(4)[10:]))
    board.registry.refresh()
    assert steps(board) == [1, 2, 3, 4]
    assert problems(board) == []


def test_gzip_that_is_flushed_but_not_closed_is_followed(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    path = tmp_path / "a.jsonl.gz"
    packer = zlib.compressobj(wbits=31)
    path.write_bytes(packer.compress(lines(1)) + packer.flush(zlib.Z_SYNC_FLUSH))
    board = open_board(tmp_path)
    assert steps(board) == [1]
    assert [kind for kind, _ in problems(board)] == ["damaged_archive"]
    with path.open("ab") as file:
        file.write(packer.compress(lines(2)) + packer.flush(zlib.Z_SYNC_FLUSH))
    board.registry.refresh()
    assert steps(board) == [1, 2]
    assert "still being written" in problems(board)[0][1]
    with path.open("ab") as file:
        file.write(packer.flush())
    board.registry.refresh()
    assert steps(board) == [1, 2]
    assert problems(board) == []


@both
def test_rewritten_archive_is_read_anew(
    tmp_path: Path, open_board: Callable[[Path], Board], suffix: str, fresh_spool: UnpackCache
) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(PACK[suffix](lines(1, 2)))
    board = open_board(tmp_path)
    path.write_bytes(PACK[suffix](lines(5, 6, 7)))
    board.registry.refresh()
    assert steps(board) == [5, 6, 7]
    path.write_bytes(PACK[suffix](lines(5)))
    board.registry.refresh()
    assert steps(board) == [5]
    assert len(spooled(fresh_spool)) == 1
    path.unlink()
    board.registry.refresh()
    assert steps(board) == []


def test_rewritten_with_the_same_size_and_time_is_seen(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(lines(1), 0))
    before = path.stat()
    board = open_board(tmp_path)
    path.write_bytes(gzip.compress(lines(2), 0))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    board.registry.refresh()
    assert steps(board) == [2]


def test_torn_archive_shows_its_lines_and_says_so(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    text = b"".join(line(step, noise=os.urandom(300).hex()) for step in range(1, 200))
    packed = gzip.compress(text)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    board = open_board(tmp_path)
    shown = steps(board)
    assert shown == list(range(1, len(shown) + 1))
    assert 50 < len(shown) < 150
    ((kind, reason),) = problems(board)
    assert kind == "damaged_archive"
    assert str(tmp_path) not in reason
    assert board.runs().runs[0].state == "ready"
    other = gzip.compress(text.replace(b"answer", b"ANSWER"))
    path.write_bytes(other[: len(other) // 2])
    board.registry.refresh()
    assert [kind for kind, _ in problems(board)] == ["damaged_archive"], "said of what is there now"
    path.write_bytes(packed)
    board.registry.refresh()
    assert steps(board) == list(range(1, 200))
    assert problems(board) == []


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
    (tmp_path / "a.jsonl").write_bytes(lines(1))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines(1)))
    board = open_board(tmp_path)
    assert steps(board) == [1]
    assert [Path(file.file).name for file in board.runs().ignored] == ["a.jsonl.gz"]
    (tmp_path / "a.jsonl").unlink()
    board.registry.refresh()
    assert steps(board) == [1]


def test_log_directory_of_archives_only_is_active(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(zstd.compress(lines(1)))
    assert has_log_file(parse_roots(str(tmp_path), ""), float("inf"))
    assert [file.relative for file in list_sources(parse_roots(str(tmp_path), "")).runs["."]] == [
        "a.jsonl.zst"
    ]


def test_without_zstd_it_is_said_how_to_get_it(
    tmp_path: Path, open_board: Callable[[Path], Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(zstd.compress(lines(1)))
    (tmp_path / "b.jsonl").write_bytes(lines(2))
    for name in ("compression", "compression.zstd", "backports", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    board = open_board(tmp_path)
    assert steps(board) == [2]
    assert [(file.file, file.reason) for file in board.runs().ignored] == [
        (
            "a.jsonl.zst",
            'It cannot be read: Unpacking zstd needs a package: pip install "tensorboard-plugin-rlboard[zstd]".',
        )
    ]
    monkeypatch.undo()
    board.registry.refresh()
    assert sorted(steps(board)) == [1, 2], "a package that was installed since is taken up"


def test_files_make_room_for_others_and_are_made_again(tmp_path: Path) -> None:
    spool = UnpackCache(reader._open_stored, budget=2500)
    paths = [str(tmp_path / f"{i}.gz") for i in range(3)]
    for i, path in enumerate(paths):
        Path(path).write_bytes(gzip.compress(b"%d" % i * 1000))
    try:
        for i in (0, 1, 0, 2, 0, 1):
            with spool.open(paths[i]) as file:
                assert file.read() == b"%d" % i * 1000
            assert sum(path.stat().st_size for path in spooled(spool)) <= 2500
        assert set(spool._entries) == {paths[0], paths[1]}, "the one not asked for longest has gone"
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
    spool = UnpackCache(reader._open_stored, budget=30_000)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    monkeypatch.setattr(scheduler, "BUDGET", 0)
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 4000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    for i in range(4):
        text = b"".join(line(step, note="x" * 1000) for step in range(20 * i, 20 * i + 20))
        (tmp_path / f"{i}.jsonl.gz").write_bytes(gzip.compress(text))
        os.utime(
            tmp_path / f"{i}.jsonl.gz", (1e9, 1e9)
        )  # a log that is being written is looked at more closely
    unpacked: list[str] = []
    real = UnpackCache._unpack

    def unpacking(self: UnpackCache, path: str, *args: Any, **more: Any) -> Any:
        unpacked.append(path)
        return real(self, path, *args, **more)

    monkeypatch.setattr(UnpackCache, "_unpack", unpacking)
    try:
        assert steps(open_board(tmp_path)) == list(range(80))
        assert [Path(path).name[0] for path in unpacked] == ["0", "1", "2", "3"]
    finally:
        spool.clear()


def test_unpacked_file_that_someone_removed_is_made_again(tmp_path: Path) -> None:
    spool = UnpackCache(reader._open_stored)
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
    spool = UnpackCache(reader._open_stored, budget=300_000)
    monkeypatch.setattr(reader, "_unpack_cache", spool)
    text = b"".join(line(step, note="x" * 1000) for step in range(1, 500))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines(1000)))
    try:
        board = open_board(tmp_path)
        shown = [step for step in steps(board) if step != 1000]
        assert shown == list(range(1, len(shown) + 1))
        assert 100 < len(shown) < 300
        assert 1000 in steps(board)
        ((kind, reason),) = problems(board)
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
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines(1)))

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device", "/secret/place")

    monkeypatch.setattr(UnpackCache, "_make_room", full)
    board = open_board(tmp_path)
    assert board.runs().runs[0].message == "a.jsonl.gz cannot be read: No space left on device."
    assert spooled(fresh_spool) == []
    monkeypatch.undo()
    monkeypatch.setattr(reader, "_unpack_cache", fresh_spool)
    board.registry.refresh()
    assert board.runs().runs[0].message == ""
    assert steps(board) == [1]


def test_ranges_of_an_archive_are_those_of_what_it_unpacks_to(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"0123456789"))
    assert reader.read_range(str(path), 3, 4) == b"3456"
    assert reader.read_range(str(path), 8, 40) == b"89"
    with pytest.raises(FileNotFoundError):
        reader.read_range(str(tmp_path / "gone.jsonl.gz"), 0, 1)
