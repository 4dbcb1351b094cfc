"""Writes what a packed file unpacks to, as far as it can be read and as there is room for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.container_rows import container_lines
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import cut_off_sentence
from tensorboard_plugin_rlboard.sources.containers.base import (
    NO_DAMAGE,
    Damage,
    DamagedFileError,
    TornFileError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import UnpackedFile

_READ_BYTES = 1024 * 1024
_PROBE_BYTES = 4096


class TakesLongError(Exception):
    """A file takes longer to unpack than this process has time for."""


class TornError(OSError):
    """A container ends in the middle; what can be read of it is written, and `damage` says in one sentence what is wrong."""

    def __init__(self, damage: str) -> None:
        super().__init__(damage)
        self.damage = damage


def unpack_rest(
    path: str, entry: UnpackedFile, open_stored: Callable[[str], BinaryIO], has_room: Callable[[int], bool]
) -> Damage:
    """Append to the unpacked file what is not in it yet: of an archive what was added, of a container all.

    Args:
        path: Path of the packed file.
        entry: The unpacked file; it is written, and its facts are changed.
        open_stored: Opens the packed file, as it is stored.
        has_room: Whether the unpacked file may have so many bytes.

    Returns:
        What could not be unpacked.

    Raises:
        TornError: A container ends in the middle.
        OSError: The packed file cannot be read, or the unpacked one not be written.
    """
    if entry.kind.container is not None:
        return _write_rows(path, entry, open_stored, has_room)
    with open_stored(path) as stored:
        stored.seek(entry.consumed)
        return _decompress(entry, stored, has_room)


def unpack_added(
    path: str, entry: UnpackedFile, open_stored: Callable[[str], BinaryIO], has_room: Callable[[int], bool]
) -> Damage | None:
    """Append to the unpacked file of an archive what was added to the archive; see `unpack_rest`.

    Returns:
        As `unpack_rest`; None where nothing can be appended: a container, an archive that is damaged or was rewritten.
    """
    if entry.kind.container is not None or not entry.path.exists() or (entry.damage and not entry.is_cut_off):
        return None
    with open_stored(path) as stored:
        for at, known in ((0, entry.head), (entry.consumed - len(entry.tail), entry.tail)):
            stored.seek(at)
            if stored.read(len(known)) != known:
                return None
        if entry.is_cut_off:
            return Damage(entry.damage)
        if entry.decompressor is None:
            entry.decompressor = _caught_up(entry.kind.compression, stored, entry.consumed)
    return unpack_rest(path, entry, open_stored, has_room)


def _decompress(entry: UnpackedFile, stored: BinaryIO, has_room: Callable[[int], bool]) -> Damage:
    unpacker = entry.decompressor
    if unpacker is None:
        return NO_DAMAGE
    with entry.path.open("ab") as target:
        while not unpacker.damage and (data := stored.read(_READ_BYTES)):
            for piece in unpacker.feed(data):
                if not has_room(entry.size + len(piece)):
                    entry.is_cut_off = True
                    unpacker.damage = cut_off_sentence(entry.size)
                    break
                target.write(piece)
                entry.size += len(piece)
            entry.consumed += len(data)
            entry.head = entry.head or data[:_PROBE_BYTES]
            entry.tail = data[-_PROBE_BYTES:]
    entry.damage = unpacker.damage
    return Damage(unpacker.damage or unpacker.truncation or unpacker.padding)


def _write_rows(
    path: str, entry: UnpackedFile, open_stored: Callable[[str], BinaryIO], has_room: Callable[[int], bool]
) -> Damage:
    with entry.path.open("ab") as target:
        try:
            for piece in container_lines(path, entry.kind, open_stored):
                if not has_room(entry.size + len(piece)):
                    return Damage(cut_off_sentence(entry.size))
                target.write(piece)
                entry.size += len(piece)
        except TornFileError as error:
            raise TornError(str(error)) from None
        except DamagedFileError as error:
            return Damage(str(error), error.kind)
    return NO_DAMAGE


def _caught_up(compression: str, stored: BinaryIO, consumed: int) -> Decompressor:
    """A decompressor that stands where another process has left an archive, in the middle of a member.

    What it unpacks on the way is there already. That is done once for an archive that goes on growing.

    Args:
        compression: How it is compressed.
        stored: The archive, opened; it is left behind `consumed`.
        consumed: Bytes up to which it was decompressed.
    """
    decompressor = Decompressor(compression)
    stored.seek(0)
    left = consumed
    while left and (data := stored.read(min(left, _READ_BYTES))):
        left -= len(data)
        for _ in decompressor.feed(data):
            pass
    return decompressor
