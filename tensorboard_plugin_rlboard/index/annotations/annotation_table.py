"""The table of annotations in the query database: the key of a trace, and where a line about it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.sources.kinds.names import plain_name

if TYPE_CHECKING:
    import duckdb

MAX_OF_A_TRACE = 16
"""Annotations of one trace that are used, the last ones: a training writes two or three."""


class AnnotationTable:
    """The annotations of one run. Written by the indexing thread only.

    Attributes:
        name: of the table in the query database.
        serial: raised with every change.
        removals: how often lines went.
        rows: lines.
    """

    def __init__(self, number: int) -> None:
        self.name = f"annotations_{number}"
        self.serial = 0
        self.removals = 0
        self.rows = 0
        self._files: list[str] = []

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes the table empty."""
        columns = '"key" UBIGINT, file INTEGER, "offset" BIGINT, length BIGINT, serial BIGINT'
        cursor.execute(f"CREATE OR REPLACE TABLE {self.name} ({columns})")

    def drop(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Removes the table."""
        cursor.execute(f"DROP TABLE IF EXISTS {self.name}")

    def file_number(self, relative: str) -> int:
        """The number of a file; a chunk has the same one before and after it is sealed."""
        name = plain_name(relative)
        if name not in self._files:
            self._files.append(name)
        return self._files.index(name)

    def add(
        self,
        cursor: duckdb.DuckDBPyConnection,
        file: int,
        keys: Sequence[int],
        places: Sequence[tuple[int, int]],
    ) -> None:
        """Adds lines.

        Args:
            cursor: of the query database.
            file: number of their file.
            keys: of their traces.
            places: (byte offset, length) of each.
        """
        if not keys:
            return
        self.serial += 1
        offsets, lengths = np.asarray(places, np.int64).T
        frame = {"key": np.asarray(keys, np.uint64), "begin": offsets.copy(), "length": lengths.copy()}
        cursor.register("annotation_rows", frame)
        cursor.execute(
            f'INSERT INTO {self.name} SELECT "key", {file}, "begin", length, {self.serial} FROM annotation_rows'
        )
        cursor.unregister("annotation_rows")
        self.rows += len(keys)

    def remove_file(self, cursor: duckdb.DuckDBPyConnection, file: int) -> None:
        """Drops the lines of a file."""
        gone = cursor.execute(f"DELETE FROM {self.name} WHERE file = {file}").fetchall()
        self.rows -= int(gone[0][0])
        self.serial += 1
        self.removals += 1

    def keys_since(self, serial: int) -> str:
        """A query for the keys of lines that came after a serial number."""
        return f'SELECT "key" FROM {self.name} WHERE serial > {serial}'

    def addresses_query(self, wanted: str) -> str:
        """A query for the addresses of the annotations of each trace, as (key, addresses, bytes).

        They count by the name of their producer's folder, then by chunk and line, as the producers' own reader has it.

        Args:
            wanted: a query for keys; those of other keys are left out.
        """
        ranks = {name: rank for rank, name in enumerate(sorted(self._files))}
        rank = f"[{', '.join(str(ranks[name]) for name in self._files) or '0'}][file + 1]"
        lines = (
            f'SELECT "key", "offset", length, {rank} AS place, file || \':\' || "offset" || \':\' || length AS address '
            f'FROM {self.name} WHERE "key" IN ({wanted}) QUALIFY row_number() OVER '
            f'(PARTITION BY "key" ORDER BY place DESC, "offset" DESC) <= {MAX_OF_A_TRACE}'
        )
        return (
            'SELECT "key", string_agg(address, \' \' ORDER BY place, "offset") AS addresses, sum(length) AS bytes '
            f'FROM ({lines}) GROUP BY "key"'
        )
