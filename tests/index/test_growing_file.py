from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.growing_file import GrowingFile, first_pending, named
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.file_changes import compare

if TYPE_CHECKING:
    from pathlib import Path


def _source(path: Path) -> SourceFile:
    seen = path.stat()
    return SourceFile(str(path), ".", path.name, seen.st_size, seen.st_mtime_ns, seen.st_ino, seen.st_dev)


def _opened(path: Path) -> GrowingFile:
    state = compare(None, _source(path), time.time_ns()).state
    assert state is not None
    return GrowingFile(path=str(path), relative=path.name, state=state)


def _append(path: Path, data: bytes, file: GrowingFile) -> None:
    with path.open("ab") as opened:
        opened.write(data)
    assert file.look_again(_source(path), time.time_ns())


def _numbered(file: GrowingFile) -> list[tuple[int, int, bytes]]:
    """Reads what there is: number, offset and text of each line that is not empty."""
    found: list[tuple[int, int, bytes]] = []

    def take(lines: list[bytes], offset: int) -> None:
        for number, line in enumerate(lines, file.lines + 1):
            if line:
                found.append((number, offset, line))
            offset += len(line) + 1

    while file.is_pending:
        file.read_range(take)
    return found


def test_a_last_line_without_its_end_keeps_its_number(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id": 2}')
    file = _opened(path)
    assert _numbered(file) == [(1, 0, b'{"id": 1}'), (2, 10, b'{"id": 2}')]
    _append(path, b'\n{"id": 3}\n', file)
    assert _numbered(file) == [(3, 20, b'{"id": 3}')]


def test_half_a_line_waits_for_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id"')
    file = _opened(path)
    assert _numbered(file) == [(1, 0, b'{"id": 1}')]
    assert not file.is_pending
    _append(path, b": 2}\n", file)
    assert _numbered(file) == [(2, 10, b'{"id": 2}')]


def test_a_file_that_is_gone_or_another_one_is_not_the_same(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_bytes(b'{"id": 1}\n')
    file = _opened(path)
    _numbered(file)
    path.write_bytes(b'{"id": 7, "other": 1}\n')
    assert not file.look_again(_source(path), time.time_ns())
    assert not file.look_again(None, time.time_ns())


def test_what_a_line_makes_a_library_raise_is_said_and_ends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_bytes(b'{"id": 1}\n')
    file = _opened(path)

    def fail(_lines: list[bytes], _offset: int) -> None:
        raise ValueError("of no use to a reader")

    assert file.read_range(fail) == 0
    assert not file.is_pending
    assert [row.reason for row in file.problem_rows(f"Unreadable: {file.read_error}")] == [
        "Unreadable: ValueError at byte 0."
    ]
    assert file.look_again(_source(path), time.time_ns())
    assert file.is_pending, "the next look tries again"


def test_problems_beyond_those_that_are_listed_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_bytes(b"\n")
    file = _opened(path)
    for line in range(1, 24):
        file.add_problem(line, None, "no_key", "It has no key.")
    *listed, last = file.problem_rows("")
    assert [row.line for row in listed] == list(range(1, 21))
    assert last.reason == "3 more lines of this file could not be used and are not listed one by one."


def test_the_first_file_with_lines_left_is_read_first(tmp_path: Path) -> None:
    files = {}
    for name in ("b.jsonl", "a.jsonl", "c.jsonl"):
        (tmp_path / name).write_bytes(b"{}\n")
        files[name] = _opened(tmp_path / name)
    assert first_pending(files).relative == "a.jsonl"
    assert named(files) == "a.jsonl and 2 more"
    _numbered(files["a.jsonl"])
    assert first_pending(files).relative == "b.jsonl"
    assert named({}) == ""
