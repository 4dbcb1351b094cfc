"""One range of one file built: the same function in the refresh thread, in a process beside it, and on a cluster."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.formats.registry import from_spec
from tensorboard_plugin_rlboard.formats.rows.file_options import line_context
from tensorboard_plugin_rlboard.index.build.part import Part, build
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.file_changes import PROBE, Fingerprint, fingerprint_of_ends
from tensorboard_plugin_rlboard.sources.reader import open_file, read_range

_BUFFER = 1024 * 1024


@dataclass(frozen=True)
class RangeOrder:
    """What to build.

    Attributes:
        path: the file.
        offset, length: whole lines of it, bytes.
        known: `spec` of the format.
    """

    path: str
    offset: int
    length: int
    known: str


@dataclass(frozen=True)
class BuiltRange:
    """What was built.

    Attributes:
        fingerprint: of the very bytes that were read.
        part: what the range holds; its rows are in the Parquet file.
    """

    fingerprint: Fingerprint
    part: Part


def read(path: str, offset: int, length: int) -> bytes:
    """Bytes of a file; fewer where it ends earlier."""
    return read_range(path, offset, length)


class _Lines:
    """The lines of a range, one by one, and what is needed of them for its fingerprint."""

    def __init__(self, order: RangeOrder) -> None:
        self._order = order
        self._head = self._tail = b""

    def __iter__(self) -> Iterator[bytes]:
        left = self._order.length
        with opened(self._order) as file:
            while left:
                line = file.readline(left)
                if not line:
                    raise EOFError(self._order.path)
                left -= len(line)
                if len(self._head) < PROBE:
                    self._head = (self._head + line)[:PROBE]
                self._tail = line[-PROBE:] if len(line) >= PROBE else (self._tail + line)[-PROBE:]
                yield line

    def fingerprint(self) -> Fingerprint:
        """Of the bytes that were read."""
        return fingerprint_of_ends(self._order.offset, self._order.length, self._head, self._tail)


def opened(order: RangeOrder) -> BinaryIO:
    """The file where the range begins; behind an address each reading is a request, so a range is one."""
    if is_address(order.path):
        return io.BytesIO(read_range(order.path, order.offset, order.length))
    file = open_file(order.path)
    file.seek(order.offset)
    # Lines have 100 KB: with the default of 8 KB each is put together from a dozen pieces.
    return io.BufferedReader(file.detach(), _BUFFER) if isinstance(file, io.BufferedReader) else file


def build_range(order: RangeOrder, target: Path) -> BuiltRange:
    """Reads a range and writes its part to `target`.

    Raises:
        EOFError: the file is shorter than the range.
        OSError: it cannot be read.
    """
    lines = _Lines(order)
    known = from_spec(order.known)
    part = build(lines, order.offset, known, target, line_context(known, order.path))
    return BuiltRange(lines.fingerprint(), part)
