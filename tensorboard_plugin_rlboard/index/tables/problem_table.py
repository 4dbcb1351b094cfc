"""A run's table of problems: lines, values and files that could not be used, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import duckdb

ProblemRow = tuple[str, int | None, int | None, str, str]
"""A problem: path below the log directory, 1-based line, byte offset, kind, reason."""


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
    files, lines, offsets, kinds, reasons = zip(*rows, strict=True)
    frame = {
        "file": np.asarray(files, object),
        "line": np.asarray([-1 if line is None else line for line in lines], np.int64),
        "line_offset": np.asarray([-1 if offset is None else offset for offset in offsets], np.int64),
        "kind": np.asarray(kinds, object),
        "reason": np.asarray(reasons, object),
    }
    cursor.register("problem_rows", frame)
    cursor.execute(
        f"INSERT INTO {table} SELECT file, nullif(line, -1), nullif(line_offset, -1), kind, reason FROM problem_rows"
    )
    cursor.unregister("problem_rows")
