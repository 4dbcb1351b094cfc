"""What a walk below the log directory finds: rollout files, and paths that could not be read; and names of logs."""

from __future__ import annotations

import re
from dataclasses import dataclass

LOG_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""Suffixes that only logs and tables have: a file that is no log after all is shown as ignored, with the reason."""
AMBIGUOUS_SUFFIXES = (".pt", ".json", ".csv", ".db")
"""Suffixes that very many other files have: such a file is mentioned only once it is found to be a log."""
_REMOTE_NAMES = re.compile(
    r"[0-9]\.pt$|^episode.*\.json$|rollout.*\.(?:json|csv)$|^trajectory_log.*\.csv$", re.ASCII
)
SKIPPED_FOLDERS = frozenset({".git", ".rlboard"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A rollout file as it was at the moment of the walk.

    Attributes:
        path: Where to open it: a path or an address.
        run: TensorBoard's name for the folder that it lies in.
        relative: The run's path and the file's name, separated by "/"; the same on every start, and unique among
            the files of one walk.
        size: Bytes, of a packed file as it is stored.
        mtime_ns: Time of the last change, nanoseconds since 1970 (0 where it is not known).
        inode: Number of the file on its device (0 where the system has none). Of an object behind an address, a number
            that changes with its content.
        device: Number of the device.
    """

    path: str
    run: str
    relative: str
    size: int
    mtime_ns: int
    inode: int
    device: int


@dataclass(frozen=True, slots=True)
class DiscoveryProblem:
    """A path that could not be read, and why in one sentence."""

    path: str
    reason: str


def may_be_log_name(name: str) -> bool:
    """Whether a local file of this name may be a rollout log."""
    return name.endswith((*LOG_SUFFIXES, *AMBIGUOUS_SUFFIXES)) and not name.startswith(".")


def may_be_remote_log_name(name: str) -> bool:
    """Whether a remote object of this name may be a rollout log.

    Opening one takes a request over the network, so of the suffixes that very many other files have only the names
    that trainers give are opened.
    """
    return is_log_name(name) or (may_be_log_name(name) and _REMOTE_NAMES.search(name) is not None)


def is_log_name(name: str) -> bool:
    """Whether a name alone makes a file a log; the suffix of a checkpoint or of a configuration does not."""
    return name.endswith(LOG_SUFFIXES) and not name.startswith(".")


def error_sentence(error: OSError) -> str:
    """One sentence that says why something could not be read."""
    return f"{error.strerror or type(error).__name__}."
