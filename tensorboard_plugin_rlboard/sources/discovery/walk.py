"""Finding the rollout files below the log directory.

A folder that holds rollout files (``*.jsonl``, plain or compressed, and the containers) is a run. Links to folders are followed, as TensorBoard follows them, so a
folder that can be reached by two names is two runs; a link that leads back to a folder above itself is not
followed. Names that begin with a dot are temporary files of editors and copying tools and are left out; folders
that begin with a dot are looked into, except ``.git``. What cannot be read is reported, never raised: one
unreadable folder must not hide the others. A remote root that cannot be listed for the moment keeps the files of its
last listing.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import printable
from tensorboard_plugin_rlboard.sources.compressed.decompression import is_compressed
from tensorboard_plugin_rlboard.sources.discovery.logdir import run_name
from tensorboard_plugin_rlboard.sources.discovery.remote_walk import list_root
from tensorboard_plugin_rlboard.sources.discovery.source_file import (
    SKIPPED_FOLDERS,
    SourceFile,
    SourceProblem,
    is_log_name,
    is_rollouts,
    sentence,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

__all__ = ["Scan", "SourceFile", "SourceProblem", "first_file", "scan", "walk"]


@dataclass(frozen=True, slots=True)
class Scan:
    """One whole walk: files by run, runs and files in the order of their names, and what could not be read."""

    runs: dict[str, list[SourceFile]] = field(default_factory=dict)
    problems: list[SourceProblem] = field(default_factory=list)


class _OutOfTimeError(Exception):
    """The deadline has passed."""


@dataclass(slots=True)
class _Clock:
    deadline: float | None

    def check(self) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise _OutOfTimeError


def scan(roots: Iterable[Root]) -> Scan:
    """Walk all roots to the end.

    Args:
        roots: Where to look.

    Returns:
        Every rollout file below the roots, grouped by run, and the problems met.
    """
    runs: dict[str, list[SourceFile]] = {}
    problems: list[SourceProblem] = []
    for found in walk(roots):
        if isinstance(found, SourceFile):
            runs.setdefault(found.run, []).append(found)
        else:
            problems.append(found)
    ordered = {}
    for run in sorted(runs):
        files = sorted(runs[run], key=lambda file: file.relative)
        plain = {file.relative for file in files}
        twins = [file for file in files if _unpacked_name(file.relative) in plain]
        ordered[run] = [file for file in files if file not in twins]
        problems += [
            SourceProblem(
                printable(file.path), "It lies beside the same file uncompressed, which is read instead."
            )
            for file in twins
        ]
    return Scan(ordered, problems)


def first_file(roots: Iterable[Root], deadline: float) -> bool:
    """Say whether there is any rollout file, in bounded time.

    Args:
        roots: Where to look.
        deadline: Value of ``time.monotonic()`` after which the answer is False. One call to the operating system
            is never interrupted, so a dead network drive can still hold it up.

    Returns:
        True as soon as one file is found whose name alone makes it a log, and for every remote root: whether there is
        one takes a network to tell. False where there is none, or none was found in time.
    """
    roots = list(roots)
    if any(not root.is_local for root in roots):
        return True
    try:
        found = _walk(roots, _Clock(deadline))
        return any(
            isinstance(file, SourceFile) and is_log_name(file.relative.rpartition("/")[2]) for file in found
        )
    except _OutOfTimeError:
        return False


def walk(roots: Iterable[Root]) -> Iterator[SourceFile | SourceProblem]:
    """Walk the roots one after the other, yielding files and problems as they are met.

    Args:
        roots: Where to look. Where two roots give the same run name to different folders, the first is read and
            the other is reported.

    Yields:
        Files, in no particular order, and problems.
    """
    yield from _walk(roots, _Clock(None))


def _walk(roots: Iterable[Root], clock: _Clock) -> Iterator[SourceFile | SourceProblem]:
    folder_of_run: dict[str, str] = {}
    for root in roots:
        for found in _walk_root(root, clock) if root.is_local else list_root(root):
            if isinstance(found, SourceFile):
                folder = os.path.dirname(found.path)  # noqa: PTH120  an address is no Path
                if folder_of_run.setdefault(found.run, folder) != folder:
                    reason = (
                        f"The run name {found.run!r} is already taken by {printable(folder_of_run[found.run])}; "
                        "give the folders names: --logdir_spec name:path,name:path."
                    )
                    yield SourceProblem(printable(found.path), reason)
                    continue
            yield found


def _walk_root(root: Root, clock: _Clock) -> Iterator[SourceFile | SourceProblem]:
    try:
        identity = _identity(root.path)
        if identity is None:
            yield SourceProblem(printable(root.path), "This is a file, not a folder.")
            return
    except OSError as error:
        yield SourceProblem(printable(root.path), sentence(error))
        return
    # Depth first with a list: a deep tree must not meet Python's recursion limit. Each folder carries the
    # identities of the folders above it, by which a link that leads back is recognised.
    pending = [(root.path, frozenset({identity}))]
    while pending:
        folder, above = pending.pop()
        run = run_name(root, folder)
        for entry in _entries(folder, clock):
            if isinstance(entry, SourceProblem):
                yield entry
                continue
            try:
                if not entry.is_dir():
                    yield from _file(entry, run)
                elif entry.name not in SKIPPED_FOLDERS:
                    identity = _identity(entry.path)
                    if identity is not None and identity not in above:
                        pending.append((entry.path, above | {identity}))
            except FileNotFoundError:
                continue  # gone since the listing, as files of a running training may be
            except OSError as error:
                yield SourceProblem(printable(entry.path), sentence(error))


def _unpacked_name(relative: str) -> str:
    """Give the name of a compressed file without what says so; empty for any other."""
    return relative.rpartition(".")[0] if is_compressed(relative) else ""


def _entries(folder: str, clock: _Clock) -> Iterator[os.DirEntry[str] | SourceProblem]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                clock.check()
                yield entry
    except FileNotFoundError:
        return
    except OSError as error:
        yield SourceProblem(printable(folder), sentence(error))


def _file(entry: os.DirEntry[str], run: str) -> Iterator[SourceFile | SourceProblem]:
    if not is_rollouts(entry.name):
        return
    try:
        facts = Path(entry.path).stat()
    except FileNotFoundError:
        if entry.is_symlink() and is_log_name(entry.name):
            yield SourceProblem(printable(entry.path), "This link leads to a file that does not exist.")
        return
    if not stat.S_ISREG(facts.st_mode):
        # Opening a pipe would wait for ever.
        if is_log_name(entry.name):
            yield SourceProblem(printable(entry.path), "This is not a regular file.")
        return
    name = printable(entry.name)
    # The run "." or "a/." says "directly here": its last part is no folder.
    folder = run[:-1] if run == "." or run.endswith("/.") else f"{run}/"
    yield SourceFile(
        path=entry.path,
        run=run,
        relative=folder + name,
        size=facts.st_size,
        mtime_ns=facts.st_mtime_ns,
        inode=facts.st_ino,
        device=facts.st_dev,
    )


def _identity(folder: str) -> tuple[int, int] | None:
    """Give the numbers that tell this folder from every other, or None where it is not a folder."""
    facts = Path(folder).stat()
    return (facts.st_dev, facts.st_ino) if stat.S_ISDIR(facts.st_mode) else None
