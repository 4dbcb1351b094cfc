"""Opens local files: regular files only, and never one that waits for a writer."""

from __future__ import annotations

import errno
import os
import stat
import threading
from typing import TYPE_CHECKING, cast

from tensorboard_plugin_rlboard.operating_system import OPEN_TO_READ

if TYPE_CHECKING:
    from typing import BinaryIO

MTIME_TICK_NS = 2_000_000_000
"""The coarsest resolution of file times, 2 s on FAT, in nanoseconds: two changes within it leave the same time."""
last_asked_paths: dict[int, str] = {}
"""Thread that is watched -> the path that it has asked the system for last: there it is held if it goes on no more."""


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, by its spelling."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def note_asked_path(path: str | os.PathLike[str]) -> None:
    """Notes what the calling thread asks the system for now, where that thread is watched."""
    thread = threading.get_ident()
    if thread in last_asked_paths:
        last_asked_paths[thread] = os.fspath(path)


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading, links last_asked_paths.

    Args:
        path: Where it lies.

    Raises:
        OSError: If it cannot be opened, or is a pipe, a device or a folder: what was a file when it was found may be
            another thing by now.
    """
    return cast("BinaryIO", os.fdopen(_descriptor(path), "rb"))


def read_beginning(path: str, size: int) -> bytes:
    """The first bytes of a regular file, fewer where it has no more.

    Raises:
        OSError: As ``open_regular``, or if it cannot be read.
    """
    descriptor = _descriptor(path)
    try:
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)


def _descriptor(path: str | os.PathLike[str]) -> int:
    note_asked_path(path)
    descriptor = os.open(path, OPEN_TO_READ)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no regular file")
