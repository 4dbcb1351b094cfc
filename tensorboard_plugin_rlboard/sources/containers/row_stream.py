"""Gives the rows of a container as JSON lines: block by block, or as an open file that is read as far as needed."""

from __future__ import annotations

import errno
import io
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.companions import place_of, remote_companions_of
from tensorboard_plugin_rlboard.sources.containers.base import DamagedFileError
from tensorboard_plugin_rlboard.sources.containers.json_lines import row_to_line
from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

    from tensorboard_plugin_rlboard.sources.containers.base import Container

    Open = Callable[[str], BinaryIO]

_BLOCK_BYTES = 256 * 1024
_FETCH_BYTES = 8 * 1024 * 1024
_MAX_FETCHED = 4 * 1024**3


class UnreadableFileError(OSError):
    """No row of a container can be read; ``strerror`` says in one sentence why."""

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EBADMSG, reason)


def line_blocks(path: str, kind: Container, open_stored: Open, *, is_copied: bool = False) -> Iterator[bytes]:
    """Yield the rows of a container as JSON lines.

    Args:
        path: Its path or address.
        kind: The kind of container.
        open_stored: Opens the container's own bytes.
        is_copied: Whether these are not those of the local file, because it is compressed: they are copied first.

    Yields:
        Blocks of whole JSON lines, about 256 KB each; the first holds one line only.

    Raises:
        UnreadableFileError: Before the first block, if the container has no row that can be read, but some that cannot.
        DamagedFileError: Behind the last row that can be read, if there are more.
        OSError: If the file cannot be opened or read.
    """
    gathered = bytearray()
    given, number = False, 0
    try:
        with _local_copy(path, open_stored, is_copied=is_copied) as stored:
            for number, row in enumerate(kind.read_rows(stored), 1):
                gathered += _line(row, number)
                # The first rows are given at once, for those who only want to know what the file is.
                if len(gathered) >= _BLOCK_BYTES or not given:
                    yield bytes(gathered)
                    gathered.clear()
                    given = True
    except DamagedFileError as error:
        if not number:
            raise UnreadableFileError(str(error)) from None
        if gathered:
            yield bytes(gathered)
        raise
    if gathered:
        yield bytes(gathered)


def open_rows(path: str, kind: Container, open_stored: Open, *, is_copied: bool = False) -> BinaryIO:
    """Open the rows of a container as a file of JSON lines, read forward only; it ends where the container is damaged.

    Args:
        path: Its path or address.
        kind: The kind of container.
        open_stored: Opens the container's own bytes.
        is_copied: As in ``line_blocks``.

    Raises:
        OSError: As ``line_blocks``.
    """
    return cast(
        "BinaryIO",
        io.BufferedReader(_RowFile(line_blocks(path, kind, open_stored, is_copied=is_copied)), _BLOCK_BYTES),
    )


def _line(row: object, number: int) -> bytes:
    try:
        return row_to_line(row)
    except ValueError as error:
        msg = f"Row {number} cannot be written as JSON: {error}."
        raise DamagedFileError(msg) from None


@contextmanager
def _local_copy(path: str, open_stored: Open, *, is_copied: bool) -> Generator[Path]:
    """Give the path of a container's bytes on this machine; remote or compressed ones come into a temporary folder.

    The companions of a remote rollout file come with it.
    """
    if not is_address(path) and not is_copied:
        yield Path(path)
        return
    owned = OwnedFolder("fetched")
    folder = owned.path
    try:
        room = min(_MAX_FETCHED, shutil.disk_usage(folder).free // 2)
        place = place_of(path) if is_address(path) else None
        name = path.rpartition("/")[2] if place else "file"
        fetched = folder / (place.folder if place else "") / name
        room = _fetch(path, fetched, room, open_stored)
        for companion in remote_companions_of(path) if is_address(path) else ():
            name = companion.path.rpartition("/")[2]
            room = _fetch(companion.path, folder / companion.place.folder / name, room, open_stored)
        # An object in a store is whole; a local file may still be written, and its copy is as old as it is.
        changed = 0 if is_address(path) else Path(path).stat().st_mtime_ns
        os.utime(fetched, ns=(changed, changed))
        yield fetched
    finally:
        owned.cleanup()


def _fetch(path: str, target: Path, room: int, open_stored: Open) -> int:
    """Fetch a remote file, and give what is left of the bytes that may be fetched.

    Raises:
        OSError: It cannot be read, or is larger.
    """
    target.parent.mkdir(exist_ok=True)
    with open_stored(path) as stored, target.open("wb") as file:
        more = True
        while more:
            data = stored.read(_FETCH_BYTES)
            # Fewer are the last, and to ask for none would be one more question.
            more = len(data) == _FETCH_BYTES
            room -= len(data)
            if room < 0:
                raise OSError(errno.ENOSPC, "It is too large to be fetched.")
            file.write(data)
    return room


class _RowFile(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        # The first block now: who opens a file has to learn at once that it cannot be read.
        self._rest = memoryview(next(self._pieces, b""))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._rest:
            try:
                self._rest = memoryview(next(self._pieces, b""))
            except DamagedFileError:
                return 0
        view = memoryview(buffer).cast("B")
        n = min(len(view), len(self._rest))
        view[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n

    def close(self) -> None:
        cast("Generator[bytes]", self._pieces).close()
        super().close()
