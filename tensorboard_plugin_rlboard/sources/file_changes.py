"""Compares a file with what was read of it: whether it is new, unchanged, appended to, rewritten or gone.

A trainer appends lines while we read, starts again and writes the file anew, or a copying tool puts a longer
copy in its place. A file is taken to be the one that was read as long as it is not shorter and the bytes at
both ends of what was read are still there; the inode alone would make every ``rsync`` a new file. An edit in
the middle that changes neither end nor the length is not noticed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint, fingerprint_in_file
from tensorboard_plugin_rlboard.sources.local_files import MTIME_TICK_NS
from tensorboard_plugin_rlboard.sources.reader import is_packed, is_unpacked, open_file, unpacked_size
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile


class Change(StrEnum):
    """What happened to a file since it was compared last."""

    NEW = "new"
    UNCHANGED = "unchanged"
    APPENDED = "appended"
    REWRITTEN = "rewritten"
    VANISHED = "vanished"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when it was compared last, and how far its lines have been read.

    Manifests on disk have these attributes as keys, so their names stay.

    Attributes:
        size: Bytes; of a packed file, bytes of what it unpacks to.
        mtime_ns: Time of the last change, nanoseconds since 1970.
        inode: Number of the file on its device; of an object behind an address, a number of its version.
        device: Number of the device.
        settled: Whether the last change was long enough before the comparison that another one would show in
            ``mtime_ns``.
        read_to: Offset behind the last line that was read; reading continues here.
        first: The first range that was read, None before that.
        last: The last range that was read, None before that.
        packed: Bytes of a packed file as it is stored; -1 where the file is not packed.
        measured: False while a packed file has not been unpacked: its ``size`` is then ``packed``.
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
class FileComparison:
    """The result of comparing a file with its last state.

    Attributes:
        change: What happened.
        state: The file's state now; ``state.read_to`` is 0 for a new or rewritten file. None where the file has
            vanished or cannot be read; keep the earlier state of an unreadable file.
        reason: One sentence for rewritten and unreadable files, else empty.
    """

    change: Change
    state: FileState | None
    reason: str = ""


def compare(before: FileState | None, now: SourceFile | None, now_ns: int) -> FileComparison:
    """Compare a file with its last state.

    The file is opened (for at most four times ``fingerprints.PROBE_BYTES``) only where size, time and inode leave the answer open.
    Then a packed file that has been read from is unpacked, as far as it has changed.

    Args:
        before: The state after the last read, None for a new file.
        now: The file as the walk found it, None if it was not found.
        now_ns: The present time, nanoseconds since 1970 (``time.time_ns()``).

    Returns:
        What happened, and the file's state now.
    """
    if now is None:
        return FileComparison(Change.VANISHED, None)
    current = _state_of(now, now_ns)
    if is_packed(now.path):
        current = replace(current, packed=now.size, measured=False)
    if before is None:
        return FileComparison(Change.NEW, current)
    if before.settled and _same_signature(before, current):
        return FileComparison(Change.UNCHANGED, before)
    try:
        if before.read_to:
            current = with_unpacked_size(current, now.path)
        if current.size < before.read_to:
            return FileComparison(
                Change.REWRITTEN,
                current,
                f"It shrank from {before.size:,} to {current.size:,} {plural(current.size, 'byte', 'bytes')}.",
            )
        if not current.measured:  # nothing was read from it, so there is nothing to compare
            return FileComparison(Change.APPENDED, current)
        with open_file(now.path) as file:
            for known, reason in (
                (before.first, "The first lines that were read from it have changed."),
                (before.last, "The last lines that were read from it have changed."),
            ):
                if known is not None and fingerprint_in_file(file, known.offset, known.length) != known:
                    return FileComparison(Change.REWRITTEN, current, reason)
    except FileNotFoundError:
        return FileComparison(Change.VANISHED, None)
    except OSError as error:
        return FileComparison(Change.UNREADABLE, None, f"{error.strerror or type(error).__name__}.")
    state = replace(current, read_to=before.read_to, first=before.first, last=before.last)
    return FileComparison(Change.UNCHANGED if current.size == before.size else Change.APPENDED, state)


def is_comparable(before: FileState, now: SourceFile | None, now_ns: int) -> bool:
    """Whether `compare` would have nothing to wait for; where it would, a process begins to unpack the file."""
    if now is None or not before.read_to or not is_packed(now.path):
        return True
    current = replace(_state_of(now, now_ns), packed=now.size, measured=False)
    return (before.settled and _same_signature(before, current)) or is_measurable(current, now.path)


def with_unpacked_size(state: FileState, path: str) -> FileState:
    """Unpack a packed file where that was not done yet, and give its state with the size of what it unpacks to.

    Args:
        state: Its state.
        path: Where it lies.

    Returns:
        The new state; the same state for any other file.

    Raises:
        OSError: If it cannot be read or unpacked.
    """
    if state.measured:
        return state
    size = unpacked_size(path, _signature(state), settled=state.settled)
    return replace(state, size=size, measured=True)


def is_measurable(state: FileState, path: str) -> bool:
    """Whether `with_unpacked_size` would have nothing to wait for; where it would, a process begins to unpack the file."""
    return state.measured or is_unpacked(path, _signature(state), settled=state.settled)


def with_range_read(state: FileState, range_read: Fingerprint) -> FileState:
    """Give the state of a file after one more range of lines was read.

    Args:
        state: The state before; its ``read_to`` is where the range begins.
        range_read: The range, fingerprinted from the very bytes that were read (``fingerprint_of_bytes``): taken from
            the file afterwards, it would vouch for bytes that nobody has read.

    Returns:
        The state after.

    Raises:
        ValueError: If the range does not begin where reading stopped.
    """
    if range_read.offset != state.read_to:
        msg = f"the range begins at {range_read.offset}, but the file was read up to {state.read_to}"
        raise ValueError(msg)
    return replace(
        state, read_to=range_read.offset + range_read.length, first=state.first or range_read, last=range_read
    )


def _state_of(now: SourceFile, now_ns: int) -> FileState:
    """Give the state of a file of lines that nothing was read of."""
    is_settled = abs(now_ns - now.mtime_ns) > MTIME_TICK_NS
    return FileState(now.size, now.mtime_ns, now.inode, now.device, settled=is_settled)


def _same_signature(before: FileState, now: FileState) -> bool:
    return _signature(before) == _signature(now)


def _signature(state: FileState) -> tuple[int, int, int, int]:
    """Give size, time, inode and device of the file as it is stored."""
    return state.size if state.packed < 0 else state.packed, state.mtime_ns, state.inode, state.device
