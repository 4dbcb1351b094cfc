"""Which bytes of a file are new: what was read, what changed since, and where whole lines begin and end.

A trainer appends lines while we look, starts again and writes the file anew, or a copying tool puts a longer
copy in its place. A file is taken to be the one that was read as long as it is not shorter and the bytes at
both ends of what was read are still there; the inode alone would make every ``rsync`` a new file. An edit in
the middle that changes neither end nor the length is not noticed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import TICK_NS
from tensorboard_plugin_rlboard.sources.reader import is_packed, open_file, unpacked_size

if TYPE_CHECKING:
    from typing import BinaryIO

    from tensorboard_plugin_rlboard.sources.discovery.walk import SourceFile

# Bytes compared at each end of a range. A line of text-only dumps has a few hundred bytes, so this covers a
# score and a response, not just a prompt that every training of the same data begins with.
PROBE = 4096


class Change(StrEnum):
    """What happened to a file since the last look."""

    NEW = "new"
    UNCHANGED = "unchanged"
    APPENDED = "appended"
    REWRITTEN = "rewritten"
    VANISHED = "vanished"
    UNREADABLE = "unreadable"


class Fingerprint(NamedTuple):
    """A byte range of a file and a hexadecimal digest of its length and both its ends."""

    offset: int
    length: int
    digest: str


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of a file: its facts at the last look, and how far its lines have been read.

    Attributes:
        size: Bytes.
        mtime_ns: Time of the last change, nanoseconds since 1970.
        inode: Number of the file on its device; of an object behind an address, a number of its version.
        device: Number of the device.
        settled: Whether the last change was long enough before the look that another one would show in
            ``mtime_ns``.
        read_to: Offset after the last line that was read; reading goes on here.
        first: The first range that was read, None before that.
        last: The last range that was read, None before that.
        packed: Bytes of the packed file, all else is about what it unpacks to; -1 where it is not packed.
        measured: False while a packed file has not been unpacked: its ``size`` is that of the file.
    """

    size: int
    mtime_ns: int
    inode: int
    device: int
    settled: bool
    read_to: int = 0
    first: Fingerprint | None = None
    last: Fingerprint | None = None
    packed: int = -1
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome of a look at one file.

    Attributes:
        change: What happened.
        state: Where to go on from: ``state.read_to`` is 0 for a new or rewritten file. None where the file has
            vanished or cannot be read; keep the earlier state of an unreadable file.
        reason: One sentence for rewritten and unreadable files, else empty.
    """

    change: Change
    state: FileState | None
    reason: str = ""


def look(before: FileState | None, now: SourceFile | None, now_ns: int) -> Look:
    """Compare a file with what is known of it.

    The file is opened (for at most four times ``PROBE`` bytes) only where its facts leave the answer open. Then a
    packed file that has been read from is unpacked, as far as it has changed.

    Args:
        before: The state after the last read, None for a file that was not seen before.
        now: The file as the walk found it, None if it was not found.
        now_ns: The present time, nanoseconds since 1970 (``time.time_ns()``).

    Returns:
        What happened, and the state to go on from.
    """
    if now is None:
        return Look(Change.VANISHED, None)
    facts = FileState(
        now.size, now.mtime_ns, now.inode, now.device, settled=abs(now_ns - now.mtime_ns) > TICK_NS
    )
    if is_packed(now.path):
        facts = replace(facts, packed=now.size, measured=False)
    if before is None:
        return Look(Change.NEW, facts)
    if before.settled and _same_facts(before, facts):
        return Look(Change.UNCHANGED, before)
    try:
        if before.read_to:
            facts = measure(facts, now.path)
        if facts.size < before.read_to:
            return Look(Change.REWRITTEN, facts, f"It shrank from {before.size} to {facts.size} bytes.")
        if not facts.measured:  # nothing was read from it, so there is nothing to compare
            return Look(Change.APPENDED, facts)
        with open_file(now.path) as file:
            for known, where in ((before.first, "first"), (before.last, "last")):
                if known is not None and fingerprint(file, known.offset, known.length) != known:
                    return Look(
                        Change.REWRITTEN, facts, f"The {where} lines that were read from it have changed."
                    )
    except FileNotFoundError:
        return Look(Change.VANISHED, None)
    except OSError as error:
        return Look(Change.UNREADABLE, None, f"{error.strerror or type(error).__name__}.")
    state = replace(facts, read_to=before.read_to, first=before.first, last=before.last)
    return Look(Change.UNCHANGED if facts.size == before.size else Change.APPENDED, state)


def measure(state: FileState, path: str) -> FileState:
    """Learn the size of a packed file that was not unpacked yet, by unpacking it.

    Args:
        state: Its state.
        path: Where it lies.

    Returns:
        The state with the size of what it unpacks to; the same state for any other file.

    Raises:
        OSError: If it cannot be read or unpacked.
    """
    if state.measured:
        return state
    size = unpacked_size(path, _facts(state), settled=state.settled)
    return replace(state, size=size, measured=True)


def advance(state: FileState, done: Fingerprint) -> FileState:
    """Note that one more range of lines has been read.

    Args:
        state: The state before; its ``read_to`` is where the range begins.
        done: The range, fingerprinted from the very bytes that were read (``fingerprint_of``): taken from the
            file afterwards, it would vouch for bytes that nobody has read.

    Returns:
        The state after.

    Raises:
        ValueError: If the range does not begin where reading stopped.
    """
    if done.offset != state.read_to:
        msg = f"the range begins at {done.offset}, but the file was read up to {state.read_to}"
        raise ValueError(msg)
    return replace(state, read_to=done.offset + done.length, first=state.first or done, last=done)


def fingerprint(file: BinaryIO, offset: int, length: int) -> Fingerprint:
    """Fingerprint a range of an open file, reading at most two times ``PROBE`` bytes.

    Args:
        file: A seekable file, opened for bytes.
        offset: Where the range begins, in bytes.
        length: Its length in bytes.

    Returns:
        The fingerprint, equal to ``fingerprint_of`` of the same bytes. Where the file ends before the range
        does, it is one that no whole range has.
    """
    file.seek(offset)
    head = file.read(min(PROBE, length))
    file.seek(offset + max(0, length - PROBE))
    return fingerprint_of_ends(offset, length, head, file.read(min(PROBE, length)))


def fingerprint_of(data: bytes | memoryview, offset: int) -> Fingerprint:
    """Fingerprint a range by its bytes.

    Args:
        data: The range's bytes.
        offset: Where they begin in their file, in bytes.

    Returns:
        The fingerprint.
    """
    view = memoryview(data).cast("B")
    return fingerprint_of_ends(offset, len(view), view[:PROBE], view[max(0, len(view) - PROBE) :])


def fingerprint_of_ends(
    offset: int, length: int, head: bytes | memoryview, tail: bytes | memoryview
) -> Fingerprint:
    """Fingerprint a range by its first and its last ``PROBE`` bytes (all of them where it has fewer)."""
    # The lengths keep "ab" + "c" and "a" + "bc" apart, and a range that was cut short apart from a whole one.
    digest = hashlib.blake2b(f"{length} {len(head)} {len(tail)} ".encode(), digest_size=16)
    digest.update(head)
    digest.update(tail)
    return Fingerprint(offset, length, digest.hexdigest())


def _same_facts(before: FileState, now: FileState) -> bool:
    return _facts(before) == _facts(now)


def _facts(state: FileState) -> tuple[int, int, int, int]:
    """Give the numbers of the file as it is stored."""
    return state.size if state.packed < 0 else state.packed, state.mtime_ns, state.inode, state.device
