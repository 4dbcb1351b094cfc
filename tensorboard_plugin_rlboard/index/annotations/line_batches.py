"""Which lines of a run are built again because of annotations, cut into batches of a file that are read at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tensorboard_plugin_rlboard.index.column_names import TRACE_KEY, quoted
from tensorboard_plugin_rlboard.metrics.segments import Ints

BATCH_BYTES = 16 * 1024 * 1024
"""Bytes of a batch, those of its annotations counted in; one line may be longer."""
_GAP = 1024 * 1024
"""Bytes of lines between two others that are rather built again than left out: each batch is a file of rows."""


@dataclass(frozen=True)
class LineBatch:
    """Neighbouring lines of one file.

    Attributes:
        file: number of the file.
        start, end: byte offsets; the end is behind the newline of the last line.
        newlines_before: newline characters of the file before it.
    """

    file: int
    start: int
    end: int
    newlines_before: int


def outdated_lines_query(run_table: str, where: str, addresses: str) -> str:
    """A query for lines whose rows have other annotations than there are, in file order.

    It gives (file, line_offset, line_length, line, bytes): `bytes` are those of the annotations of the line.

    Args:
        run_table: the table of the run.
        where: SQL of the rows to look at.
        addresses: a query for (key, addresses, bytes) of traces.
    """
    return (
        "SELECT r.file, r.line_offset, min(r.line_length) AS line_length, min(r.line) AS line, "
        "CAST(sum(coalesce(a.bytes, 0)) AS BIGINT) AS bytes "
        f"FROM (SELECT file, line_offset, line_length, line, {quoted('annotations')}, {TRACE_KEY} AS trace "
        f"FROM {run_table} WHERE line IS NOT NULL AND ({where})) r "
        f'LEFT JOIN ({addresses}) a ON a."key" = r.trace '
        "WHERE coalesce(r.annotations, '') <> coalesce(a.addresses, '') "
        "GROUP BY r.file, r.line_offset ORDER BY r.file, r.line_offset"
    )


def cut_batches(
    cuts: Mapping[int, AbstractSet[int]], files: Ints, offsets: Ints, lengths: Ints, lines: Ints, extra: Ints
) -> Iterator[LineBatch]:
    """Cuts lines into batches, the same ones whenever the same lines are to be built again.

    Args:
        cuts: number of a file -> offsets at which a batch ends in any case: how far its rows are loaded when it is
            looked at is one of them.
        files: number of the file of each line, ascending, int64 [lines].
        offsets: byte offset of each line, ascending in a file, int64 [lines].
        lengths: its bytes without its newline, int64 [lines].
        lines: its 1-based number in the file, int64 [lines].
        extra: bytes of its annotations, int64 [lines].
    """
    first, size = 0, 0
    for i in range(len(files)):
        end = int(offsets[i] + lengths[i] + 1)
        size += int(lengths[i] + extra[i])
        if i + 1 < len(files) and files[i + 1] == files[i]:
            is_near = int(offsets[i + 1]) - end <= _GAP
            is_near &= int(offsets[i + 1]) not in cuts.get(int(files[i]), ())
            if is_near and size + int(lengths[i + 1] + extra[i + 1]) <= BATCH_BYTES:
                continue
        yield LineBatch(int(files[i]), int(offsets[first]), end, int(lines[first]) - 1)
        first, size = i + 1, 0


def changed_rows_condition(read_to: Sequence[tuple[int, int]], changed: str) -> str:
    """SQL of the rows that were loaded since the last look, or whose traces have further annotations.

    Args:
        read_to: (number of a file, offset up to which its rows were looked at).
        changed: a query for the keys of traces; empty for none.
    """
    cases = " ".join(f"WHEN {number} THEN {offset}" for number, offset in read_to)
    fresh = f"line_offset >= CASE file {cases} ELSE 0 END" if cases else "true"
    return f"({fresh}) OR {TRACE_KEY} IN ({changed})" if changed else fresh
