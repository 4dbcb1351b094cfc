"""Decompresses gzip, zstd, xz and bzip2 as a stream, and keeps what can be read of an archive that is torn or corrupt."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Any, cast

from tensorboard_plugin_rlboard.sources.compressed.decoders import GZIP, XZ, new_decoder_of
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

_READ_BYTES = 64 * 1024
_BLOCK_BYTES = 256 * 1024
_RETRY_BYTES = 64
_FAULT_BYTES = 1024 * 1024


class Decompressor:
    """Decompresses one archive block by block: any number of members (gzip), frames (zstd) or streams, one behind the other.

    It can be kept and fed again when the archive has grown.

    Args:
        compression: ``gzip``, ``zstd``, ``xz`` or ``bzip2``.
        members: Members that another one has decompressed already, if it goes on behind them.
        start: Bytes of the archive that these members have.

    Attributes:
        members: Members that are decompressed to their end.
        damage: What is wrong with the archive, in one sentence; empty while nothing is.
        place: Where that is and what, as a part of a sentence: ``at byte 20 (invalid block type)``.

    Raises:
        OSError: If the kind needs a package that is missing, with a sentence in ``strerror``.
    """

    def __init__(self, compression: str, members: int = 0, start: int = 0) -> None:
        self.damage = self.place = ""
        self._fed = start
        self._may_be_padded = compression in {GZIP, XZ}
        self._new_decoder = new_decoder_of(compression)
        self._is_gzip = compression == GZIP
        self._decoder: Any = None
        self._zeros = 0
        self.members = members

    @property
    def truncation(self) -> str:
        """One sentence if the archive, ending here, would end in the middle of a member; else empty."""
        if self._decoder is None:
            return ""
        return "The archive ends in the middle, or is still being written; the lines up to there are shown."

    @property
    def padding(self) -> str:
        """One sentence if zeros stand behind members of the archive; else empty.

        They may be no more than padding, but a crash or a full disk leaves the same where members stood.
        """
        if not self._zeros:
            return ""
        return (
            f"The archive has {self._zeros:,} {plural(self._zeros, 'byte', 'bytes')} of zeros behind its members, as padding or a "
            "crash leaves them: lines that stood there are gone."
        )

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decompress further bytes of the archive.

        Args:
            data: The bytes that follow those of the last call.

        Yields:
            Blocks of what they unpack to, at most 256 KB each, so that a few bytes that unpack to very many do
            not fill the memory. Nothing more once there is damage.
        """
        self._fed += len(data)
        while not self.damage:
            if self._decoder is None:
                if self._may_be_padded and self.members:
                    # Zeros behind a member are allowed: tapes and block devices have them.
                    given, data = len(data), data.lstrip(b"\0")
                    self._zeros += given - len(data)
                if not data:
                    return
                self._decoder = self._new_decoder()
            yield from self._gzip(data) if self._is_gzip else self._frames(data)
            if self.damage or not self._decoder.eof:
                return
            data = self._decoder.unused_data
            self._decoder = None
            self.members += 1

    def _frames(self, data: bytes) -> Iterator[bytes]:
        """Decompress up to the end of a frame or stream."""
        start = self._fed - len(data)
        while True:
            try:
                piece = self._decoder.decompress(data, _BLOCK_BYTES)
            except Exception as error:  # noqa: BLE001  each library has its own, and may be missing
                self._note_damage(f"behind byte {start} ({error})")
                return
            if piece:
                yield piece
            if self._decoder.eof or self._decoder.needs_input:
                return
            data = b""

    def _gzip(self, data: bytes) -> Iterator[bytes]:
        """Decompress up to the end of a gzip member."""
        while data and not self._decoder.eof:
            before = self._decoder.copy()
            try:
                piece = self._decoder.decompress(data, _BLOCK_BYTES)
            except zlib.error as error:
                self._decoder = before
                at = yield from self._up_to_damage(data, _RETRY_BYTES)
                what = str(error).rpartition(": ")[2]
                self._note_damage(f"at byte {self._fed - len(data) + at} ({what})")
                return
            data = self._decoder.unconsumed_tail
            if piece:
                yield piece

    def _up_to_damage(self, data: bytes, step: int) -> Generator[bytes, None, int]:
        """Decompress again, few bytes at a time: zlib drops what it unpacked in the call that meets damage.

        Returns:
            The first byte of the data that could not be decompressed.
        """
        for at in range(0, len(data), step):
            rest = data[at : at + step]
            while rest:
                before = self._decoder.copy()
                try:
                    piece = self._decoder.decompress(rest, _BLOCK_BYTES)
                except zlib.error:
                    self._decoder = before
                    good = min(at + step, len(data)) - len(rest)
                    return good + ((yield from self._up_to_damage(rest, 1)) if step > 1 else 0)
                rest = self._decoder.unconsumed_tail
                yield piece
        return len(data)

    def _note_damage(self, place: str) -> None:
        self.place = place
        if self.members and "header" in place:
            self.damage = "Behind the archive's end are bytes that are no archive; they are left out."
        else:
            self.damage = f"The archive is corrupt {self.place}; the lines before that place are shown."


class _DecompressedFile(io.RawIOBase):
    def __init__(self, compression: str, stored: BinaryIO, say: Callable[[str], None]) -> None:
        self._decompressor = Decompressor(compression)
        self._stored = stored
        self._say = say
        self._pieces: Iterator[bytes] = iter(())
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is not None:
                self._rest = memoryview(piece)
                continue
            data = self._stored.read(_READ_BYTES)
            if not data or self._decompressor.damage:
                self._say(self._decompressor.damage)
                return 0
            self._pieces = self._decompressor.feed(data)
        view = memoryview(buffer).cast("B")
        n = min(len(view), len(self._rest))
        view[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n

    def close(self) -> None:
        self._stored.close()
        super().close()


def open_decompressed(
    compression: str, stored: BinaryIO, say: Callable[[str], None] = lambda _: None
) -> BinaryIO:
    """Open an archive decompressed, read forward only; it ends where the archive is torn or corrupt.

    Args:
        compression: One of those that ``compression_of`` tells.
        stored: The archive itself, opened; closed together with the result.
        say: Is told at the end what is wrong with the archive, in one sentence; an empty one where nothing is.

    Raises:
        OSError: If the kind needs a package that is missing, with a sentence in ``strerror``.
    """
    return cast(
        "BinaryIO",
        io.BufferedReader(_DecompressedFile(compression, stored, say), _BLOCK_BYTES),
    )


def fault_near_beginning(compression: str, stored: BinaryIO) -> str:
    """Where an archive is corrupt within its first megabyte, and how, as a part of a sentence; empty where it is not.

    Args:
        compression: One of those that ``compression_of`` tells.
        stored: The archive itself, opened.

    Raises:
        OSError: If it cannot be read, or its kind needs a package that is missing.
    """
    decompressor, left = Decompressor(compression), _FAULT_BYTES
    for _ in range(_FAULT_BYTES // _READ_BYTES):
        for piece in decompressor.feed(stored.read(_READ_BYTES)):
            left -= len(piece)
            if left < 0:
                return ""
    return decompressor.place
