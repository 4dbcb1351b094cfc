"""Files that change under a running index and between two starts: it has what a clean build of them has."""

from __future__ import annotations

import gzip
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breaking.logs import sample
from damage.accounts import accounts, open_index

from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer

Dump = dict[str, Any]
LOG = "run/a.jsonl"
SAME, EMPTY, OLD = (
    "as a clean build",
    "gone, and said so",
    "not noticed: an edit between both ends of what was read",
)
_OF_HISTORY = frozenset({"vanished", "read_anew"})
"""Problems that tell what a file was before, which a clean build cannot know."""


@dataclass(frozen=True)
class FileFault:
    """A change of a log.

    Attributes:
        change: makes it, given the log's path.
        shows: what the index has of it afterwards.
    """

    change: Callable[[Path], object]
    shows: str = SAME


def content(steps: range, shift: float = 0.0) -> bytes:
    """Lines of samples; `shift` is added to their rewards."""
    rows = [sample(step, index, 12) for step in steps for index in range(4)]
    return b"".join(
        json.dumps({**row, "reward": round(row["reward"] + shift, 6)}).encode() + b"\n" for row in rows
    )


BEFORE = content(range(1, 41))


def _replace(path: Path, data: bytes) -> None:
    path.with_suffix(".new").write_bytes(data)
    path.with_suffix(".new").replace(path)


def _truncate(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


def _write_at(path: Path, data: bytes, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def _rotate(path: Path) -> None:
    path.rename(path.with_name("a.1.jsonl"))
    path.write_bytes(content(range(41, 61)))


def _become(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


def _same_size(path: Path) -> None:
    """Another training, byte for byte as long."""
    data = BEFORE.replace(b'"prompt": "p0"', b'"prompt": "q0"').replace(b'"note": "a"', b'"note": "c"')
    _replace(path, data)


def _same_size_and_time(path: Path) -> None:
    before = path.stat()
    _same_size(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _edit_middle(path: Path) -> None:
    at = BEFORE.index(b'"reward": ', len(BEFORE) // 2) + len(b'"reward": ')
    _write_at(path, b"9" if BEFORE[at : at + 1] != b"-" else b" ", at)


def _append_in_pieces(path: Path) -> None:
    appended = content(range(41, 50))
    with path.open("ab") as file:
        file.write(appended[: len(appended) - 100])


def _append_with_time(path: Path, seconds: int) -> None:
    with path.open("ab") as file:
        file.write(content(range(41, 45)))
    os.utime(path, (seconds, seconds))


FILE_FAULTS: dict[str, FileFault] = {
    "is truncated in a line": FileFault(lambda path: _truncate(path, len(BEFORE) // 2)),
    "is truncated to nothing": FileFault(lambda path: _truncate(path, 0)),
    "is replaced by a longer one": FileFault(lambda path: _replace(path, content(range(1, 60), 1.0))),
    "is replaced by a shorter one": FileFault(lambda path: _replace(path, content(range(1, 20), 1.0))),
    "is replaced by one of the same size": FileFault(_same_size),
    "is replaced by one of the same size and time": FileFault(_same_size_and_time),
    "is overwritten in place": FileFault(lambda path: _write_at(path, content(range(1, 5), 1.0), 0)),
    "is edited in its middle at the same size": FileFault(_edit_middle, OLD),
    "is rotated": FileFault(_rotate),
    "is appended to up to the middle of a line": FileFault(_append_in_pieces),
    "becomes an archive under the same name": FileFault(lambda path: _replace(path, gzip.compress(BEFORE))),
    "vanishes": FileFault(lambda path: path.unlink(), EMPTY),
    "becomes a folder": FileFault(lambda path: _become(path, Path.mkdir), EMPTY),
    "becomes a pipe": FileFault(lambda path: _become(path, os.mkfifo), EMPTY),
    "becomes a socket": FileFault(lambda path: _become(path, _make_socket), EMPTY),
    "becomes a link to itself": FileFault(
        lambda path: _become(path, lambda path: path.symlink_to(path)), EMPTY
    ),
    "becomes a link to nothing": FileFault(
        lambda path: _become(path, lambda path: path.symlink_to("gone")), EMPTY
    ),
    "becomes a link to /dev/zero": FileFault(
        lambda path: _become(path, lambda path: path.symlink_to("/dev/zero")), EMPTY
    ),
    "was written in the year 2099": FileFault(lambda path: _append_with_time(path, 4_070_908_800)),
    "was written in 1970": FileFault(lambda path: _append_with_time(path, 1)),
}
"""What happens to a log -> how, and what is shown afterwards."""


def _make_socket(path: Path) -> None:
    previous_folder = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is at most 107 bytes long
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(previous_folder)


def try_file(home: Path, fault: FileFault) -> tuple[str, list[str]]:
    """Indexes a log, changes it, and compares the index that saw the change, and one that starts afterwards.

    Args:
        home: where the log directory is made.
        fault: the change.

    Returns:
        What is shown, and a sentence for each index in which something else is.
    """
    logs, cache = home / "logs", home / "cache"
    path = logs / LOG
    path.parent.mkdir(parents=True)
    path.write_bytes(BEFORE)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    with open_index(logs, cache) as running:
        before = dump(running)
        fault.change(path)
        running.index_now()
        seen_running = dump(running)
    with open_index(logs, cache) as started:
        after = dump(started)
    with open_index(logs, home / "other-cache") as built:
        clean = dump(built)
    wanted = before if fault.shows == OLD else clean
    failed = (
        [f"the running index has {_difference(seen_running, wanted)}"]
        if seen_running["samples"] != wanted["samples"]
        else []
    )
    if after["samples"] != wanted["samples"]:
        failed.append(f"the index of the next start has {_difference(after, wanted)}")
    if fault.shows == EMPTY and (seen_running["samples"] or not seen_running["words"]):
        failed.append("it is gone without a word")
    if fault.shows == SAME and (seen_running["problems"] != clean["problems"] or not clean["files"]):
        failed.append(
            f"the running index has the problems {seen_running['problems']}, not {clean['problems']}"
        )
    return fault.shows, failed


def dump(indexer: BackgroundIndexer) -> Dump:
    """What an index has: samples, problems of lines, and whether anything was said of files as a whole."""
    accounts_by_path = accounts(indexer.registry)
    samples = {
        (path, line): repr(samples_of_line)
        for path, account in accounts_by_path.items()
        for line, samples_of_line in account.samples.items()
        if samples_of_line
    }
    problems = {
        (path, line): sorted(set(kinds) - _OF_HISTORY)
        for path, account in accounts_by_path.items()
        for line, kinds in account.problems.items()
        if set(kinds) - _OF_HISTORY
    }
    named_files = [
        path for path, account in accounts_by_path.items() if account.reason or account.problems.get(0)
    ]
    return {"samples": samples, "problems": problems, "words": named_files, "files": list(accounts_by_path)}


def _difference(found: Dump, wanted: Dump) -> str:
    lines = [
        key
        for key in found["samples"] | wanted["samples"]
        if found["samples"].get(key) != wanted["samples"].get(key)
    ]
    return f"{len(found['samples'])} lines with samples, not {len(wanted['samples'])}; {len(lines)} differ, as {lines[0]}"
