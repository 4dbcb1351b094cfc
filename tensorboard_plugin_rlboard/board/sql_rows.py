"""Rows of the query database as columns of Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import duckdb


def fetch_columns(cursor: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> dict[str, list[Any]]:
    """Runs a query and returns its columns, None where the database has NULL."""
    columns = cursor.execute(sql, values).fetchnumpy()
    return {name: as_list(column) for name, column in columns.items()}


def as_list(column: object) -> list[Any]:
    """A column of an answer as Python values, None where the database has NULL."""
    if isinstance(column, np.ma.MaskedArray):
        return [
            None if masked else value
            for value, masked in zip(column.data.tolist(), np.ma.getmaskarray(column), strict=True)
        ]
    return list(np.asarray(column).tolist())
