"""Tells the kind of a file by its first bytes."""

from __future__ import annotations

from dataclasses import replace

from tensorboard_plugin_rlboard.sources.compressed.inspect_archive import INSPECT_ARCHIVE, is_evaluation
from tensorboard_plugin_rlboard.sources.containers.base import FileKind, Preview
from tensorboard_plugin_rlboard.sources.containers.csv_tables import CSV
from tensorboard_plugin_rlboard.sources.containers.dumps.rollout_dump import TORCH
from tensorboard_plugin_rlboard.sources.containers.parquet import PARQUET
from tensorboard_plugin_rlboard.sources.containers.sqlite_tables import MAGIC, SQLITE, names_traces
from tensorboard_plugin_rlboard.sources.containers.tagged_texts import (
    NUMBERED,
    TAGGED,
    is_areal_dump,
    names_in,
)
from tensorboard_plugin_rlboard.sources.containers.torch_file import preview_archive
from tensorboard_plugin_rlboard.sources.kinds.comet_archive import COMET_ARCHIVE, is_comet_archive
from tensorboard_plugin_rlboard.sources.kinds.head import Head, not_read
from tensorboard_plugin_rlboard.sources.kinds.json_heads import (
    BEHIND_TEXT,
    has_row_behind_text,
    has_row_in_lines,
    has_sample_in_lines,
    kind_of_json,
    kind_without_rows,
)
from tensorboard_plugin_rlboard.sources.kinds.names import compression_by_name, says_rollouts
from tensorboard_plugin_rlboard.sources.kinds.table_heads import kind_of_table

_PARQUET_MAGIC = (b"PAR1", b"PARE")
_ZIP_MAGIC = b"PK\x03\x04"
_ARCHIVES = (
    (b"\x04\x22\x4d\x18", "compressed with LZ4: unpack it, or use gzip or zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it"),
)
_TAR_MAGIC, _TAR_MAGIC_AT = b"ustar", 257
_BINARY = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (MAGIC, "an SQLite database without a table of traces: write JSON lines or Parquet"),
    (b"ARROW1", "an Arrow file: write it as Parquet"),
    (b"\xff\xff\xff\xff", "an Arrow file: write it as Parquet"),
    *_ARCHIVES,
    *(
        (bytes([0x80, protocol]), "a pickle, which is not opened: write JSON lines or Parquet")
        for protocol in range(2, 6)
    ),
)


def kind_of_first_bytes(head: Head) -> FileKind | None:
    """The kind of a file of which a few bytes say it already: a binary one, or JSON lines; None for any other."""
    data = head.data
    if data.startswith(_PARQUET_MAGIC):
        return FileKind(PARQUET)
    if data.startswith((_ZIP_MAGIC, MAGIC)) or head.is_whole:
        return None
    if (
        head.is_utf8
        and b"\0" in data
        and not head.has_log_name
        and head.named_kind is not CSV  # whose header may be longer
        and not data.lstrip().startswith((b"{", b"["))
    ):
        return kind_of_content(head)
    line, line_end, rest = data.partition(b"\n")
    if line_end and line.startswith(b'{"') and rest.strip() and head.is_utf8:
        found = kind_of_json(Head(line + b"\n" + rest.lstrip()[:1], False, head.name))
        return found if found.container is None and found.preview.may_hold_rollouts else None
    return None


def kind_of_content(head: Head) -> FileKind:
    """The kind of a file by its first ``PREVIEW_BYTES``; its name speaks where they are no text."""
    data = head.data
    if data.startswith(_PARQUET_MAGIC):
        return FileKind(PARQUET)
    if is_evaluation(data):
        return FileKind(INSPECT_ARCHIVE)
    if is_comet_archive(head):
        return FileKind(preview=not_read(COMET_ARCHIVE, is_listed=True))
    if data.startswith(_ZIP_MAGIC):
        preview = preview_archive(data)
        return FileKind(
            TORCH, preview=replace(preview, is_listed=preview.is_listed or says_rollouts(head.name))
        )
    if data[_TAR_MAGIC_AT:].startswith(_TAR_MAGIC):
        return FileKind(preview=not_read("It is a tar archive: unpack it.", is_listed=head.is_listed))
    if names_traces(data, head.rest):
        return FileKind(SQLITE)
    text = head.text
    if not text:
        preview = (
            Preview(may_hold_rollouts=True)
            if head.has_log_name
            else not_read("It is empty.", is_listed=False)
        )
        return FileKind(head.named_kind, compression_by_name(head.name), preview)
    if text.startswith("[") and names_in(text):
        return FileKind(TAGGED)
    if text.startswith(("{", "[")):
        return kind_of_json(head)
    if is_areal_dump(text):
        return FileKind(NUMBERED)
    if head.is_utf8 and b"\0" in data:
        return _kind_of_binary(head, text)
    found = kind_of_table(head)
    if found is not None:
        return found
    if head.named_kind is PARQUET:
        return FileKind(PARQUET)  # whose reader says what is wrong with it
    if head.has_log_name or head.named_kind is CSV:
        return kind_without_rows(head, text, "Expecting value")
    if has_sample_in_lines(text) and head.is_utf8:  # among what a program printed
        return FileKind(preview=Preview(may_hold_rollouts=True, is_listed=True))
    if has_row_behind_text(text):
        return FileKind(preview=not_read(BEHIND_TEXT, is_listed=True))
    if data.startswith(tuple(magic for magic, _ in _ARCHIVES)):
        return _kind_of_binary(head, text)
    reason = "It is a text of no rows, neither JSON nor a table: write JSON lines."
    return FileKind(preview=not_read(reason, is_listed=head.is_listed))


def _kind_of_binary(head: Head, text: str) -> FileKind:
    compression = compression_by_name(head.name)
    if head.named_kind is CSV and not compression and (table := kind_of_table(head)) is not None:
        return table  # of whose texts one holds a NUL, as models say it too
    if head.named_kind is PARQUET:
        return FileKind(PARQUET)  # whose reader says what is wrong with it
    if compression:
        reason = f"It is no {compression} archive, whatever its name says."
        return FileKind(head.named_kind, compression, not_read(reason, is_listed=head.has_log_name))
    if head.has_log_name and (text.startswith("\0") or has_row_in_lines(text)):
        return kind_without_rows(head, text, "Expecting value")
    what = next((what for magic, what in _BINARY if head.data.startswith(magic)), "")
    reason = f"It is {what}." if what else "It is no text, and no kind of file that is read."
    return FileKind(head.named_kind, preview=not_read(reason, is_listed=head.is_listed))
