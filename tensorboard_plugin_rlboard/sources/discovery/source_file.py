"""What a walk below the log directory finds: files that may hold rollouts, and paths that could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OWN_CACHE = re.compile(r"(?:.*/)?(?:files|heads|parts)-\d+/[0-9a-f]{2}/[0-9a-f]{32}\.(?:json|parquet)")
SKIPPED_FOLDERS = frozenset({".git", ".rlboard"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was at the moment of the walk.

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


def is_own_cache(relative: str) -> bool:
    """Whether a path is of what RL Board itself keeps between starts, where its cache lies below the log directory."""
    return _OWN_CACHE.fullmatch(relative) is not None


def error_sentence(error: OSError) -> str:
    """One sentence that says why something could not be read."""
    return f"{error.strerror or type(error).__name__}."
