"""Tells the kind of a file, and remembers it until the file changes."""

from __future__ import annotations

import os
import time
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.compressed.decoders import compression_of
from tensorboard_plugin_rlboard.sources.compressed.decompression import open_decompressed
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
from tensorboard_plugin_rlboard.sources.local_files import (
    MTIME_TICK_NS,
    note_asked_path,
    open_regular,
    read_beginning,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import BinaryIO

_FIRST_BYTES = 4096
_UNSETTLED_SECONDS = 1.0
_MAX_REMEMBERED = 10_000

_Signature = tuple[int, int, int]
"""Size in bytes, time of the last change in nanoseconds, inode."""


class _Known(NamedTuple):
    """What is remembered of a local file.

    Attributes:
        signature: Of the file when it was looked at.
        until: Until when that speaks for it, by ``time.monotonic()``.
        kind: Its kind.
        beginning: A hash of its first bytes, if what it is cannot change as long as these stay and it grows; else None.
    """

    signature: _Signature
    until: float
    kind: FileKind
    beginning: int | None


_known: dict[str, _Known] = {}
"""Path -> what is remembered of the file."""
_remote_previews: dict[str, Preview] = {}
"""Address -> what was seen of the object when it was looked at last."""


def file_kind(path: str) -> FileKind:
    """The kind of a file. Never raises: of one that cannot be looked at it is what it was before, or what its name says.

    Args:
        path: A local path, or an address. Behind an address each look is a question over the network, so there the name
            says the kind.
    """
    if is_address(path):
        name = PurePath(path).name
        preview = _remote_previews.get(path, Preview(may_hold_rollouts=True))
        return FileKind(container_by_name(name), compression_by_name(name), preview)
    note_asked_path(path)
    try:
        return local_kind(path, os.stat(path))  # noqa: PTH116  asked for each file at each look, and a Path takes as long again
    except OSError:
        known = _known.get(path)
        return _kind_by_name(path) if known is None else known.kind


def local_kind(path: str, facts: os.stat_result) -> FileKind:
    """The kind of a local file; it is looked at if it is another than it was.

    Args:
        path: Where it lies.
        facts: Of the file now, links followed.
    """
    signature = facts.st_size, facts.st_mtime_ns, facts.st_ino
    known = _known.get(path)
    if known is not None and known.signature == signature and time.monotonic() < known.until:
        return known.kind
    if not facts.st_size and known is not None and known.kind.is_packed:
        return known.kind  # it is being written anew, most likely as what it was
    try:
        kind, beginning = _look_at(path, facts.st_size, known)
    except OSError:
        return _kind_by_name(path)
    is_settled = abs(time.time_ns() - facts.st_mtime_ns) > MTIME_TICK_NS
    if not is_settled and known is not None and known.kind.is_packed and not kind.preview.may_hold_rollouts:
        return known.kind  # as above
    until = float("inf") if is_settled else time.monotonic() + _UNSETTLED_SECONDS
    _known[path] = _Known(signature, until, kind, beginning)
    return kind


def forget_others(present: Collection[str]) -> None:
    """Forget files that are gone, once they are many.

    Args:
        present: Paths of all files that are there.
    """
    if len(_known) > 2 * len(present) + _MAX_REMEMBERED:
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
    if kind.container is not None:
        _remote_previews[path] = _look_at_remote(path, kind, open_stored)
    return file_kind(path).preview


def _look_at_remote(path: str, kind: FileKind, open_stored: Callable[[str], BinaryIO]) -> Preview:
    container, name = kind.container, PurePath(path).name
    with open_stored(path) as stored:
        if container is PARQUET and not kind.compression:
            return preview_remote(stored)
        if kind.compression:
            found = _kind_of_compressed(name, kind.compression, stored)
        else:
            found = _kind_of_head(name, stored)
    if found.container is container or not found.preview.may_hold_rollouts or container is JSON:
        return found.preview
    return not_read("It is another kind of file than its name says.", is_listed=False)


def _look_at(path: str, size: int, known: _Known | None) -> tuple[FileKind, int | None]:
    """The kind of a file, and `_Known.beginning`."""
    name = os.path.basename(path)  # noqa: PTH119  as above
    data = read_beginning(path, _FIRST_BYTES)
    beginning = hash(data)
    if known is not None and known.beginning == beginning and size >= known.signature[0]:
        return known.kind, beginning
    compression = compression_of(data)
    if compression:
        with open_regular(path) as stored:
            return _kind_of_compressed(name, compression, stored), None
    early = kind_of_first_bytes(Head(data, len(data) >= size, name))
    if early is not None:
        return early, beginning
    if len(data) < _FIRST_BYTES:
        return kind_of_content(Head(data, True, name)), None
    with open_regular(path) as stored:
        return _kind_of_head(name, stored), beginning if size > PREVIEW_BYTES else None


def _kind_of_head(name: str, stored: BinaryIO) -> FileKind:
    """The kind of an open file by its first ``PREVIEW_BYTES``."""
    data = stored.read(PREVIEW_BYTES + 1)
    return kind_of_content(Head(data[:PREVIEW_BYTES], len(data) <= PREVIEW_BYTES, name, stored))


def _kind_of_compressed(name: str, compression: str, stored: BinaryIO) -> FileKind:
    inner = unpacked_name(name) or name
    try:
        with open_decompressed(compression, stored) as unpacked:
            found = _kind_of_head(inner, unpacked)
    except OSError:  # the package that unpacks it is missing, which whoever opens it says
        return FileKind(None, compression, Preview(may_hold_rollouts=True, is_listed=is_log_name(name)))
    return FileKind(found.container, compression, found.preview)


def _kind_by_name(path: str) -> FileKind:
    name = PurePath(path).name
    is_log = is_log_name(name)
    preview = Preview(
        may_hold_rollouts=is_log, reason="" if is_log else "It cannot be read.", is_listed=is_log
    )
    return FileKind(container_by_name(name), compression_by_name(name), preview)
