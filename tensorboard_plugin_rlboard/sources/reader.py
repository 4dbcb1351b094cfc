"""The one way to the lines of a rollout file: local or behind an address, plain, compressed, or in a container.

A path or address is the identity of a file everywhere. A *packed* file is one whose lines are not its bytes: a compressed
one, or a container (Parquet and its like), which is unpacked to JSON lines. Offsets in it are those of what it unpacks to.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.compressed import decompression
from tensorboard_plugin_rlboard.sources.compressed.decompression import is_compressed
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.containers import row_stream
from tensorboard_plugin_rlboard.sources.containers.base import Glance
from tensorboard_plugin_rlboard.sources.containers.registry import container_of
from tensorboard_plugin_rlboard.sources.remote import objects
from tensorboard_plugin_rlboard.sources.remote.filesystems import hurried

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = [
    "damage",
    "glance",
    "is_container",
    "is_packed",
    "open_file",
    "open_start",
    "read_now",
    "read_range",
    "unpacked_size",
]

_WAITED = 10.0
"""Seconds that a request may wait for each answer of a network."""


def is_container(path: str) -> bool:
    """Whether a path names a container: a whole file that holds rows in another way than line by line."""
    return container_of(path) is not None


def is_packed(path: str) -> bool:
    """Whether a path names a file that is unpacked before its lines can be read."""
    return is_compressed(path) or is_container(path)


def glance(path: str) -> Glance:
    """Say whether a file is worth reading, by at most 256 KB of it: a checkpoint or a settings file must cost nothing.

    Args:
        path: A local path or an address.

    Returns:
        What its first or last bytes say; of a file of lines always that it is worth reading.

    Raises:
        OSError: If it cannot be opened or read.
    """
    kind = container_of(path)
    if kind is None:
        return Glance(candidate=True)
    with _open_stored(path) as stored:
        return kind.glance(stored, is_address(path))


def open_file(path: str) -> BinaryIO:
    """Open a file for reading at any place.

    Args:
        path: A local path or an address. A packed file is unpacked first where it is not yet.

    Returns:
        A seekable file. Behind an address each ``read`` is one request, and may raise ``OSError``.

    Raises:
        OSError: If it cannot be opened, read or unpacked; ``strerror`` is fit to be shown.
    """
    return _spool.open(path) if is_packed(path) else _open_stored(path)


def open_start(path: str) -> BinaryIO:
    """Open a file for reading forward from its beginning; a packed one is not unpacked as a whole for that if it can be.

    Args:
        path: A local path or an address.

    Returns:
        The file; an empty one in place of a container that ``glance`` turns down.

    Raises:
        OSError: As ``open_file``; ``UnreadableError`` for a container without a row that can be read.
    """
    kind = container_of(path)
    if kind is not None and not glance(path).candidate:
        return io.BytesIO()  # whoever asks, a checkpoint is not read to learn that it has no rows
    if kind is not None:
        return _spool.open_anew(path) if kind.whole else row_stream.stream(path, _open_stored)
    stored = _open_stored(path)
    if is_compressed(path):
        try:
            return decompression.stream(path, stored)
        except OSError:
            stored.close()
            raise
    return objects.ahead(stored) if is_address(path) else stored


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


def read_now(path: str, offset: int, length: int) -> bytes:
    """Read a range for somebody who waits: as ``read_range``, but a dead network is given up on soon.

    Raises:
        OSError: As ``open_file``.
    """
    with hurried(_WAITED):
        return read_range(path, offset, length)


def unpacked_size(path: str, facts: tuple[int, ...], *, settled: bool) -> int:
    """Unpack what is new of a packed file.

    Args:
        path: Its path or address.
        facts: Numbers of which one changes when the packed file does.
        settled: Whether a later change would show in them.

    Returns:
        The number of bytes that it unpacks to, as far as it can be read.

    Raises:
        OSError: As ``open_file``.
    """
    return _spool.refresh(path, facts, settled=settled)


def damage(path: str) -> str:
    """Say what of a packed file could not be unpacked, in one sentence; empty where all could."""
    return _spool.damage(path)


def _open_stored(path: str) -> BinaryIO:
    return objects.open_object(path) if is_address(path) else Path(path).open("rb")


_spool = UnpackCache(_open_stored)
