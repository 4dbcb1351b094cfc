"""A run's tables in the query database: rows loaded from parts, many parts at a time, and problems.

A key may hold numbers in one part and texts in another. It is text then, in the whole run: its numbers become texts,
whole ones without a decimal point, and it is no metric any more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import (
    literal,
    physical,
    quoted,
    shared_names,
    shared_types,
)
from tensorboard_plugin_rlboard.index.tables.offloadable_table import OffloadableTable
from tensorboard_plugin_rlboard.index.tables.part_queries import (
    FileAttempts,
    Inserted,
    Loaded,
    PartSource,
    attempt_in_file,
    columns_of,
    number_as_text,
    rows_query,
)
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow, insert_problems
from tensorboard_plugin_rlboard.index.tables.query_database import checkpoint_if_large

if TYPE_CHECKING:
    import duckdb

FIXED_TYPES = {
    "file": "INTEGER",
    "attempt": "INTEGER",
    "line_offset": "BIGINT",
    "line_length": "BIGINT",
    "line": "BIGINT",
    "row": "INTEGER",
    "step": "BIGINT",
    "split": "VARCHAR",
    "prompt_key": "VARCHAR",
    "text_key": "UBIGINT",
    "joined": "BIGINT",
    "joined_from": "BIGINT",
    "joined_at": "INTEGER",
    "annotations": "VARCHAR",
}
"""Columns of every run. `text_key` and `joined…` belong to `joins/run_joins.py`, the last to `annotations/`: they are
empty in rows that these have not seen."""
_TYPES = {"t": "VARCHAR", "m": "DOUBLE", "h": "DOUBLE"}


class RunTables:
    """The tables of one run. Written by the indexing thread only.

    Attributes:
        samples: its table of samples, in the database or offloaded to a file.
        problems: of the table of problems in the query database.
        columns: physical column -> type, of those that answers may use; the table may have further ones.
        logged: columns that hold a value somewhere that was logged or computed of what was.
        joined: columns that hold a joined value somewhere.
        available: columns that hold a value somewhere, joined ones among them.
    """

    def __init__(self, number: int) -> None:
        self.samples = OffloadableTable(f"run_{number}")
        self.problems = f"problems_{number}"
        self.columns: Mapping[str, str] = {}
        self.logged: frozenset[str] = frozenset()
        self.available: frozenset[str] = frozenset()
        self.joined: frozenset[str] = frozenset()
        self._all: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The table in the query database, for a statement that begins after this call."""
        return self.samples.loaded_name()

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes the tables empty."""
        self.samples.forget()
        self._define(cursor, FIXED_TYPES)
        problem = (
            "file VARCHAR, line BIGINT, line_offset BIGINT, kind VARCHAR, reason VARCHAR, unlisted BIGINT"
        )
        cursor.execute(f"CREATE OR REPLACE TABLE {self.problems} ({problem})")
        self.columns, self._all = FIXED_TYPES, frozenset(FIXED_TYPES)
        self._set_logged(frozenset())

    def _define(self, cursor: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
        defined = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        cursor.execute(f"CREATE OR REPLACE TABLE {self.name} ({defined})")

    def load(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sources: Sequence[PartSource],
        problems: Iterable[ProblemRow],
        texts: AbstractSet[str],
        *,
        is_empty: bool,
    ) -> Loaded:
        """Loads parts and problems, all of them or nothing.

        Args:
            cursor: of the query database.
            sources: the parts.
            problems: what could not be used.
            texts: names that are text columns in this run even where a part has them as metrics.
            is_empty: whether the table has no row yet: all columns are made at once then.
        """
        self.samples.loaded_name()  # it is to be there in the transaction
        cursor.execute("BEGIN")
        try:
            replaced_rows = self._delete_replaced(cursor, sources)
            inserted = self._insert(cursor, sources, texts, is_empty=is_empty)
            insert_problems(cursor, self.problems, problems)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        # Only now: a reader that knew of a column before it is there for all would ask in vain.
        gone = {physical("m", name) for name in texts}
        self._all = shared_names(self._all | frozenset(inserted.added))
        columns = {**self.columns, **inserted.added}
        self.columns = shared_types(tuple(pair for pair in columns.items() if pair[0] not in gone))
        self._set_logged((self.logged | inserted.available) - gone)
        checkpoint_if_large(cursor)
        return Loaded(inserted.has_changed_rows, replaced_rows)

    def _set_logged(self, logged: frozenset[str]) -> None:
        self.logged = shared_names(logged)
        self.available = shared_names(logged | self.joined)

    def add_columns(self, cursor: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> None:
        """Adds physical columns for what is joined; those that are there already stay."""
        added = {name: _TYPES[name[0]] for name in columns if name not in self.columns}
        self._alter(cursor, added)
        self._all = shared_names(self._all | frozenset(added))
        self.columns = shared_types(tuple({**self.columns, **added}.items()))

    def _alter(self, cursor: duckdb.DuckDBPyConnection, added: Mapping[str, str]) -> None:
        for name, kind in added.items():
            cursor.execute(f"ALTER TABLE {self.name} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind}")

    def set_joined_columns(self, joined: frozenset[str]) -> None:
        """Notes which columns hold joined values."""
        self.joined = joined
        self._set_logged(self.logged)

    def clear_columns(self) -> None:
        """Notes that no row is left, so that no column holds a value."""
        self.joined = frozenset()
        self._set_logged(frozenset())

    def _delete_replaced(self, cursor: duckdb.DuckDBPyConnection, sources: Sequence[PartSource]) -> int:
        """Drops rows that were shown before their turn or are built again; returns how many."""
        gone = 0
        for source in sources:
            where = ""
            if source.replaces_before:
                where = f"file = {source.file} AND line IS NULL AND line_offset < {source.replaces_before}"
            elif source.rebuilt is not None:
                first, end = source.rebuilt.start, source.rebuilt.stop
                where = f"file = {source.file} AND line_offset >= {first} AND line_offset < {end}"
            if where:
                gone += int(cursor.execute(f"DELETE FROM {self.name} WHERE {where}").fetchall()[0][0])
        return gone

    def _insert(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sources: Sequence[PartSource],
        texts: AbstractSet[str],
        *,
        is_empty: bool,
    ) -> Inserted:
        sources = [source for source in sources if source.parquet is not None]
        if not sources:
            return Inserted({}, has_changed_rows=False, available=frozenset())
        has_values = {sys.intern(name): has_value for name, has_value in columns_of(cursor, sources).items()}
        text_columns = {physical("m", name): physical("t", name) for name in sorted(texts)}
        names = [text_columns.get(name, name) for name in has_values]
        available = {text_columns.get(name, name) for name, values in has_values.items() if values}
        added = {name: _TYPES[name[0]] for name in names if name not in self._all}
        converted = {m: t for m, t in text_columns.items() if m in self.columns and not is_empty}
        added |= {text: "VARCHAR" for text in converted.values() if text not in self._all}
        if is_empty and self._all == FIXED_TYPES.keys():
            added = {name: _TYPES[name[0]] for name in names if name not in FIXED_TYPES}
            self._define(cursor, FIXED_TYPES | added)
        else:
            self._alter(cursor, added)
        for number, text in converted.items():
            cursor.execute(
                f"UPDATE {self.name} SET {quoted(text)} = {number_as_text(number)} WHERE {quoted(number)} IS NOT NULL"
            )
            available |= {text} if number in self.logged else set()
        cursor.execute(f"INSERT INTO {self.name} BY NAME {rows_query(sources, has_values, text_columns)}")
        return Inserted(added, bool(converted), available)

    def add_problems(self, cursor: duckdb.DuckDBPyConnection, problems: Iterable[ProblemRow]) -> None:
        """Adds problems."""
        insert_problems(cursor, self.problems, problems)

    def clear_problems(
        self, cursor: duckdb.DuckDBPyConnection, relative: str, kind: str = "", lines: range | None = None
    ) -> int:
        """Drops the problems of a file, or those of one kind or of some byte offsets; returns how many they were."""
        where = f"file = {literal(relative)}" + (f" AND kind = {literal(kind)}" if kind else "")
        if lines is not None:
            where += f" AND line_offset >= {lines.start} AND line_offset < {lines.stop}"
        gone = cursor.execute(f"DELETE FROM {self.problems} WHERE {where} RETURNING unlisted").fetchall()
        return sum(1 + unlisted for (unlisted,) in gone)

    def remove_file(self, cursor: duckdb.DuckDBPyConnection, number: int, relative: str) -> tuple[int, int]:
        """Drops the rows and problems of a file; returns how many they were."""
        rows = cursor.execute(f"DELETE FROM {self.name} WHERE file = {number}").fetchall()
        return int(rows[0][0]), self.clear_problems(cursor, relative)

    def renumber(self, cursor: duckdb.DuckDBPyConnection, files: Mapping[int, FileAttempts]) -> int:
        """Gives the rows of some files their attempts; returns how many had another one.

        Args:
            cursor: of the query database.
            files: number of a file -> its attempts.
        """
        if not files:
            return 0
        cases = " ".join(
            f"WHEN {number} THEN {attempt_in_file(attempts)}" for number, attempts in files.items()
        )
        attempt = f"CASE file {cases} END"
        changed = cursor.execute(
            f"UPDATE {self.name} SET attempt = {attempt} "
            f"WHERE file IN ({', '.join(map(str, files))}) AND attempt <> {attempt}"
        ).fetchall()
        return int(changed[0][0])
