"""Opens rollout files and reads bytes of their lines: local or remote, plain, compressed, or in a container.

All other modules read through this one. A *packed* file is one whose lines are not its bytes: a compressed file, or a
container (Parquet and its like), which is unpacked to JSON lines. Offsets in it are those of what it unpacks to.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.compressed import decompression
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache, is_settled
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import file_signature
from tensorboard_plugin_rlboard.sources.containers import row_stream
from tensorboard_plugin_rlboard.sources.containers.base import DAMAGE_KINDS, Preview
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind, remote_preview
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.mounts import mounts
from tensorboard_plugin_rlboard.sources.remote import objects
from tensorboard_plugin_rlboard.sources.remote.filesystems import time_limit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

__all__ = [
    "DAMAGE_KINDS",
    "archive_fault",
    "damage_in",
    "damage_kind",
    "is_container",
    "is_first_row_near",
    "is_listed",
    "is_packed",
    "is_unpacked",
    "is_waiting_to_be_unpacked",
    "open_file",
    "open_forward",
    "preview",
    "read_range",
    "read_range_in_time",
    "stop_unpacking",
    "unpacked_path",
    "unpacked_size",
    "unpacking_jobs",
    "wait_for_unpacking",
]

_REQUEST_SECONDS = 10.0
"""Seconds that a request may wait for each answer of a remote store."""
_MOUNT_SECONDS = 20.0
"""Seconds that it may wait for a line of a mount, which may have to be unpacked first: as long as a question has."""


def is_container(path: str) -> bool:
    """Whether a file is a container: one that holds rows in another way than line by line."""
    return file_kind(path).container is not None


def is_packed(path: str) -> bool:
    """Whether a file is unpacked before its lines can be read."""
    return file_kind(path).is_packed


def is_listed(path: str) -> bool:
    """Whether a file that turns out to hold no rollouts is listed as ignored (``Preview.is_listed``)."""
    return file_kind(path).preview.is_listed


def preview(path: str) -> Preview:
    """Judge by at most 64 KB of a file whether it is worth reading: a checkpoint must cost nothing.

    Args:
        path: A local path or an address.

    Returns:
        What its first bytes say (of a large remote table: its last); what an address names as lines is worth reading.

    Raises:
        OSError: If it cannot be opened or read.
    """
    if is_address(path):
        return remote_preview(path, _open_stored)
    return file_kind(path).preview


def open_file(path: str) -> BinaryIO:
    """Open a file for reading at any offset.

    Args:
        path: A local path or an address. A packed file is unpacked first where it is not yet.

    Returns:
        A seekable file. Behind an address each ``read`` is one request, and may raise ``OSError``.

    Raises:
        OSError: If it cannot be opened, read or unpacked; ``strerror`` is fit to be shown.
    """
    return _unpack_cache.open(path) if is_packed(path) else _open_stored(path)


def unpacked_path(path: str) -> str:
    """Where the lines of a packed file lie on this machine, for other processes: they may be gone when these look.

    Raises:
        OSError: As ``open_file``.
    """
    with _unpack_cache.open(path) as file:
        return file.name


def open_forward(path: str) -> BinaryIO:
    """Open a file for reading forward from its beginning; where possible, a packed one is unpacked as far as it is read.

    Args:
        path: A local path or an address.

    Returns:
        The file; an empty one in place of a container that cannot hold rollouts by its ``preview``.

    Raises:
        OSError: As ``open_file``; ``UnreadableFileError`` for a container without a row that can be read.
    """
    kind = file_kind(path)
    if kind.container is not None and not preview(path).may_hold_rollouts:
        return io.BytesIO()  # whoever asks, a checkpoint is not read to learn that it has no rows
    if kind.container is not None:
        if kind.container.needs_whole_file or kind.compression:
            return _unpack_cache.open_current(path)
        return row_stream.open_rows(path, kind.container, _open_stored)
    stored = _open_stored(path)
    if kind.compression:
        try:
            return decompression.open_decompressed(kind.compression, stored)
        except OSError:
            stored.close()
            raise
    return objects.buffered(stored) if is_address(path) else stored


def archive_fault(path: str) -> str:
    """Where an archive is corrupt near its beginning, and how, as a part of a sentence; empty where it is none, or is not.

    Raises:
        OSError: As ``open_file``.
    """
    kind = file_kind(path)
    if kind.container is not None or not kind.compression:
        return ""
    with _open_stored(path) as stored:
        return decompression.fault_near_beginning(kind.compression, stored)


def read_range(path: str, offset: int, length: int) -> bytes:
    """Read a range of a file; fewer bytes where it ends earlier.

    Args:
        path: A local path or an address.
        offset: Where to begin, in bytes.
        length: How many bytes.

    Raises:
        OSError: As ``open_file``.
    """
    with open_file(path) as file:
        file.seek(offset)
        return file.read(length)


def read_range_in_time(path: str, offset: int, length: int) -> bytes:
    """Read a range of a file for a request: as ``read_range``, but who has the file does not have for ever.

    Raises:
        OSError: As ``open_file``.
    """
    with time_limit(_REQUEST_SECONDS):
        return bytes(mounts.run_in_time(path, lambda: read_range(path, offset, length), _MOUNT_SECONDS))


def unpacked_size(path: str, signature: tuple[int, ...], *, settled: bool) -> int:
    """Unpack what is new of a packed file and give its size.

    Args:
        path: Its path or address.
        signature: Numbers of which one changes when the packed file does; its size is the first.
        settled: Whether a later change would show in them.

    Returns:
        The number of bytes that it unpacks to, as far as it can be read.

    Raises:
        OSError: As ``open_file``.
    """
    return _unpack_cache.update(path, signature, settled=settled)


def is_unpacked(path: str, signature: tuple[int, ...], *, settled: bool) -> bool:
    """Whether ``unpacked_size`` would have nothing to wait for; where it would, a process begins to unpack the file.

    Args:
        path: As ``unpacked_size``.
        signature: As ``unpacked_size``.
        settled: As ``unpacked_size``.
    """
    return _unpack_cache.is_current(path, signature, settled=settled)


def is_waiting_to_be_unpacked(path: str) -> bool:
    """Whether a process unpacks a file right now, or has to, and others are busy with other files."""
    return _unpack_cache.is_waiting(path)


def is_first_row_near(path: str) -> bool:
    """Whether ``open_forward`` would have nothing to wait for; where it would, a process begins to unpack the file.

    Raises:
        OSError: If the file cannot be looked at.
    """
    container, compression = file_kind(path).container, file_kind(path).compression
    if container is None or not (container.needs_whole_file or compression):
        return True
    signature = None if not preview(path).may_hold_rollouts else file_signature(path)
    return signature is None or is_unpacked(path, signature, settled=is_settled(signature))


def unpacking_jobs() -> tuple[list[str], list[str]]:
    """The files that processes unpack, and those that are unpacked and nobody has asked for yet."""
    return _unpack_cache.jobs.paths


def wait_for_unpacking(seconds: float) -> None:
    """Wait until one of the processes that unpack files has ended, at most so long."""
    _unpack_cache.jobs.wait(seconds)


def stop_unpacking(paths: Iterable[str] | None = None) -> None:
    """End the processes that unpack some files, by default all, and forget what they have unpacked."""
    _unpack_cache.jobs.stop(paths)


def damage_in(path: str) -> str:
    """One sentence that says what of a packed file could not be unpacked; empty where all could."""
    return _unpack_cache.damage(path)


def damage_kind(path: str) -> str:
    """The kind of problem that `damage_in` says."""
    return _unpack_cache.files.damage(path).kind


def _open_stored(path: str) -> BinaryIO:
    return objects.open_object(path) if is_address(path) else open_regular(path)


_unpack_cache = UnpackCache(_open_stored, file_kind)
