"""Whether a manifest still describes a source file, under its path or moved to another one."""

from __future__ import annotations

import time
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.part_store import digest_of
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.file_changes import Change, FileState, compare
from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint, fingerprint_in_file
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.reader import is_container, is_packed, open_file, open_forward
from tensorboard_plugin_rlboard.sources.remote import objects

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.cache.manifest import Manifest
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

_PROBE_BYTES = 4096
_SECOND = 1_000_000_000


class Origin(Enum):
    """Where a manifest was found: under the file's own path, beside the file, or among files that begin like it."""

    OWN_PATH = auto()
    SIDECAR = auto()
    SAME_HEAD = auto()


def matching_state(manifest: Manifest, file: SourceFile, origin: Origin) -> FileState | None:
    """The state of a file from which indexing goes on behind a manifest; None where the manifest is of another file.

    Under its own path, size, times and inode speak for the file, as they do from look to look. Elsewhere the first and
    the last range are compared, here, and every range before its part is loaded (`range_matches`). A file that only
    begins alike and has the same size has to have kept its time too: else it may be a copy that somebody has changed in
    the middle.
    """
    before = manifest.state
    if origin is Origin.SAME_HEAD and not _same_age(before, file):
        return None
    if origin is not Origin.OWN_PATH:
        before = replace(before, settled=False)
        if is_packed(file.path) and before.packed == file.size:
            return _same_archive(manifest, file)
    comparison = compare(before, file, time.time_ns())
    return comparison.state if comparison.change in {Change.UNCHANGED, Change.APPENDED} else None


def range_matches(path: str, expected: Fingerprint) -> bool:
    """Whether a file still has, at both ends of a range, the bytes that were read there."""
    try:
        with open_file(path) as file:
            return fingerprint_in_file(file, expected.offset, expected.length) == expected
    except OSError:
        return False


def head_of(path: str) -> str:
    """A digest of how a file begins, unpacked; empty where it is too short to tell it from others, or unreadable.

    Empty for a container, too: most of them have to be read whole to learn their first row.
    """
    if is_container(path):
        return ""
    try:
        with open_forward(path) as file:
            head = file.read(_PROBE_BYTES)
    except OSError:
        return ""
    return digest_of(head) if len(head) == _PROBE_BYTES else ""


def ends_of_archive(path: str, size: int) -> str:
    """A digest of both ends of a compressed file as it is stored: a gzip file ends with a checksum of all of it.

    Raises:
        OSError: it cannot be read.
    """
    with objects.open_object(path) if is_address(path) else open_regular(path) as file:
        head = file.read(_PROBE_BYTES)
        file.seek(max(0, size - _PROBE_BYTES))
        return digest_of(head, file.read(_PROBE_BYTES))


def _same_age(before: FileState, file: SourceFile) -> bool:
    stored = before.size if before.packed < 0 else before.packed
    if stored != file.size or before.mtime_ns == file.mtime_ns:
        return True
    # Some mounts show whole seconds only.
    coarse = 0 in {before.mtime_ns % _SECOND, file.mtime_ns % _SECOND}
    return coarse and before.mtime_ns // _SECOND == file.mtime_ns // _SECOND


def _same_archive(manifest: Manifest, file: SourceFile) -> FileState | None:
    """The state of an archive that was copied, without unpacking it."""
    now = compare(None, file, time.time_ns()).state
    before = manifest.state
    try:
        if now is None or ends_of_archive(file.path, file.size) != manifest.archive:
            return None
    except OSError:
        return None
    return replace(
        now, size=before.size, measured=True, read_to=before.read_to, first=before.first, last=before.last
    )
