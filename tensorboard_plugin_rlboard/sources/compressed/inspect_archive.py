"""Reads the samples of an evaluation log of Inspect (`.eval`): a zip archive with a JSON document for each of them.

Written by inspect_ai/log/_recorders/eval.py (0.3.285), compressed with zstd, which Python's own reader of such archives
knows from 3.14 on only: so their directory is read with it, and what lies in them with our decompressor.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from tensorboard_plugin_rlboard.sources.compressed.decoders import ZSTD
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.containers.base import (
    Container,
    DamagedFileError,
    RowsLeftOutError,
    TornFileError,
)
from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO
    from zipfile import ZipInfo

_MAGIC, _HEADER_BYTES = b"PK\x03\x04", 30
_FIRST_MEMBER = re.compile(rb"_journal/|samples/|(?:header|summaries)\.json")
_SAMPLE = re.compile(r"samples/.+\.json")
_ZIP_ZSTD = 93
_MAX_SAMPLE = 64 * 1024 * 1024
"""Bytes of a sample."""


def is_evaluation(head: bytes) -> bool:
    """Whether the first bytes of a file are those of such an archive."""
    return head.startswith(_MAGIC) and _FIRST_MEMBER.match(head, _HEADER_BYTES) is not None


def _read_rows(path: Path) -> Iterator[object]:
    skipped, first = 0, ""
    with open_regular(path) as stored:
        try:
            archive = ZipFile(stored)
        except (BadZipFile, ValueError):
            msg = "The archive has no directory: it is torn, or is still being written."
            raise TornFileError(msg) from None
        members = {one.filename: one for one in archive.infolist() if _SAMPLE.fullmatch(one.filename)}
        for name, member in members.items():  # of a name that comes twice the last one counts
            if member.file_size > _MAX_SAMPLE:
                skipped, first = skipped + 1, first or name
                continue
            yield _sample(stored, member)
    if skipped:
        msg = f"Samples of more than {_MAX_SAMPLE >> 20} MB are left out: {skipped}, the first of them {first[:80]}."
        raise RowsLeftOutError(msg)


def _sample(stored: BinaryIO, member: ZipInfo) -> object:
    try:
        row = json.loads(_content(stored, member))
    except (ValueError, RecursionError, zlib.error):
        row = None
    except OSError as error:  # the package that unpacks zstd is missing, which it says
        raise DamagedFileError(str(error.strerror)) from None
    if not isinstance(row, dict):
        msg = f"{member.filename[:80]} in the archive cannot be read; what lies behind it is left out."
        raise DamagedFileError(msg)
    return row


def _content(stored: BinaryIO, member: ZipInfo) -> bytes:
    """What a member holds, at most as much as the directory says.

    Raises:
        ValueError: it cannot be unpacked.
    """
    stored.seek(member.header_offset)
    header = stored.read(_HEADER_BYTES)
    stored.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    data = stored.read(member.compress_size)
    if member.compress_type == ZIP_STORED:
        return data
    if member.compress_type == ZIP_DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, member.file_size)
    if member.compress_type != _ZIP_ZSTD:
        raise ValueError(member.compress_type)
    found = bytearray()
    for piece in Decompressor(ZSTD).feed(data):
        found += piece
        if len(found) > member.file_size:
            raise ValueError(len(found))
    return bytes(found)


INSPECT_ARCHIVE = Container("inspect", _read_rows)
