"""What a look below the log directory finds: rollout files, and places that could not be looked into."""

from __future__ import annotations

import re
from dataclasses import dataclass

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""Names that nothing but logs and tables have: such a file is shown even where it is none, with the reason."""
PERHAPS = (".pt", ".json", ".csv")
"""Names that very many other files have: such a file is nothing to anybody until it is found to be a log."""
_FAR = re.compile(r"[0-9]\.pt$|^episode.*\.json$|rollout.*\.(?:json|csv)$|^trajectory_log.*\.csv$", re.ASCII)
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
class SourceProblem:
    """A place that could not be looked into, and why in one sentence."""

    path: str
    reason: str


def is_rollouts(name: str) -> bool:
    """Whether a file of this name may be a rollout log."""
    return name.endswith((*SUFFIXES, *PERHAPS)) and not name.startswith(".")


def is_rollouts_far(name: str) -> bool:
    """Whether an object behind an address of this name may be a rollout log.

    To look into one takes a question over the network, so of the names that very many other files have only those are
    looked into that the trainers give.
    """
    return is_log_name(name) or (is_rollouts(name) and _FAR.search(name) is not None)


def is_log_name(name: str) -> bool:
    """Whether a name alone makes a file a log: that of a checkpoint or of settings does not."""
    return name.endswith(SUFFIXES) and not name.startswith(".")


def sentence(error: OSError) -> str:
    """Say in one sentence why something could not be read."""
    return f"{error.strerror or type(error).__name__}."
