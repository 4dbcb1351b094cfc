"""Builds one range of one file: the same function in the indexing thread, in a process beside it, and on a cluster."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.row_keys import RowKeys
from tensorboard_plugin_rlboard.formats.rows.file_options import discounts, line_context
from tensorboard_plugin_rlboard.index.parts.column_collector import BLOCK_BYTES, ColumnCollector
from tensorboard_plugin_rlboard.index.parts.line_decoder import SampleDecoder
from tensorboard_plugin_rlboard.index.parts.part import Part, part_of, reserved_names
from tensorboard_plugin_rlboard.index.parts.part_columns import PartColumns
from tensorboard_plugin_rlboard.index.parts.sample_statistics import SampleStatistics
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.fingerprints import PROBE_BYTES, Fingerprint, fingerprint_of_ends
from tensorboard_plugin_rlboard.sources.local_files import open_regular

_BUFFER = 1024 * 1024


@dataclass(frozen=True)
class RangeOrder:
    """A range that is to be built.

    Attributes:
        path: the file.
        offset, length: whole lines of it, bytes.
        format: the format of its lines.
        plain_path: the local file whose bytes the lines are, the file itself or what it was unpacked to; empty where the
            reader has to find out.
    """

    path: str
    offset: int
    length: int
    format: Format
    plain_path: str = ""


@dataclass(frozen=True)
class BuiltRange:
    """A range that was built.

    Attributes:
        fingerprint: of the very bytes that were read.
        part: its part; the rows are in a Parquet file.
    """

    fingerprint: Fingerprint
    part: Part


class _RangeLines:
    """The lines of a range, one by one, and both ends of what was read of it."""

    def __init__(self, order: RangeOrder, data: bytes | None) -> None:
        self._order = order
        self._data = data
        self._head = self._tail = b""

    def __iter__(self) -> Iterator[bytes]:
        left = self._order.length
        with opened(self._order, self._data) as file:
            while left:
                line = file.readline(left)
                if not line:
                    raise EOFError(self._order.path)
                left -= len(line)
                if len(self._head) < PROBE_BYTES:
                    self._head = (self._head + line)[:PROBE_BYTES]
                self._tail = (
                    line[-PROBE_BYTES:] if len(line) >= PROBE_BYTES else (self._tail + line)[-PROBE_BYTES:]
                )
                yield line

    def fingerprint(self) -> Fingerprint:
        """Of the bytes that were read."""
        return fingerprint_of_ends(self._order.offset, self._order.length, self._head, self._tail)


def opened(order: RangeOrder, data: bytes | None) -> BinaryIO:
    """The file where the range begins; behind an address each reading is a request, so a range is one."""
    if data is not None:
        return io.BytesIO(data)
    if order.plain_path:
        file = open_regular(order.plain_path)
    else:
        from tensorboard_plugin_rlboard.sources.reader import open_file, read_range  # noqa: PLC0415 (all kinds of archives; a worker is told where lines lie)

        if is_address(order.path):
            return io.BytesIO(read_range(order.path, order.offset, order.length))
        file = open_file(order.path)
    file.seek(order.offset)
    # Lines have 100 KB: with the default of 8 KB each is put together from a dozen pieces.
    return io.BufferedReader(file.detach(), _BUFFER) if isinstance(file, io.BufferedReader) else file


def build_range(order: RangeOrder, parquet: Path, data: bytes | None = None) -> BuiltRange:
    """Reads a range and writes the rows of its part.

    Args:
        order: the range.
        parquet: the Parquet file to write; not written where there is no sample.
        data: the bytes of the range where they were read already; None to read them.

    Raises:
        EOFError: the file is shorter than the range.
        OSError: it cannot be read.
    """
    lines = _RangeLines(order, data)
    return BuiltRange(
        part=build_part(lines, order.offset, order.format, parquet, order.path),
        fingerprint=lines.fingerprint(),  # when all of them were read
    )


def build_part(
    lines: Iterable[bytes],
    offset: int,
    file_format: Format,
    parquet: Path,
    path: str = "",
    annotations: Mapping[str, Sequence[Row]] = MappingProxyType({}),
) -> Part:
    """Reads whole lines and writes their part.

    Args:
        lines: the lines of the range, each with its newline; the last one may lack it.
        offset: where they begin in their file, bytes.
        file_format: the file's format.
        parquet: the Parquet file to write; not written where there is no sample.
        path: the file, for the tokenizer that its format names.
        annotations: id of a trace -> what was logged of it later, in the order in which it counts.
    """
    decoder, collector, statistics = (
        SampleDecoder(file_format, line_context(file_format, path, annotations), offset),
        ColumnCollector(RowKeys(file_format)),
        SampleStatistics(*discounts(file_format)),
    )
    # What is held is one line, one block of token arrays, and the texts and numbers of all.
    for line in lines:
        collector.add_line(*decoder.decode(line))
        if collector.block_bytes >= BLOCK_BYTES and collector.has_rows:
            statistics.add_block(collector.take_block())
    if collector.has_rows:
        statistics.add_block(collector.take_block())
    places = decoder.line_places()
    reserved = reserved_names(collector.extra_arrays)
    return part_of(
        decoder,
        collector,
        statistics,
        PartColumns(file_format, collector, statistics, places, reserved),
        places,
        parquet,
    )
