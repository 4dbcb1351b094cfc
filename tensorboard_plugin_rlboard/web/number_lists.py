"""Columns of numbers as JSON lists, written by the database: four times as fast as Python, and without its lock."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.api.number_column import NumberColumn

if TYPE_CHECKING:
    import duckdb

_COLUMNS_AT_ONCE = 32
"""Columns that are written at once: lists of hundreds need hundreds of MB."""
_MAX_ROWS = 100_000
"""Rows up to which the database aggregates in one task, so that a list is in order."""
_lock = threading.Lock()
_database: duckdb.DuckDBPyConnection | None = None


def number_lists(columns: Sequence[NumberColumn]) -> dict[int, str]:
    """The JSON lists of columns, by the identity of the column.

    NaN is null. Columns that hold infinities, whose names the database would not write, are left out, and so are those
    with very many rows.
    """
    fitting = [column for column in columns if len(column) <= _MAX_ROWS and not np.isinf(column.array).any()]
    cursor = _cursor()
    lists: dict[int, str] = {}
    for first in range(0, len(fitting), _COLUMNS_AT_ONCE):
        some = fitting[first : first + _COLUMNS_AT_ONCE]
        cursor.register("numbers", {f"n{i}": column.array for i, column in enumerate(some)})
        values = (f"CAST(n{i} AS BIGINT)" if column.integer else f"n{i}" for i, column in enumerate(some))
        fields = ", ".join(f"CAST(to_json(list({sql})) AS VARCHAR)" for sql in values)
        texts = cursor.execute(f"SELECT {fields} FROM numbers").fetchall()[0]  # noqa: S608 (names made above)
        cursor.unregister("numbers")
        lists |= {id(column): text for column, text in zip(some, texts, strict=True)}
    return lists


def _cursor() -> duckdb.DuckDBPyConnection:
    """A cursor of a database without tables, opened at first use."""
    global _database  # noqa: PLW0603 (one for the process)
    with _lock:
        if _database is None:
            import duckdb  # noqa: PLC0415 (loading it would slow TensorBoard's start)

            _database = duckdb.connect(":memory:", config={"threads": 1})
        return _database.cursor()
