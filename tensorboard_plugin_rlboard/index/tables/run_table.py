"""A run's tables in the query database: rows loaded from parts, many parts at a time, and problems.

A key may hold numbers in one part and texts in another. It is text then, in the whole run: its numbers become texts,
whole ones without a decimal point, and it is no metric any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import literal, physical, quoted
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow, note

if TYPE_CHECKING:
    import duckdb

FIXED = {
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
}
"""Columns of every run. The last four belong to `joined_run.py`; rows that it has not seen have nothing in them."""
_TYPES = {"t": "VARCHAR", "m": "DOUBLE", "h": "DOUBLE"}
Attempts = Mapping[str, Sequence[tuple[int, int]]]
"""Of one file: split -> (byte offset from which on it holds, attempt)."""


@dataclass(frozen=True)
class Source:
    """A part to be loaded.

    Attributes:
        file: number of its file within the run.
        newlines: newline characters of the file before it; None where they are not known, nor its lines' numbers.
        attempts: of its file, as far as they are numbered.
        parquet: its rows; None where it has none.
        replaces: byte offset before which rows of the file without a line number go: they are among these.
    """

    file: int
    newlines: int | None
    attempts: Attempts
    parquet: Path | None
    replaces: int = 0


def _as_text(column: str) -> str:
    """A column of numbers as texts."""
    x = quoted(column)
    whole = f"{x} = trunc({x}) AND abs({x}) < 1e15"
    return f"CASE WHEN {whole} THEN CAST(CAST({x} AS BIGINT) AS VARCHAR) ELSE CAST({x} AS VARCHAR) END"


def _number_of(attempts: Attempts) -> str:
    """The attempt of a row of one file."""
    splits = []
    for split, pairs in sorted(attempts.items()):
        cases = " ".join(
            f"WHEN split = {literal(split)} AND line_offset >= {at} THEN {n}" for at, n in reversed(pairs)
        )
        splits.append(cases)
    cases = " ".join(filter(None, splits))
    return f"CASE {cases} ELSE 1 END" if cases else "1"


def _number_in(files: Mapping[int, Attempts], file: str) -> str:
    """The attempt of a row of any of some files, whose number is given by the SQL `file`."""
    numbered = {
        number: attempts
        for number, attempts in files.items()
        if any(n != 1 for pairs in attempts.values() for _, n in pairs)
    }
    if not numbered:
        return "1"
    cases = " ".join(f"WHEN {number} THEN {_number_of(attempts)}" for number, attempts in numbered.items())
    return f"CASE {file} {cases} ELSE 1 END"


class RunTable:
    """The tables of one run. Written by the refresh thread only.

    Attributes:
        name, problems: of the tables in the query database.
        columns: physical column -> type, of those that answers may use; the table may have further ones.
        logged: columns that hold a value somewhere that was logged or computed of what was.
        available: columns that hold a value somewhere, joined ones among them.
    """

    def __init__(self, number: int) -> None:
        self.name = f"run_{number}"
        self.problems = f"problems_{number}"
        self.columns: dict[str, str] = {}
        self.logged: set[str] = set()
        self.available: set[str] = set()
        self._joined: frozenset[str] = frozenset()
        self._all: set[str] = set()

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes the tables empty."""
        self._define(cursor, FIXED)
        problem = "file VARCHAR, line BIGINT, line_offset BIGINT, kind VARCHAR, reason VARCHAR"
        cursor.execute(f"CREATE OR REPLACE TABLE {self.problems} ({problem})")
        self.columns, self._all = dict(FIXED), set(FIXED)
        self._know(set())

    def _define(self, cursor: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
        defined = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        cursor.execute(f"CREATE OR REPLACE TABLE {self.name} ({defined})")

    def load(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sources: Sequence[Source],
        problems: Iterable[ProblemRow],
        texts: AbstractSet[str],
        *,
        empty: bool,
    ) -> tuple[bool, int]:
        """Loads parts and problems, all of them or nothing.

        Args:
            cursor: of the query database.
            sources: the parts.
            problems: what could not be used.
            texts: names that are text columns in this run even where a part has them as metrics.
            empty: whether the table has no row yet: all columns are made at once then.

        Returns:
            Whether rows that were there before have changed (numbers that became texts), and how many were replaced.
        """
        cursor.execute("BEGIN")
        try:
            replaced = self._replace(cursor, sources)
            added, turned, available = self._insert(cursor, sources, texts, empty=empty)
            note(cursor, self.problems, problems)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        # Only now: a reader that knew of a column before it is there for all would ask in vain.
        gone = {physical("m", name) for name in texts}
        self._all |= set(added)
        self.columns = {name: kind for name, kind in (self.columns | added).items() if name not in gone}
        self._know((self.logged | available) - gone)
        return turned, replaced

    def _know(self, logged: set[str]) -> None:
        self.logged = logged
        self.available = logged | self._joined

    def widen(self, cursor: duckdb.DuckDBPyConnection, columns: Iterable[str]) -> None:
        """Adds columns for what is joined; those that are there already stay."""
        added = {name: _TYPES[name[0]] for name in columns if name not in self.columns}
        for name, kind in added.items():
            cursor.execute(f"ALTER TABLE {self.name} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind}")
        self._all |= set(added)
        self.columns = self.columns | added

    def hold(self, joined: frozenset[str]) -> None:
        """Notes which columns hold joined values."""
        self._joined = joined
        self._know(self.logged)

    def unlearn(self) -> None:
        """Notes that no row is left."""
        self._joined = frozenset()
        self._know(set())

    def _replace(self, cursor: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> int:
        gone = 0
        for source in sources:
            if source.replaces:
                where = f"file = {source.file} AND line IS NULL AND line_offset < {source.replaces}"
                gone += int(cursor.execute(f"DELETE FROM {self.name} WHERE {where}").fetchall()[0][0])
        return gone

    def _insert(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sources: Sequence[Source],
        texts: AbstractSet[str],
        *,
        empty: bool,
    ) -> tuple[dict[str, str], bool, set[str]]:
        """Returns new columns, whether earlier rows changed, and the columns that hold a value."""
        sources = [source for source in sources if source.parquet is not None]
        if not sources:
            return {}, False, set()
        paths = f"[{', '.join(literal(str(source.parquet)) for source in sources)}]"
        # The statistics of the Parquet files say what a look at every row would: what there is, and whether it is empty.
        found = cursor.execute(
            "SELECT path_in_schema, sum(num_values - coalesce(stats_null_count, 0)) > 0 "
            f"FROM parquet_metadata({paths}) GROUP BY ALL ORDER BY min(column_id)"
        ).fetchall()
        filled = {str(name): bool(values) for name, values in found}
        as_text = {
            m: t for name in sorted(texts) if (m := physical("m", name)) and (t := physical("t", name))
        }
        met = [as_text.get(name, name) for name in filled]
        available = {as_text.get(name, name) for name, values in filled.items() if values}
        added = {name: _TYPES[name[0]] for name in met if name not in self._all}
        turned = {m: t for m, t in as_text.items() if m in self.columns and not empty}
        for column in turned.values():
            if column not in self._all:
                added[column] = "VARCHAR"
        if empty and self._all == FIXED.keys():
            added = {name: _TYPES[name[0]] for name in met if name not in FIXED}
            self._define(cursor, FIXED | added)
        else:
            for name, kind in added.items():
                cursor.execute(f"ALTER TABLE {self.name} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind}")
        for number, column in turned.items():
            cursor.execute(
                f"UPDATE {self.name} SET {quoted(column)} = {_as_text(number)} WHERE {quoted(number)} IS NOT NULL"
            )
            available |= {column} if number in self.logged else set()
        cursor.execute(f"INSERT INTO {self.name} BY NAME {_rows(sources, paths, filled, as_text)}")
        return added, bool(turned), available

    def note(self, cursor: duckdb.DuckDBPyConnection, problems: Iterable[ProblemRow]) -> None:
        """Keeps problems."""
        note(cursor, self.problems, problems)

    def forget(self, cursor: duckdb.DuckDBPyConnection, number: int, relative: str) -> tuple[int, int]:
        """Drops the rows and problems of a file; returns how many they were."""
        rows = cursor.execute(f"DELETE FROM {self.name} WHERE file = {number}").fetchall()
        return int(rows[0][0]), self.forgive(cursor, relative)

    def forgive(self, cursor: duckdb.DuckDBPyConnection, relative: str, kind: str = "") -> int:
        """Drops the problems of a file, or those of one kind; returns how many they were."""
        kinds = f" AND kind = {literal(kind)}" if kind else ""
        gone = cursor.execute(
            f"DELETE FROM {self.problems} WHERE file = {literal(relative)}{kinds}"
        ).fetchall()
        return int(gone[0][0])

    def renumber(self, cursor: duckdb.DuckDBPyConnection, files: Mapping[int, Attempts]) -> int:
        """Gives the rows of some files their attempts; returns how many had another one."""
        if not files:
            return 0
        cases = " ".join(f"WHEN {number} THEN {_number_of(attempts)}" for number, attempts in files.items())
        attempt = f"CASE file {cases} END"
        changed = cursor.execute(
            f"UPDATE {self.name} SET attempt = {attempt} "
            f"WHERE file IN ({', '.join(map(str, files))}) AND attempt <> {attempt}"
        ).fetchall()
        return int(changed[0][0])


def _rows(
    sources: Sequence[Source], paths: str, filled: Mapping[str, bool], as_text: Mapping[str, str]
) -> str:
    """The query for the rows of some parts as the table wants them."""
    files = f"[{', '.join(str(source.file) for source in sources)}][CAST(file_index AS BIGINT) + 1]"
    numbers = ", ".join("NULL" if source.newlines is None else str(source.newlines + 1) for source in sources)
    before = f"CAST([{numbers}] AS BIGINT[])[CAST(file_index AS BIGINT) + 1]"
    attempt = _number_in({source.file: source.attempts for source in sources}, files)
    turned = {number: column for number, column in as_text.items() if number in filled}
    texts = {
        column: f"coalesce({quoted(column)}, {_as_text(number)})" if column in filled else _as_text(number)
        for number, column in turned.items()
    }
    left_out = [quoted(name) for name in (*turned, *(column for column in texts if column in filled))]
    without = f" EXCLUDE ({', '.join(left_out)})" if left_out else ""
    columns = [
        f"{files} AS file",
        f"{attempt} AS attempt",
        f"*{without} REPLACE (line + {before} AS line)",
        *(f"{sql} AS {quoted(column)}" for column, sql in texts.items()),
    ]
    return f"SELECT {', '.join(columns)} FROM read_parquet({paths}, union_by_name=true)"
