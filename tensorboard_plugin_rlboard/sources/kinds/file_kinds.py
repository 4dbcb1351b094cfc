"""Remembers the kind of each file that was looked at, until the file changes."""

from __future__ import annotations

import os
import time
from pathlib import PurePath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.compressed.decompression import compression_of, open_decompressed
from tensorboard_plugin_rlboard.sources.containers.base import PREVIEW_BYTES, FileKind, Preview
from tensorboard_plugin_rlboard.sources.containers.json_documents import JSON
from tensorboard_plugin_rlboard.sources.containers.parquet import PARQUET, preview_remote
from tensorboard_plugin_rlboard.sources.kinds.content import kind_of_content, kind_of_first_bytes
from tensorboard_plugin_rlboard.sources.kinds.head import Head, not_read
from tensorboard_plugin_rlboard.sources.kinds.names import (
    compression_by_name,
    container_by_name,
    is_log_name,
    unpacked_name,
)
from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import BinaryIO

_FIRST_BYTES = 4096
_TICK_NS = 2_000_000_000
"""The coarsest resolution of file times, 2 s on FAT: a file that was changed within it may change without a trace."""
_UNSETTLED_SECONDS = 1.0
_MANY = 10_000

_Signature = tuple[int, int, int]
"""Size in bytes, time of the last change in nanoseconds, inode."""
_known: dict[str, tuple[_Signature, float, FileKind]] = {}
"""Path -> signature of the file, until when its kind counts (``time.monotonic()``), and its kind."""


def file_kind(path: str) -> FileKind:
    """The kind of a file. Never raises: of one that cannot be looked at it is what it was before, or what its name says.

    Args:
        path: A local path, or an address. Behind an address each look is a question over the network, so there the name
            says the kind.
    """
    if is_address(path):
        name = PurePath(path).name
        return FileKind(container_by_name(name), compression_by_name(name))
    try:
        return local_kind(path, os.stat(path))
    except OSError:
        known = _known.get(path)
        return _kind_by_name(path) if known is None else known[2]


def local_kind(path: str, facts: os.stat_result) -> FileKind:
    """The kind of a local file; it is looked at if it is another than it was.

    Args:
        path: Where it lies.
        facts: Of the file now, links followed.
    """
    signature = facts.st_size, facts.st_mtime_ns, facts.st_ino
    known = _known.get(path)
    if known is not None and known[0] == signature and time.monotonic() < known[1]:
        return known[2]
    if not facts.st_size and known is not None and known[2].is_packed:
        return known[2]  # it is being written anew, most likely as what it was
    try:
        kind = _look_at(path, facts.st_size)
    except OSError:
        return _kind_by_name(path)
    is_settled = abs(time.time_ns() - facts.st_mtime_ns) > _TICK_NS
    until = float("inf") if is_settled else time.monotonic() + _UNSETTLED_SECONDS
    _known[path] = signature, until, kind
    return kind


def forget_others(present: Collection[str]) -> None:
    """Forget files that are gone, once they are many.

    Args:
        present: Paths of all files that are there.
    """
    if len(_known) > 2 * len(present) + _MANY:
        for path in _known.keys() - set(present):
            _known.pop(path, None)


def remote_preview(path: str, open_stored: Callable[[str], BinaryIO]) -> Preview:
    """Judge a remote file whether it is worth being fetched.

    Args:
        path: Its address.
        open_stored: Opens it.

    Raises:
        OSError: If it cannot be opened or read.
    """
    kind = file_kind(path)
    if kind.container is None:
        return Preview(may_hold_rollouts=True)
    with open_stored(path) as stored:
        if kind.container is PARQUET and not kind.compression:
            return preview_remote(stored)
        if not kind.compression:
            found = _kind_of_rest(PurePath(path).name, b"", stored)
        else:
            found = _kind_of_compressed(PurePath(path).name, kind.compression, stored)
    if found.container is kind.container or (kind.container is JSON and found.container is None):
        return found.preview
    return not_read(f"It is no {kind.container.name} file, as its name says.", is_named=False)


def _look_at(path: str, size: int) -> FileKind:
    name = PurePath(path).name
    with open_regular(path) as stored:
        data = stored.read(_FIRST_BYTES)
        compression = compression_of(data)
        if compression:
            stored.seek(0)
            return _kind_of_compressed(name, compression, stored)
        early = kind_of_first_bytes(Head(data, len(data) >= size, name))
        if early is not None:
            return early
        return _kind_of_rest(name, data, stored)


def _kind_of_rest(name: str, data: bytes, stored: BinaryIO) -> FileKind:
    """The kind of a file that is read on, up to ``PREVIEW_BYTES``."""
    data += stored.read(PREVIEW_BYTES + 1 - len(data))
    return kind_of_content(Head(data[:PREVIEW_BYTES], len(data) <= PREVIEW_BYTES, name))


def _kind_of_compressed(name: str, compression: str, stored: BinaryIO) -> FileKind:
    inner = unpacked_name(name) or name
    try:
        with open_decompressed(compression, stored) as unpacked:
            found = _kind_of_rest(inner, b"", unpacked)
    except OSError:  # the package that unpacks it is missing, which whoever opens it says
        return FileKind(None, compression, Preview(may_hold_rollouts=True, is_named=is_log_name(name)))
    return FileKind(found.container, compression, found.preview)


def _kind_by_name(path: str) -> FileKind:
    name = PurePath(path).name
    is_log = is_log_name(name)
    preview = Preview(
        may_hold_rollouts=is_log, reason="" if is_log else "It cannot be read.", is_named=is_log
    )
    return FileKind(container_by_name(name), compression_by_name(name), preview)
