"""Walks the log directory and finds its rollout files.

Every regular file is looked at, whatever it is called, and those that may hold rollouts, or should be named among the
files that hold none, are given (``sources/kinds``). Their folder is a run. Links to folders are followed, as TensorBoard
follows them, so a folder that can be reached by two names is two runs (``entries.py``). Files that begin with a dot are temporary files of editors and copying tools and are left out; folders
that begin with a dot are walked, except ``.git`` and ``.rlboard``. What cannot be read is reported, never raised: one
unreadable folder must not hide the others. A remote root that cannot be listed for the moment keeps the files of its
last listing.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.dump_folders import join_dump_folders
from tensorboard_plugin_rlboard.sources.discovery.entries import list_entries
from tensorboard_plugin_rlboard.sources.discovery.logdir import run_name
from tensorboard_plugin_rlboard.sources.discovery.remote_walk import list_remote_root
from tensorboard_plugin_rlboard.sources.discovery.source_file import (
    DiscoveryProblem,
    SourceFile,
    error_sentence,
    is_own_cache,
)
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import forget_others, local_kind
from tensorboard_plugin_rlboard.sources.kinds.names import is_left_alone, is_log_name, unpacked_name
from tensorboard_plugin_rlboard.sources.mounts import mounts

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
class _Look:
    """How a walk looks at files.

    Attributes:
        deadline: Value of ``time.monotonic()`` after which it is given up; None for never.
        only_names: Whether a file counts by its name alone, so that none is opened.
        asked_for: The path, below its root, of a file that counts whatever it is.
        looked_at: Paths of the files that were looked at.
    """

    deadline: float | None = None
    only_names: bool = False
    asked_for: str = ""
    looked_at: list[str] = field(default_factory=list)

    def raise_if_passed(self) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise _DeadlinePassedError


def list_sources(roots: Iterable[Root], asked_for: str = "") -> SourceListing:
    """Find every file below some roots that may hold rollouts.

    A compressed file beside the same file uncompressed is left out, with a problem. The companions of a rollout file
    are part of it (``sources/companions.py``).

    Args:
        roots: The roots of the log directory.
        asked_for: The path, below its root, of a file that is found whatever it is; empty for none.
    """
    runs: dict[str, list[SourceFile]] = {}
    look = _Look(asked_for=asked_for)
    found = list(_walk(roots, look))
    problems = [one for one in found if isinstance(one, DiscoveryProblem)]
    for source in join_dump_folders(one for one in found if isinstance(one, SourceFile)):
        runs.setdefault(source.run, []).append(source)
    ordered = {}
    for run in sorted(runs):
        files = sorted(runs[run], key=lambda file: file.relative)
        plain = {file.relative for file in files}
        compressed_copies = [file for file in files if unpacked_name(file.relative) in plain]
        ordered[run] = (
            [file for file in files if file not in compressed_copies] if compressed_copies else files
        )
        problems += [
            DiscoveryProblem(
                printable_path(file.path), "It lies beside the same file uncompressed, which is read instead."
            )
            for file in compressed_copies
        ]
    forget_others(look.looked_at)
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
        found = _walk(roots, _Look(deadline, only_names=True))
        return any(isinstance(file, SourceFile) for file in found)
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
    yield from _walk(roots, _Look())


def _walk(roots: Iterable[Root], look: _Look) -> Iterator[SourceFile | DiscoveryProblem]:
    folder_of_run: dict[str, str] = {}
    mounts.begin_scan()
    for root in roots:
        for found in _walk_root(root, look) if root.is_local else list_remote_root(root):
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


def _walk_root(root: Root, look: _Look) -> Iterator[SourceFile | DiscoveryProblem]:
    folder, run = "", ""
    for place, entry in list_entries(root.path, look.raise_if_passed):
        if isinstance(entry, DiscoveryProblem):
            yield entry
            continue
        if place != folder:
            folder, run = place, run_name(root, place)
        try:
            yield from _source_file(entry, run, look)
        except FileNotFoundError:
            continue  # gone since the listing, as files of a running training may be
        except OSError as error:
            yield DiscoveryProblem(printable_path(entry.path), error_sentence(error))


def _source_file(entry: os.DirEntry[str], run: str, look: _Look) -> Iterator[SourceFile | DiscoveryProblem]:
    # The run "." or "a/." is the root itself: its last component is no folder.
    folder = run[:-1] if run == "." or run.endswith("/.") else f"{run}/"
    relative = folder + printable_path(entry.name)
    is_asked_for = bool(look.asked_for) and relative.removeprefix("./") == look.asked_for
    if not is_asked_for and (is_left_alone(entry.name) or (look.only_names and not is_log_name(entry.name))):
        return
    try:
        facts = _facts_of(entry)
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
    if not is_asked_for and not look.only_names:
        look.looked_at.append(entry.path)
        seen = local_kind(entry.path, facts).preview
        if not seen.may_hold_rollouts and not seen.is_listed:
            return
    if is_own_cache(relative):
        return
    yield SourceFile(
        path=entry.path,
        run=run,
        relative=relative,
        size=facts.st_size,
        mtime_ns=facts.st_mtime_ns,
        inode=facts.st_ino,
        device=facts.st_dev,
    )


def _facts_of(entry: os.DirEntry[str]) -> os.stat_result:
    # What the entry itself knows lacks the inode on some systems.
    return os.stat(entry.path)  # noqa: PTH116  asked for each file at each look, and a Path takes as long again
