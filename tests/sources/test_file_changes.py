from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources
from tensorboard_plugin_rlboard.sources.file_changes import Change, FileState, compare, with_range_read
from tensorboard_plugin_rlboard.sources.fingerprints import (
    PROBE_BYTES,
    Fingerprint,
    fingerprint_in_file,
    fingerprint_of_bytes,
)

HOUR_NS = 3_600_000_000_000


def found(path: Path) -> SourceFile | None:
    files = [file for files in list_sources([Root("", str(path.parent))]).runs.values() for file in files]
    return next((file for file in files if file.path == str(path)), None)


def read_whole(path: Path, *, later_ns: int = 0) -> FileState:
    """Look at a file for the first time and read all of it."""
    seen = compare(None, found(path), time.time_ns() + later_ns)
    assert seen.change is Change.NEW
    assert seen.state is not None
    assert seen.state.read_to == 0
    return with_range_read(seen.state, fingerprint_of_bytes(path.read_bytes(), 0))


def look_again(path: Path, before: FileState) -> tuple[Change, int | None, str]:
    seen = compare(before, found(path), time.time_ns())
    return seen.change, None if seen.state is None else seen.state.read_to, seen.reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"".join(b'{"step": %d}\n' % step for step in range(2000)))
    assert file.stat().st_size > 4 * PROBE_BYTES
    return file


def test_file_that_did_not_change(path: Path) -> None:
    state = read_whole(path)
    assert look_again(path, state) == (Change.UNCHANGED, path.stat().st_size, "")


def test_old_file_that_did_not_change_is_not_opened(path: Path) -> None:
    state = read_whole(path, later_ns=HOUR_NS)
    now = found(path)
    assert now is not None
    path.unlink()
    assert compare(state, now, time.time_ns()).change is Change.UNCHANGED


def test_appended_bytes_are_read_from_where_reading_stopped(path: Path) -> None:
    state = read_whole(path)
    with path.open("ab") as file:
        file.write(b"{}\n")
    change, read_to, _ = look_again(path, state)
    assert (change, read_to) == (Change.APPENDED, state.size)


def test_longer_copy_in_its_place_is_an_append(path: Path) -> None:
    """What ``rsync`` does: the same beginning, in another file."""
    state = read_whole(path)
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes() + b"{}\n")
    copy.replace(path)
    change, read_to, _ = look_again(path, state)
    assert (change, read_to) == (Change.APPENDED, state.size)


def test_shrunk_file_is_rewritten(path: Path) -> None:
    state = read_whole(path)
    path.write_bytes(b"{}\n")
    assert look_again(path, state) == (Change.REWRITTEN, 0, f"It shrank from {state.size:,} to 3 bytes.")


@pytest.mark.parametrize(("at", "where"), [(3, "first"), (-3, "last")])
@pytest.mark.parametrize("more", [b"", b"{}\n"])
def test_other_bytes_at_either_end_are_a_rewrite(path: Path, at: int, where: str, more: bytes) -> None:
    state = read_whole(path)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data) + more)
    change, read_to, reason = look_again(path, state)
    assert (change, read_to) == (Change.REWRITTEN, 0)
    assert reason  # one range is first and last at once, so the sentence may name either


def test_rewrite_with_the_same_size_and_time_shortly_after_is_seen(path: Path) -> None:
    state = read_whole(path)
    facts = path.stat()
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert look_again(path, state)[0] is Change.REWRITTEN


def test_last_range_is_watched_as_well_as_the_first(path: Path) -> None:
    state = read_whole(path)
    more = b"".join(b'{"more": %d}\n' % step for step in range(2000))
    with path.open("ab") as file:
        file.write(more)
    seen = compare(state, found(path), time.time_ns())
    assert seen.state is not None
    state = with_range_read(seen.state, fingerprint_of_bytes(more, state.size))
    data = path.read_bytes()
    path.write_bytes(data[:-5] + b"0" + data[-4:])
    assert look_again(path, state)[2] == "The last lines that were read from it have changed."


def test_half_written_line_may_still_change(path: Path) -> None:
    seen = compare(None, found(path), time.time_ns())
    assert seen.state is not None
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n", 0, -1) + 1]
    state = with_range_read(seen.state, fingerprint_of_bytes(whole, 0))
    path.write_bytes(whole + b'{"st')
    change, read_to, _ = look_again(path, state)
    assert (change, read_to) == (Change.APPENDED, len(whole))


def test_touched_file_is_unchanged(path: Path) -> None:
    state = read_whole(path, later_ns=HOUR_NS)
    os.utime(path, ns=(1, 1))
    seen = compare(state, found(path), time.time_ns())
    assert seen.change is Change.UNCHANGED
    assert seen.state is not None
    assert (seen.state.mtime_ns, seen.state.read_to) == (1, state.read_to)


def test_file_that_is_gone_has_vanished(path: Path) -> None:
    state = read_whole(path)
    now = found(path)
    path.unlink()
    assert look_again(path, state) == (Change.VANISHED, None, "")
    assert compare(state, now, time.time_ns()).change is Change.VANISHED


def test_file_that_cannot_be_opened_is_unreadable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = read_whole(path)

    def refuse(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    now = found(path)
    monkeypatch.setattr(reader, "open_regular", refuse)
    seen = compare(state, now, time.time_ns())
    assert (seen.change, seen.state, seen.reason) == (Change.UNREADABLE, None, "Permission denied.")


def test_reading_goes_on_without_gaps() -> None:
    state = FileState(size=10, mtime_ns=0, inode=1, device=1, settled=True)
    state = with_range_read(state, Fingerprint(0, 4, "a"))
    state = with_range_read(state, Fingerprint(4, 6, "b"))
    assert state == replace(state, read_to=10, first=Fingerprint(0, 4, "a"), last=Fingerprint(4, 6, "b"))
    with pytest.raises(ValueError, match="begins at 12, but the file was read up to 10"):
        with_range_read(state, Fingerprint(12, 1, "c"))


@given(before=st.binary(max_size=50), size=st.integers(0, 4 * PROBE_BYTES), after=st.binary(max_size=50))
def test_fingerprint_of_a_range_is_that_of_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, size: int, after: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "range"
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    path.write_bytes(before + data + after)
    with path.open("rb") as file:
        assert fingerprint_in_file(file, len(before), size) == fingerprint_of_bytes(
            memoryview(data), len(before)
        )


def test_fingerprint_of_a_range_that_is_cut_short_fits_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    with path.open("rb") as file:
        assert fingerprint_in_file(file, 0, 4) != fingerprint_of_bytes(b"abc", 0)
        assert fingerprint_in_file(file, 0, 4).digest != fingerprint_of_bytes(b"abc", 0).digest
