"""Writes the rows of a part as Parquet."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.index.column_names import literal, physical, quoted
from tensorboard_plugin_rlboard.index.memory_budget import writing_limit
from tensorboard_plugin_rlboard.index.parts.part_columns import PartColumns
from tensorboard_plugin_rlboard.metrics.segments import Bools

if TYPE_CHECKING:
    import duckdb

_OPTIONS = "FORMAT parquet, ROW_GROUP_SIZE_BYTES '8MB', USE_TMP_FILE false"
"""A group of rows is held in memory until it is written: by bytes, because 40,000 rows may be 5 MB of numbers or a
gigabyte of long responses. Whoever has a part built removes what was not finished: no other name is needed meanwhile."""
_COMPRESSED = "COMPRESSION zstd, COMPRESSION_LEVEL 1"
"""Level 1: numbers do not compress better at 3, and texts hardly."""
_PLAIN = "COMPRESSION uncompressed"
_FEW_SAMPLES = 32
_FEW_CHARACTERS = 16_384
"""Of so few samples with so little text a hundred columns hold a value or two each: to compress these takes a third of the
time of writing, and the file is no smaller."""

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


def write_parquet(columns: PartColumns, parquet: Path) -> dict[str, bool]:
    """Writes the samples as a Parquet file; without samples there is none.

    Returns:
        Physical column -> whether a sample holds a value of it, in the order of the file.
    """
    keep = columns.kinds.sample
    if not keep.any():
        return {}
    which: Any = slice(None) if keep.all() else keep
    frame: dict[str, Any] = {name: array[which] for name, array in columns.location.items()}
    frame |= {physical("t", name): array[which] for name, array in columns.texts.items()}
    frame |= {physical(kind, name): array[which] for (kind, name), array in columns.computed.items()}
    has_values = {name: _has_value(array) for name, array in frame.items()}
    logged: dict[str, str] = {}
    nans: dict[str, Bools] = {}
    for name, numbers in columns.numbers.items():
        column, array = physical("m", name), numbers[which]
        # A NaN stands for no value, which is NULL; one that was logged is told from these.
        frame[column] = array.filled(np.nan)
        missing = np.ma.getmaskarray(array)
        has_values[column] = not missing.all()
        nan = np.isnan(frame[column]) & ~missing
        if nan.any():
            flag = f"nan {len(logged)}"
            nans[flag] = nan
            logged[flag] = (
                f"CASE WHEN {quoted(flag)} THEN CAST('NaN' AS DOUBLE) ELSE {quoted(column)} END AS {quoted(column)}"
            )
    compression = _PLAIN if _is_tiny(frame) else _COMPRESSED
    frame |= nans
    selected = (
        f"* EXCLUDE ({', '.join(map(quoted, logged))}) REPLACE ({', '.join(logged.values())})"
        if logged
        else "*"
    )
    # DuckDB finds `frame` among the variables here; a view of it would be planned twice, a quarter of the time of a row.
    _database().execute(
        f"COPY (SELECT {selected} FROM frame) TO {literal(str(parquet))} ({_OPTIONS}, {compression})"
    )
    return has_values


def _has_value(array: Any) -> bool:
    """Whether any of it will not be NULL: texts are absent as None, numbers as NaN."""
    if array.dtype == object:
        return any(value is not None for value in array)
    return array.dtype.kind != "f" or not np.isnan(array).all()


def _is_tiny(frame: Mapping[str, Any]) -> bool:
    """Whether compressing the samples would save nothing."""
    if len(frame["step"]) > _FEW_SAMPLES:
        return False
    texts = (array for array in frame.values() if array.dtype == object)
    return sum(len(value) for array in texts for value in array if value is not None) <= _FEW_CHARACTERS
