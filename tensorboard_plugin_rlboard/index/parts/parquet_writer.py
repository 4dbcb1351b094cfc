"""Writes the rows of a part as Parquet."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.index.column_names import literal, physical, quoted
from tensorboard_plugin_rlboard.index.memory_budget import writing_limit
from tensorboard_plugin_rlboard.index.parts.part_columns import PartColumns

if TYPE_CHECKING:
    import duckdb

_OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE_BYTES '8MB'"
"""Level 1: numbers do not compress better at 3, and texts hardly. A group of rows is held in memory until it is written:
by bytes, because 40,000 rows may be 5 MB of numbers or a gigabyte of long responses."""

_of_thread = threading.local()


def _database() -> duckdb.DuckDBPyConnection:
    """The database of this thread that writes Parquet, opened at the first row."""
    import duckdb  # noqa: PLC0415 (half a second, never when TensorBoard starts)

    if not hasattr(_of_thread, "database"):
        config: dict[str, Any] = {
            "threads": 1,
            "memory_limit": writing_limit(),
            "temp_directory": tempfile.gettempdir(),
        }
        # Objects are texts here: no look at the first of them, which may all be absent.
        _of_thread.database = duckdb.connect(
            config={**config, "pandas_analyze_sample": 0, "preserve_insertion_order": False}
        )
    found: duckdb.DuckDBPyConnection = _of_thread.database
    return found


def write_parquet(columns: PartColumns, parquet: Path) -> int:
    """Writes the samples as a Parquet file; returns how many there are."""
    keep = columns.kinds.sample
    samples = int(keep.sum())
    if not samples:
        return 0
    frame: dict[str, Any] = {name: array[keep] for name, array in columns.location.items()}
    frame |= {physical("t", name): array[keep] for name, array in columns.texts.items()}
    frame |= {physical(kind, name): array[keep] for (kind, name), array in columns.computed.items()}
    frame |= {physical("m", name): array[keep] for name, array in columns.numbers.items()}
    logged: dict[str, str] = {}
    for (
        name,
        array,
    ) in columns.numbers.items():  # a NaN that was logged: any other stands for no value, which is NULL
        nan = np.isnan(array[keep]).filled(fill_value=False)
        if nan.any():
            column, flag = quoted(physical("m", name)), f"nan {len(logged)}"
            frame[flag] = nan
            logged[flag] = (
                f"CASE WHEN {quoted(flag)} THEN CAST('NaN' AS DOUBLE) ELSE {column} END AS {column}"
            )
    selected = (
        f"* EXCLUDE ({', '.join(map(quoted, logged))}) REPLACE ({', '.join(logged.values())})"
        if logged
        else "*"
    )
    # DuckDB finds `frame` among the variables here; a view of it would be planned twice, a quarter of the time of a row.
    _database().execute(f"COPY (SELECT {selected} FROM frame) TO {literal(str(parquet))} ({_OPTIONS})")
    return samples
