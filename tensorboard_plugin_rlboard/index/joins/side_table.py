"""What is to be joined, in the query database: a table of values and a table of the keys that lead to them.

Lines that have the same key are all kept, and the first of them counts: by the name of its file, then by its line. So
an answer does not depend on which file was read first. Whatever is added or goes carries a serial number, by which
each run knows which of its samples are to be looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.index.column_names import physical, quoted
from tensorboard_plugin_rlboard.index.joins.side_rows import Rows
from tensorboard_plugin_rlboard.metrics.segments import Bools

if TYPE_CHECKING:
    import duckdb

LINES = 1 << 40
"""More lines than a file has: place of a file times this, plus the line, is the order of lines."""


class SideTable:
    """The tables of one group of side files. Written by the refresh thread only.

    Attributes:
        number: of the tables.
        columns: physical column -> type, of the values.
        serial: raised with every change.
        rows: lines that can be joined.
        by_id, by_text: whether some of them have keys of ids, and of prompts with responses.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.columns: dict[str, str] = {}
        self.serial = 0
        self.rows = 0
        self.by_id = self.by_text = False
        self._next = 0
        self._files: list[str] = []

    @property
    def values(self) -> str:
        """The table of values."""
        return f"joined_{self.number}"

    @property
    def keys(self) -> str:
        """The table of keys."""
        return f"joined_keys_{self.number}"

    @property
    def gone(self) -> str:
        """The table of keys of lines that are gone."""
        return f"joined_gone_{self.number}"

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes the tables empty."""
        cursor.execute(f"CREATE OR REPLACE TABLE {self.values} (n BIGINT, file INTEGER)")
        cursor.execute(
            f"CREATE OR REPLACE TABLE {self.keys} "
            '("key" UBIGINT, n BIGINT, file INTEGER, line BIGINT, serial BIGINT)'
        )
        cursor.execute(f'CREATE OR REPLACE TABLE {self.gone} ("key" UBIGINT, serial BIGINT)')

    def drop(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Removes the tables."""
        for name in (self.values, self.keys, self.gone):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def define(self, cursor: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
        """Adds columns of values; those that are there already stay."""
        for name, kind in columns.items():
            if name not in self.columns:
                cursor.execute(f"ALTER TABLE {self.values} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind}")
                self.columns[name] = kind

    def add(self, cursor: duckdb.DuckDBPyConnection, relative: str, found: Rows, before: int) -> None:
        """Adds the rows of a range, all or none.

        Args:
            cursor: of the query database.
            relative: the file.
            found: its rows.
            before: lines of the file before the range.
        """
        if not found.lines:
            return
        columns: dict[str, str] = {physical("t", name): "VARCHAR" for name in found.texts}
        columns |= {physical("m", name): "DOUBLE" for name in found.numbers}
        self.define(cursor, columns)
        count, file = len(found.lines), self.file(relative)
        frame, fields = _frame(found)
        frame["n"] = np.arange(self._next, self._next + count)
        fields |= {"n": "n", "file": str(file)}
        lines = np.asarray(found.lines, np.int64) + before
        at_rows = np.asarray([row for row, _ in found.keys], np.int64)
        keys = {
            "key": np.asarray([key for _, key in found.keys], np.uint64),
            "n": at_rows + self._next,
            "line": lines[at_rows],
        }
        names, sql = ", ".join(quoted(name) for name in fields), ", ".join(fields.values())
        cursor.register("side_rows", frame)
        cursor.register("side_keys", keys)
        cursor.execute("BEGIN")
        try:
            cursor.execute(f"INSERT INTO {self.values} ({names}) SELECT {sql} FROM side_rows")
            cursor.execute(
                f'INSERT INTO {self.keys} SELECT "key", n, {file}, line, {self.serial + 1} FROM side_keys'
            )
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        finally:
            cursor.unregister("side_rows")
            cursor.unregister("side_keys")
        self.by_id, self.by_text = self.by_id or found.by_id, self.by_text or found.by_text
        self.claim(count)

    def claim(self, count: int) -> int:
        """The number of the next line; raises it and the serial number where lines were added under it."""
        first = self._next
        if count:
            self._next += count
            self.rows += count
            self.serial += 1
        return first

    def file(self, relative: str) -> int:
        """The number of a file, given at its first row."""
        if relative not in self._files:
            self._files.append(relative)
        return self._files.index(relative)

    def forget(self, cursor: duckdb.DuckDBPyConnection, relative: str) -> None:
        """Drops the rows of a file."""
        if relative not in self._files:
            return
        file = self._files.index(relative)
        self.serial += 1
        cursor.execute("BEGIN")
        cursor.execute(
            f'INSERT INTO {self.gone} SELECT "key", {self.serial} FROM {self.keys} WHERE file = {file}'
        )
        cursor.execute(f"DELETE FROM {self.keys} WHERE file = {file}")
        gone = cursor.execute(f"DELETE FROM {self.values} WHERE file = {file}").fetchall()
        cursor.execute("COMMIT")
        self.rows -= int(gone[0][0])

    def changed(self, since: int) -> str:
        """A query for the keys of lines that came or went after a serial number."""
        return (
            f'SELECT "key" FROM {self.keys} WHERE serial > {since} '
            f'UNION ALL SELECT "key" FROM {self.gone} WHERE serial > {since}'
        )

    def first(self, wanted: str) -> str:
        """A query for the first line of each key, as (key, n).

        Args:
            wanted: a query for keys; those of other keys are left out.
        """
        return (
            f'SELECT "key", arg_min(n, {self._order()}) AS n FROM {self.keys} '
            f'WHERE "key" IN ({wanted}) GROUP BY "key"'
        )

    def merged(self, wanted: str, names: Mapping[str, str]) -> str:
        """A query for the first value of each column that a key has in any line, as (key, …).

        Args:
            wanted: a query for keys; those of other keys are left out.
            names: column of values -> its name in the answer.
        """
        first = [
            f"arg_min({quoted(column)}, {self._order()}) FILTER ({quoted(column)} IS NOT NULL) AS {quoted(name)}"
            for column, name in names.items()
        ]
        columns = ", ".join(map(quoted, names))
        return (
            f'SELECT "key", {", ".join(first)} FROM {self.keys} '
            f'JOIN (SELECT n, {columns} FROM {self.values}) USING (n) WHERE "key" IN ({wanted}) GROUP BY "key"'
        )

    def _order(self) -> str:
        """SQL of the place of a line among all lines of all files."""
        ranks = {relative: rank for rank, relative in enumerate(sorted(self._files))}
        numbers = ", ".join(str(ranks[relative]) for relative in self._files)
        return f"CAST([{numbers}][file + 1] AS BIGINT) * {LINES} + line" if len(ranks) > 1 else "line"

    def repeated(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """How many lines have a key that another line has with another value in the same column."""
        columns = [quoted(name) for name in self.columns if name.startswith(("t:", "m:"))]
        keys = f'SELECT "key" FROM {self.keys} GROUP BY "key" HAVING count(*) > 1'
        if not columns or not cursor.execute(f"SELECT count(*) FROM ({keys})").fetchall()[0][0]:
            return 0
        differ = " OR ".join(f"min({column}) <> max({column})" for column in columns)
        same = (
            f'SELECT count(*) AS n FROM {self.keys} JOIN {self.values} USING (n) WHERE "key" IN ({keys}) '
            f'GROUP BY "key" HAVING {differ}'
        )
        return int(cursor.execute(f"SELECT coalesce(sum(n - 1), 0) FROM ({same})").fetchall()[0][0])


def _frame(found: Rows) -> tuple[dict[str, Any], dict[str, str]]:
    """Values as columns for the database, and the SQL that makes each column of the table of them."""
    count = len(found.lines)
    frame: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for name, texts in found.texts.items():
        values = np.full(count, "", object)
        values[[row for row, _ in texts]] = [text for _, text in texts]
        frame |= {f"t{len(fields)}": values, f"k{len(fields)}": _known(count, [row for row, _ in texts])}
        fields[physical("t", name)] = f"CASE WHEN k{len(fields)} THEN t{len(fields)} END"
    for name, numbers in found.numbers.items():
        array = np.zeros(count)
        array[[row for row, _ in numbers]] = [number for _, number in numbers]
        frame |= {f"m{len(fields)}": array, f"k{len(fields)}": _known(count, [row for row, _ in numbers])}
        # The database takes a NaN of an array for no value; here it is one that somebody wrote.
        number = f"coalesce(m{len(fields)}, CAST('NaN' AS DOUBLE))"
        fields[physical("m", name)] = f"CASE WHEN k{len(fields)} THEN {number} END"
    return frame, fields


def _known(count: int, rows: list[int]) -> Bools:
    known = np.zeros(count, bool)
    known[rows] = True
    return known
