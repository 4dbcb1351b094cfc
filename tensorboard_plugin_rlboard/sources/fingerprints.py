"""Tells a range of a file from others by its length and both its ends: few bytes, however long the range is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

# Bytes compared at each end of a range. A line of text-only dumps has a few hundred bytes, so this covers a
# score and a response, not just a prompt that every training of the same data begins with.
PROBE_BYTES = 4096


class Fingerprint(NamedTuple):
    """A byte range of a file, and a hexadecimal digest of its length and of its first and last ``PROBE_BYTES``."""

    offset: int
    length: int
    digest: str


def fingerprint_in_file(file: BinaryIO, offset: int, length: int) -> Fingerprint:
    """Fingerprint a range of an open file, reading at most two times ``PROBE_BYTES``.

    Args:
        file: A seekable file, opened for bytes.
        offset: Where the range begins, in bytes.
        length: Its length in bytes.

    Returns:
        The fingerprint, equal to ``fingerprint_of_bytes`` of the same bytes. Where the file ends before the range
        does, it is one that no whole range has.
    """
    file.seek(offset)
    head = file.read(min(PROBE_BYTES, length))
    file.seek(offset + max(0, length - PROBE_BYTES))
    return fingerprint_of_ends(offset, length, head, file.read(min(PROBE_BYTES, length)))


def fingerprint_of_bytes(data: bytes | memoryview, offset: int) -> Fingerprint:
    """Fingerprint a range by its bytes.

    Args:
        data: The range's bytes.
        offset: Where they begin in their file, in bytes.

    Returns:
        The fingerprint.
    """
    view = memoryview(data).cast("B")
    return fingerprint_of_ends(offset, len(view), view[:PROBE_BYTES], view[max(0, len(view) - PROBE_BYTES) :])


def fingerprint_of_ends(
    offset: int, length: int, head: bytes | memoryview, tail: bytes | memoryview
) -> Fingerprint:
    """Fingerprint a range by its first and its last ``PROBE_BYTES`` (all of its bytes where it has fewer)."""
    # The lengths keep "ab" + "c" and "a" + "bc" apart, and a range that was cut short apart from a whole one.
    digest = hashlib.blake2b(f"{length} {len(head)} {len(tail)} ".encode(), digest_size=16)
    digest.update(head)
    digest.update(tail)
    return Fingerprint(offset, length, digest.hexdigest())
