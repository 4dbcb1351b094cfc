"""Walks the log directory and finds its rollout files.

A folder that holds rollout files (``*.jsonl``, plain or compressed, and the containers) is a run. Links to folders are
followed, as TensorBoard follows them, so a folder that can be reached by two names is two runs; a link that leads back
to a folder above itself is not followed. Files that begin with a dot are temporary files of editors and copying tools
and are left out; folders that begin with a dot are walked, except ``.git`` and ``.rlboard``. What cannot be read is
reported, never raised: one unreadable folder must not hide the others. A remote root that cannot be listed for the
moment keeps the files of its last listing.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.compressed.decompression import is_compressed
from tensorboard_plugin_rlboard.sources.discovery.dump_folders import join_dump_folders
from tensorboard_plugin_rlboard.sources.discovery.logdir import run_name
from tensorboard_plugin_rlboard.sources.discovery.remote_walk import list_remote_root
from tensorboard_plugin_rlboard.sources.discovery.source_file import (
    SKIPPED_FOLDERS,
    DiscoveryProblem,
    SourceFile,
    error_sentence,
    is_log_name,
    may_be_log_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The result of a whole walk.

    Attributes:
        runs: Run name -> its files; runs and files in the order of their names.
        problems: What could not be read.
    """

    runs: dict[str, list[SourceFile]] = field(default_factory=dict)
    problems: list[DiscoveryProblem] = field(default_factory=list)


class _DeadlinePassedError(Exception):
    """The deadline of a walk has passed."""


@dataclass(slots=True)
class _Deadline:
    monotonic_time: float | None

    def raise_if_passed(self) -> None:
        if self.monotonic_time is not None and time.monotonic() >= self.monotonic_time:
            raise _DeadlinePassedError


def list_sources(roots: Iterable[Root]) -> SourceListing:
    """Find every rollout file below some roots.

    A compressed file beside the same file uncompressed is left out, with a problem. The companions of a rollout file
    are part of it (``sources/companions.py``).

    Args:
        roots: The roots of the log directory.
    """
    runs: dict[str, list[SourceFile]] = {}
    sources: list[SourceFile] = []
    problems: list[DiscoveryProblem] = []
    for found in walk(roots):
        if isinstance(found, SourceFile):
            sources.append(found)
        else:
            problems.append(found)
    for source in join_dump_folders(sources):
        runs.setdefault(source.run, []).append(source)
    ordered = {}
    for run in sorted(runs):
        files = sorted(runs[run], key=lambda file: file.relative)
        plain = {file.relative for file in files}
        compressed_copies = [file for file in files if _unpacked_name(file.relative) in plain]
        ordered[run] = [file for file in files if file not in compressed_copies]
        problems += [
            DiscoveryProblem(
                printable_path(file.path), "It lies beside the same file uncompressed, which is read instead."
            )
            for file in compressed_copies
        ]
    return SourceListing(ordered, problems)


def has_log_file(roots: Iterable[Root], deadline: float) -> bool:
    """Whether there is any rollout file below some roots, in bounded time.

    Args:
        roots: The roots of the log directory.
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
        found = _walk(roots, _Deadline(deadline))
        return any(
            isinstance(file, SourceFile) and is_log_name(file.relative.rpartition("/")[2]) for file in found
        )
    except _DeadlinePassedError:
        return False


def walk(roots: Iterable[Root]) -> Iterator[SourceFile | DiscoveryProblem]:
    """Walk the roots one after the other, yielding files and problems as they are found.

    Args:
        roots: The roots of the log directory. Where two of them give the same run name to different folders, the first
            is read and the other is reported.

    Yields:
        Files, in no particular order, and problems.
    """
    yield from _walk(roots, _Deadline(None))


def _walk(roots: Iterable[Root], deadline: _Deadline) -> Iterator[SourceFile | DiscoveryProblem]:
    folder_of_run: dict[str, str] = {}
    for root in roots:
        for found in _walk_root(root, deadline) if root.is_local else list_remote_root(root):
            if isinstance(found, SourceFile):
                folder = os.path.dirname(found.path)  # noqa: PTH120  an address is no Path
                if folder_of_run.setdefault(found.run, folder) != folder:
                    reason = (
                        f"The run name {found.run!r} is already taken by {printable_path(folder_of_run[found.run])}; "
                        "give the folders names: --logdir_spec name:path,name:path."
                    )
                    yield DiscoveryProblem(printable_path(found.path), reason)
                    continue
            yield found


def _walk_root(root: Root, deadline: _Deadline) -> Iterator[SourceFile | DiscoveryProblem]:
    try:
        identity = _folder_identity(root.path)
        if identity is None:
            yield DiscoveryProblem(printable_path(root.path), "This is a file, not a folder.")
            return
    except OSError as error:
        yield DiscoveryProblem(printable_path(root.path), error_sentence(error))
        return
    # Depth first with a list: a deep tree must not meet Python's recursion limit. Each folder carries the
    # identities of the folders above it, by which a link that leads back is recognised.
    pending = [(root.path, frozenset({identity}))]
    while pending:
        folder, above = pending.pop()
        run = run_name(root, folder)
        for entry in _list_folder(folder, deadline):
            if isinstance(entry, DiscoveryProblem):
                yield entry
                continue
            try:
                if not entry.is_dir():
                    yield from _source_file(entry, run)
                elif entry.name not in SKIPPED_FOLDERS:
                    identity = _folder_identity(entry.path)
                    if identity is not None and identity not in above:
                        pending.append((entry.path, above | {identity}))
            except FileNotFoundError:
                continue  # gone since the listing, as files of a running training may be
            except OSError as error:
                yield DiscoveryProblem(printable_path(entry.path), error_sentence(error))


def _unpacked_name(relative: str) -> str:
    """Give the name of a compressed file without what says so; empty for any other."""
    return relative.rpartition(".")[0] if is_compressed(relative) else ""


def _list_folder(folder: str, deadline: _Deadline) -> Iterator[os.DirEntry[str] | DiscoveryProblem]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                deadline.raise_if_passed()
                yield entry
    except FileNotFoundError:
        return
    except OSError as error:
        yield DiscoveryProblem(printable_path(folder), error_sentence(error))


def _source_file(entry: os.DirEntry[str], run: str) -> Iterator[SourceFile | DiscoveryProblem]:
    if not may_be_log_name(entry.name):
        return
    try:
        facts = Path(entry.path).stat()
    except FileNotFoundError:
        if entry.is_symlink() and is_log_name(entry.name):
            yield DiscoveryProblem(
                printable_path(entry.path), "This link leads to a file that does not exist."
            )
        return
    if not stat.S_ISREG(facts.st_mode):
        # Opening a pipe would wait for ever.
        if is_log_name(entry.name):
            yield DiscoveryProblem(printable_path(entry.path), "This is not a regular file.")
        return
    name = printable_path(entry.name)
    # The run "." or "a/." is the root itself: its last component is no folder.
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


def _folder_identity(folder: str) -> tuple[int, int] | None:
    """Give device and inode of a folder, which tell it from every other; None where it is not a folder."""
    facts = Path(folder).stat()
    return (facts.st_dev, facts.st_ino) if stat.S_ISDIR(facts.st_mode) else None
