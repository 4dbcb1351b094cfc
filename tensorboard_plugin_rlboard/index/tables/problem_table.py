"""A run's table of problems: lines, values and files that could not be used, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import duckdb


class ProblemRow(NamedTuple):
    """A problem.

    Attributes:
        file: path below the log directory.
        line: 1-based; None where the whole file is meant.
        offset: of the line, in bytes; None as above.
        kind: stable name of what is wrong.
        reason: one sentence.
        unlisted: how many more it stands for, which are not listed one by one.
    """

    file: str
    line: int | None
    offset: int | None
    kind: str
    reason: str
    unlisted: int = 0


def insert_problems(cursor: duckdb.DuckDBPyConnection, table: str, problems: Iterable[ProblemRow]) -> None:
    """Adds problems to a table.

    Args:
        cursor: of the query database.
        table: name of the table.
        problems: the rows.
    """
    rows = list(problems)
    if not rows:
        return
    files, lines, offsets, kinds, reasons, unlisted = zip(*rows, strict=True)
    frame = {
        "file": np.asarray(files, object),
        "line": np.asarray([-1 if line is None else line for line in lines], np.int64),
        "line_offset": np.asarray([-1 if offset is None else offset for offset in offsets], np.int64),
        "kind": np.asarray(kinds, object),
        "reason": np.asarray(reasons, object),
        "unlisted": np.asarray(unlisted, np.int64),
    }
    cursor.register("problem_rows", frame)
    cursor.execute(
        f"INSERT INTO {table} SELECT file, nullif(line, -1), nullif(line_offset, -1), kind, reason, unlisted FROM problem_rows"
    )
    cursor.unregister("problem_rows")
