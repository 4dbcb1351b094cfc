"""The rows of a container as JSON lines: as a whole, or as a stream that ends where its reader stops."""

from __future__ import annotations

import errno
import io
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.containers.base import DamagedError
from tensorboard_plugin_rlboard.sources.containers.json_lines import as_line
from tensorboard_plugin_rlboard.sources.containers.registry import container_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

    Open = Callable[[str], BinaryIO]

_PIECE = 256 * 1024
_BLOCK = 8 * 1024 * 1024
_MOST_FETCHED = 4 * 1024**3


class UnreadableError(OSError):
    """No row of a container can be read; ``strerror`` says in one sentence why."""

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EBADMSG, reason)


def pieces(path: str, open_stored: Open) -> Iterator[bytes]:
    """Read the rows of a container.

    Args:
        path: Its path or address.
        open_stored: Opens the file as it is stored.

    Yields:
        Whole JSON lines, about 256 KB of them at a time.

    Raises:
        UnreadableError: Before the first piece, if the container has no row that can be read, but some that cannot.
        DamagedError: Behind the last row that can be read, if there are more.
        OSError: If the file cannot be opened or read.
    """
    kind = container_of(path)
    if kind is None:
        msg = f"{path} is no container"
        raise ValueError(msg)
    gathered = bytearray()
    given, number = False, 0
    try:
        with _local(path, open_stored) as stored:
            for number, row in enumerate(kind.rows(stored), 1):
                gathered += _line(row, number)
                # The first rows are given at once, for those who only want to know what the file is.
                if len(gathered) >= _PIECE or not given:
                    yield bytes(gathered)
                    gathered.clear()
                    given = True
    except DamagedError as error:
        if not number:
            raise UnreadableError(str(error)) from None
        if gathered:
            yield bytes(gathered)
        raise
    if gathered:
        yield bytes(gathered)


def stream(path: str, open_stored: Open) -> BinaryIO:
    """Read the rows of a container forward, as far as somebody reads; it ends where the container is damaged.

    Args:
        path: Its path or address.
        open_stored: Opens the file as it is stored.

    Raises:
        OSError: As ``pieces``.
    """
    return cast("BinaryIO", io.BufferedReader(_Stream(path, open_stored), _PIECE))


def _line(row: object, number: int) -> bytes:
    try:
        return as_line(row)
    except ValueError as error:
        msg = f"Row {number} cannot be written as JSON: {error}."
        raise DamagedError(msg) from None


@contextmanager
def _local(path: str, open_stored: Open) -> Generator[Path]:
    """Where the file lies on this machine; one behind an address is fetched for the time being."""
    if not is_address(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="rlboard-fetched-", ignore_cleanup_errors=True) as folder:
        fetched = Path(folder) / "file"
        with open_stored(path) as stored, fetched.open("wb") as target:
            room = min(_MOST_FETCHED, shutil.disk_usage(folder).free // 2)
            more = True
            while more:
                data = stored.read(_BLOCK)
                more = (
                    len(data) == _BLOCK
                )  # fewer are the last, and to ask for none would be one more question
                room -= len(data)
                if room < 0:
                    raise OSError(errno.ENOSPC, "It is too large to be fetched.")
                target.write(data)
        yield fetched


class _Stream(io.RawIOBase):
    def __init__(self, path: str, open_stored: Open) -> None:
        self._pieces = pieces(path, open_stored)
        # The first piece now: who opens a file wants to hear at once that it cannot be read.
        self._rest = memoryview(next(self._pieces, b""))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._rest:
            try:
                self._rest = memoryview(next(self._pieces, b""))
            except DamagedError:
                return 0
        view = memoryview(buffer).cast("B")
        n = min(len(view), len(self._rest))
        view[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n

    def close(self) -> None:
        cast("Generator[bytes]", self._pieces).close()
        super().close()
