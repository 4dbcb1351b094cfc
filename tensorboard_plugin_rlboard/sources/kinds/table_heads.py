"""Tells a table of text by its header and its first records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import PREVIEW_BYTES, FileKind, Preview
from tensorboard_plugin_rlboard.sources.containers.csv_tables import (
    CSV,
    cells_of,
    header_in,
    is_text_column,
    separator_of,
    told_separator,
)
from tensorboard_plugin_rlboard.sources.kinds.head import Head, not_read

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORDS = 20
_NAME = re.compile(r"[A-Za-z_][\w./-]*")
_NUMBER = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?%?|[-+]?(?:nan|inf)|true|false|none|null", re.IGNORECASE)


def kind_of_table(head: Head) -> FileKind | None:
    """The kind of a table; None for a text that is none.

    The file's name helps prose: a file that nobody calls a table has to have a header of plain names and records of as
    many cells.
    """
    header, end, rest = head.text.partition("\n")
    named_separator = told_separator(header + end)
    if named_separator:
        header, end, rest = rest.partition("\n")
    while end and not header_in(header):  # comments before it
        header, end, rest = rest.partition("\n")
    header = header_in(header)
    separator = named_separator or separator_of(header)
    names = cells_of(header + end, separator) or []
    is_called_table = head.named_kind is CSV
    if is_called_table and not end and not head.is_whole:
        reason = (
            f"Its first line, which is the header, has more than {PREVIEW_BYTES // 1024} kB: it names too many columns, or a "
            "line's end is missing."
        )
        return FileKind(CSV, preview=not_read(reason, is_listed=any(map(is_text_column, names))))
    if not end or len(names) < 2 or all(_NUMBER.fullmatch(name.strip()) for name in names):
        # A first record whose text has several lines, as Comet writes lists without `headers`.
        first = next(_records(head.text, separator_of(header)), None) or ()
        has_texts = len(first) > 1 and not all(_NUMBER.fullmatch(cell.strip()) for cell in first)
        reason = (
            "It has no header, which is a first line with the names of its columns: write one above the rest, such as "
            "prompt,response,reward,step."
        )
        return FileKind(CSV, preview=not_read(reason, is_listed=has_texts)) if is_called_table else None
    records = list(_records(rest, separator))
    if not is_called_table and not (
        (records or (not head.is_whole and any(map(is_text_column, names))))
        and all(_NAME.fullmatch(name) for name in names)
        and all(cells is not None and len(cells) == len(names) for cells in records)
    ):
        return None
    cells = [cell.strip() for record in records for cell in record or ()]
    has_texts = any(cell and not _NUMBER.fullmatch(cell) for cell in cells)
    if not has_texts and not any(map(is_text_column, names)):
        return FileKind(CSV, preview=not_read("It is a table without any text.", is_listed=False))
    return FileKind(CSV, preview=Preview(may_hold_rollouts=True, is_listed=has_texts))


def _records(text: str, separator: str) -> Iterator[list[str] | None]:
    """The first whole records behind the header, each split into cells."""
    record, given = "", 0
    for line in text.splitlines(keepends=True):
        record += line
        if line.endswith("\n") and record.count('"') % 2 == 0:
            if record.strip():
                yield cells_of(record, separator)
                given += 1
            record = ""
        if given == _RECORDS:
            return
