"""The rows of side files in the query database: a table of their values, and one of the keys that lead to them.

Lines that have the same key are all kept, and the first of them counts: by the name of its file, then by its line. So
an answer does not depend on which file was read first. Whatever is added or goes carries a serial number, by which
each run knows which of its samples are to be looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.index.column_names import physical, quoted
from tensorboard_plugin_rlboard.index.joins.side_rows import SideRows
from tensorboard_plugin_rlboard.metrics.segments import Bools

if TYPE_CHECKING:
    import duckdb

LINES_PER_FILE = 1 << 40
"""More lines than a file has: rank of a file times this, plus the line, is the order of lines."""


class SideTable:
    """The tables of one group of side files. Written by the indexing thread only.

    Attributes:
        number: of the tables.
        columns: physical column -> type, of the values.
        serial: raised with every change.
        rows: lines that can be joined.
        has_ids, has_texts: whether some of them have keys of ids, and of prompts with responses.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.columns: dict[str, str] = {}
        self.serial = 0
        self.rows = 0
        self.has_ids = self.has_texts = False
        self._filled, self._filled_at = frozenset[str](), -1
        self._next_line = 0
        self._files: list[str] = []

    @property
    def values_table(self) -> str:
        """The table of values."""
        return f"joined_{self.number}"

    @property
    def keys_table(self) -> str:
        """The table of keys."""
        return f"joined_keys_{self.number}"

    @property
    def removed_keys_table(self) -> str:
        """The table of keys of lines that are gone."""
        return f"joined_gone_{self.number}"

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes the tables empty."""
        cursor.execute(f"CREATE OR REPLACE TABLE {self.values_table} (n BIGINT, file INTEGER)")
        cursor.execute(
            f"CREATE OR REPLACE TABLE {self.keys_table} "
            '("key" UBIGINT, n BIGINT, file INTEGER, line BIGINT, serial BIGINT)'
        )
        cursor.execute(f'CREATE OR REPLACE TABLE {self.removed_keys_table} ("key" UBIGINT, serial BIGINT)')

    def drop(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Removes the tables."""
        for name in (self.values_table, self.keys_table, self.removed_keys_table):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def add_columns(self, cursor: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
        """Adds columns of values; those that are there already stay."""
        for name, kind in columns.items():
            if name not in self.columns:
                cursor.execute(
                    f"ALTER TABLE {self.values_table} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind}"
                )
                self.columns[name] = kind

    def filled_columns(self, cursor: duckdb.DuckDBPyConnection) -> frozenset[str]:
        """The columns that hold a value: one may have none any more, where a file was written anew."""
        if self._filled_at != self.serial:
            names = [name for name in self.columns if name.startswith(("t:", "m:"))]
            counts = ", ".join(f"count({quoted(name)})" for name in names) or "0"
            found = cursor.execute(f"SELECT {counts} FROM {self.values_table}").fetchall()[0]
            self._filled = frozenset(name for name, count in zip(names, found, strict=False) if count)
            self._filled_at = self.serial
        return self._filled

    def add(
        self, cursor: duckdb.DuckDBPyConnection, relative: str, rows: SideRows, lines_before: int
    ) -> None:
        """Adds the rows of a range, all or none.

        Args:
            cursor: of the query database.
            relative: the file.
            rows: its rows.
            lines_before: lines of the file before the range.
        """
        if not rows.lines:
            return
        columns: dict[str, str] = {physical("t", name): "VARCHAR" for name in rows.texts}
        columns |= {physical("m", name): "DOUBLE" for name in rows.numbers}
        self.add_columns(cursor, columns)
        count, file = len(rows.lines), self.file_number(relative)
        frame, fields = _frame(rows)
        frame["n"] = np.arange(self._next_line, self._next_line + count)
        fields |= {"n": "n", "file": str(file)}
        lines = np.asarray(rows.lines, np.int64) + lines_before
        at_rows = np.asarray([row for row, _ in rows.keys], np.int64)
        keys = {
            "key": np.asarray([key for _, key in rows.keys], np.uint64),
            "n": at_rows + self._next_line,
            "line": lines[at_rows],
        }
        names, sql = ", ".join(quoted(name) for name in fields), ", ".join(fields.values())
        cursor.register("side_rows", frame)
        cursor.register("side_keys", keys)
        cursor.execute("BEGIN")
        try:
            cursor.execute(f"INSERT INTO {self.values_table} ({names}) SELECT {sql} FROM side_rows")
            cursor.execute(
                f'INSERT INTO {self.keys_table} SELECT "key", n, {file}, line, {self.serial + 1} FROM side_keys'
            )
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        finally:
            cursor.unregister("side_rows")
            cursor.unregister("side_keys")
        self.has_ids, self.has_texts = self.has_ids or rows.has_ids, self.has_texts or rows.has_texts
        self.allocate_lines(count)

    def allocate_lines(self, count: int) -> int:
        """Gives numbers to lines that were added, and raises the serial number; returns the first of them.

        Args:
            count: how many lines; for 0 nothing is raised.
        """
        first = self._next_line
        if count:
            self._next_line += count
            self.rows += count
            self.serial += 1
        return first

    def file_number(self, relative: str) -> int:
        """The number of a file, given at its first row."""
        if relative not in self._files:
            self._files.append(relative)
        return self._files.index(relative)

    def remove_file(self, cursor: duckdb.DuckDBPyConnection, relative: str) -> None:
        """Drops the rows of a file."""
        if relative not in self._files:
            return
        file = self._files.index(relative)
        self.serial += 1
        cursor.execute("BEGIN")
        cursor.execute(
            f'INSERT INTO {self.removed_keys_table} SELECT "key", {self.serial} FROM {self.keys_table} WHERE file = {file}'
        )
        cursor.execute(f"DELETE FROM {self.keys_table} WHERE file = {file}")
        gone = cursor.execute(f"DELETE FROM {self.values_table} WHERE file = {file}").fetchall()
        cursor.execute("COMMIT")
        self.rows -= int(gone[0][0])

    def changed_keys_query(self, since: int) -> str:
        """A query for the keys of lines that came or went after a serial number."""
        return (
            f'SELECT "key" FROM {self.keys_table} WHERE serial > {since} '
            f'UNION ALL SELECT "key" FROM {self.removed_keys_table} WHERE serial > {since}'
        )

    def first_lines_query(self, wanted: str) -> str:
        """A query for the first line of each key, as (key, n).

        Args:
            wanted: a query for keys; those of other keys are left out.
        """
        return (
            f'SELECT "key", arg_min(n, {self._line_order()}) AS n FROM {self.keys_table} '
            f'WHERE "key" IN ({wanted}) GROUP BY "key"'
        )

    def first_values_query(self, wanted: str, names: Mapping[str, str]) -> str:
        """A query for the first value of each column that a key has in any line, as (key, …).

        Args:
            wanted: a query for keys; those of other keys are left out.
            names: column of values -> its name in the answer.
        """
        first = [
            f"arg_min({quoted(column)}, {self._line_order()}) FILTER ({quoted(column)} IS NOT NULL) AS {quoted(name)}"
            for column, name in names.items()
        ]
        columns = ", ".join(map(quoted, names))
        return (
            f'SELECT "key", {", ".join(first)} FROM {self.keys_table} '
            f'JOIN (SELECT n, {columns} FROM {self.values_table}) USING (n) WHERE "key" IN ({wanted}) GROUP BY "key"'
        )

    def _line_order(self) -> str:
        """SQL of the rank of a line among all lines of all files."""
        ranks = {relative: rank for rank, relative in enumerate(sorted(self._files))}
        numbers = ", ".join(str(ranks[relative]) for relative in self._files)
        return (
            f"CAST([{numbers}][file + 1] AS BIGINT) * {LINES_PER_FILE} + line" if len(ranks) > 1 else "line"
        )

    def count_conflicts(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """How many lines have a key that another line has with another value in the same column."""
        columns = [quoted(name) for name in self.columns if name.startswith(("t:", "m:"))]
        keys = f'SELECT "key" FROM {self.keys_table} GROUP BY "key" HAVING count(*) > 1'
        if not columns or not cursor.execute(f"SELECT count(*) FROM ({keys})").fetchall()[0][0]:
            return 0
        differ = " OR ".join(f"min({column}) <> max({column})" for column in columns)
        same = (
            f'SELECT count(*) AS n FROM {self.keys_table} JOIN {self.values_table} USING (n) WHERE "key" IN ({keys}) '
            f'GROUP BY "key" HAVING {differ}'
        )
        return int(cursor.execute(f"SELECT coalesce(sum(n - 1), 0) FROM ({same})").fetchall()[0][0])


def _frame(rows: SideRows) -> tuple[dict[str, Any], dict[str, str]]:
    """Values as columns for the database, and the SQL that makes each column of the table of them."""
    count = len(rows.lines)
    frame: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for name, texts in rows.texts.items():
        values = np.full(count, "", object)
        values[[row for row, _ in texts]] = [text for _, text in texts]
        frame |= {f"t{len(fields)}": values, f"k{len(fields)}": _has_value(count, [row for row, _ in texts])}
        fields[physical("t", name)] = f"CASE WHEN k{len(fields)} THEN t{len(fields)} END"
    for name, numbers in rows.numbers.items():
        array = np.zeros(count)
        array[[row for row, _ in numbers]] = [number for _, number in numbers]
        frame |= {f"m{len(fields)}": array, f"k{len(fields)}": _has_value(count, [row for row, _ in numbers])}
        # The database takes a NaN of an array for no value; here it is one that somebody wrote.
        number = f"coalesce(m{len(fields)}, CAST('NaN' AS DOUBLE))"
        fields[physical("m", name)] = f"CASE WHEN k{len(fields)} THEN {number} END"
    return frame, fields


def _has_value(count: int, rows: list[int]) -> Bools:
    """Which of so many rows have a value, bool [count]."""
    has_value = np.zeros(count, bool)
    has_value[rows] = True
    return has_value
