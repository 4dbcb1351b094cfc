"""From the database's columns to plain lists: masked values are None, everything else stays what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import duckdb


def fetch(cursor: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> dict[str, list[Any]]:
    """Runs a query and returns its columns, None where the database has NULL."""
    found = cursor.execute(sql, values).fetchnumpy()
    return {name: plain(column) for name, column in found.items()}


def plain(column: object) -> list[Any]:
    """One column as a list of Python values."""
    if isinstance(column, np.ma.MaskedArray):
        return [
            None if gone else value
            for value, gone in zip(column.data.tolist(), np.ma.getmaskarray(column), strict=True)
        ]
    return list(np.asarray(column).tolist())
