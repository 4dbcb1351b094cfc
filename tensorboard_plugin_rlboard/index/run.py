"""One run's index: its table in the query database, its columns, its files and their lines."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.attempts import match, stretches
from tensorboard_plugin_rlboard.index.cache import KeptRange, Manifest
from tensorboard_plugin_rlboard.index.columns import literal, quoted
from tensorboard_plugin_rlboard.index.keys import Keys
from tensorboard_plugin_rlboard.index.part import Part
from tensorboard_plugin_rlboard.sources.tail import FileState

if TYPE_CHECKING:
    import duckdb

_FIXED = {
    "file": "INTEGER",
    "attempt": "INTEGER",
    "line_offset": "BIGINT",
    "line_length": "BIGINT",
    "line": "BIGINT",
    "row": "INTEGER",
    "step": "BIGINT",
    "split": "VARCHAR",
    "prompt_key": "VARCHAR",
}


@dataclass(frozen=True)
class Range:
    """A byte range of whole lines that is in the index; `newlines` are those of the file before it."""

    offset: int
    length: int
    newlines: int


@dataclass
class IndexedFile:
    """One file of a run, and how far it has been read.

    Attributes:
        number: its number within the run; `digest` is its stable name in ids.
        path, relative, known: where it lies (the path never leaves the server), and its format.
        state, newlines: its bytes at the last look and how far they are indexed; newline characters up to there.
        waiting_at, ranges: size at which only a half-written line was left, else -1; what is indexed, in order.
        changes: split -> where the step changes, as `attempts.stretches` wants it.
        to_load, kept: parts of an earlier start still to be loaded; what the cache knows, None where nothing is.
    """

    number: int
    path: str
    relative: str
    known: Format
    state: FileState
    newlines: int = 0
    waiting_at: int = -1
    ranges: list[Range] = field(default_factory=list)
    changes: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    to_load: deque[KeptRange] = field(default_factory=deque)
    kept: Manifest | None = None

    @property
    def loaded_to(self) -> int:
        """Offset up to which its rows are in the table."""
        return self.to_load[0].offset if self.to_load else self.state.read_to

    @property
    def digest(self) -> str:
        """Ten characters that name the file in ids, from its path below the log directory."""
        return blake2b(
            self.relative.encode("utf-8", "surrogateescape"), digest_size=5, person=b"rlboard"
        ).hexdigest()

    @property
    def pending(self) -> bool:
        """Whether bytes are left that may hold a whole line."""
        more = self.state.read_to < self.state.size and self.waiting_at != self.state.size
        return bool(self.to_load) or more


class RunIndex:
    """The tables of one run. Written by the refresh thread only; read by anyone through cursors of their own.

    Attributes:
        name: TensorBoard's name of the run.
        table, problem_table: its tables in the query database.
        files, columns, keys: path below the log directory -> file; physical column -> type; keys learnt.
        token_metrics, samples, problems, attempts, message: as met; their numbers; what the user should know.
        available, version: columns that hold a value somewhere; changes whenever an answer about the run may.
        touched, epoch, recalled: (split, step) -> version of its last new rows; changes with older rows; kept digest.
    """

    def __init__(self, number: int, name: str) -> None:
        self.name = name
        self.table = f"run_{number}"
        self.problem_table = f"problems_{number}"
        self.files: dict[str, IndexedFile] = {}
        self.columns: dict[str, str] = {}
        self.keys = Keys()
        self.token_metrics: list[str] = []
        self.samples = 0
        self.problems = 0
        self.attempts = 1
        self.message = ""
        self.available: set[str] = set()
        self.version = 0
        self.touched: dict[tuple[str, int], int] = {}
        self.epoch = 0
        self.recalled = ""
        self._numbers = 0

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.state.size for file in tuple(self.files.values()))

    @property
    def indexed(self) -> int:
        """Bytes of its files that are in the index."""
        return sum(file.loaded_to for file in tuple(self.files.values()))

    @property
    def pending(self) -> bool:
        """Whether whole lines may be left to read."""
        return any(file.pending for file in tuple(self.files.values()))

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes the empty tables."""
        cursor.execute(
            f"CREATE TABLE {self.table} ({', '.join(f'{quoted(n)} {k}' for n, k in _FIXED.items())})"
        )
        problem = "file VARCHAR, line BIGINT, line_offset BIGINT, kind VARCHAR, reason VARCHAR"
        cursor.execute(f"CREATE TABLE {self.problem_table} ({problem})")
        self.columns = dict(_FIXED)

    def add_file(self, path: str, relative: str, known: Format, state: FileState) -> IndexedFile:
        """Begins a file from its first byte, under a number that no earlier version of it had."""
        self._numbers += 1
        file = IndexedFile(self._numbers, path, relative, known, state)
        self.files[relative] = file
        return file

    def add(
        self, cursor: duckdb.DuckDBPyConnection, file: IndexedFile, part: Part, parquet: Path, at: Range
    ) -> None:
        """Loads the part of one range and its problems; what an earlier reading of the range left is replaced."""
        cursor.execute("BEGIN")
        try:
            added, available = self._load(cursor, file, part, parquet, at)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        # Only now: a reader that knew of a column before it is there for all would ask in vain.
        self.columns, self.available = self.columns | added, self.available | available
        self.epoch += at in file.ranges
        if at not in file.ranges:
            file.ranges, file.newlines = [*file.ranges, at], file.newlines + part.newlines
            for split, step, offset in part.changes:
                file.changes.setdefault(split, []).append((step, offset))
        self.token_metrics += [name for name in part.token_metrics if name not in self.token_metrics]
        self._count(cursor)
        if not (file.to_load and self.recalled):
            self.touched |= {(split, step): self.version for split, step, _ in part.changes}

    def kept_digest(self) -> str:
        """A digest of the kept parts of all files, empty where something is not kept."""
        kept = {name: file.kept.ranges for name, file in sorted(self.files.items()) if file.kept}
        ends = {name: ranges[-1].offset + ranges[-1].length for name, ranges in kept.items() if ranges}
        if not ends or ends != {name: self.files[name].state.read_to for name in sorted(self.files)}:
            return ""
        parts = [[name, *(part.part for part in ranges)] for name, ranges in kept.items()]
        return blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()

    def _load(
        self, cursor: duckdb.DuckDBPyConnection, file: IndexedFile, part: Part, parquet: Path, at: Range
    ) -> tuple[dict[str, str], set[str]]:
        """The database's side of `add`, all of it or nothing; returns new columns, and those that hold a value."""
        added: dict[str, str] = {}
        available: set[str] = set()
        if at in file.ranges:
            within = f"line_offset >= {at.offset} AND line_offset < {at.offset + at.length}"
            cursor.execute(f"DELETE FROM {self.table} WHERE file = {file.number} AND {within}")
            noted = f"file = {literal(file.relative)} AND {within}"
            cursor.execute(f"DELETE FROM {self.problem_table} WHERE {noted}")
        if part.samples:
            source = f"read_parquet({literal(str(parquet))})"
            described = cursor.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            columns = {str(row[0]): str(row[1]) for row in described}
            added = {name: kind for name, kind in columns.items() if name not in self.columns}
            for name, kind in added.items():
                cursor.execute(f"ALTER TABLE {self.table} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind}")
            cursor.execute(
                f"INSERT INTO {self.table} BY NAME SELECT {file.number} AS file, 1 AS attempt, "
                f"* REPLACE (line + {at.newlines + 1} AS line) FROM {source}"
            )
            asked = [name for name in columns if name not in self.available]
            if asked:
                counts = cursor.execute(
                    f"SELECT {', '.join(f'count({quoted(n)})' for n in asked)} FROM {source}"
                ).fetchall()
                available = {name for name, n in zip(asked, counts[0], strict=True) if n}
        lines, offsets = part.line_numbers, part.line_offsets
        self._insert(
            cursor,
            [
                (file.relative, int(lines[p.line]) + at.newlines + 1, int(offsets[p.line]), p.kind, p.reason)
                for p in part.problems
            ],
        )
        return added, available

    def note(
        self, cursor: duckdb.DuckDBPyConnection, problems: list[tuple[str, int | None, int | None, str, str]]
    ) -> None:
        """Keeps problems, each (relative file, 1-based line, byte offset, kind, reason)."""
        self._insert(cursor, problems)
        self._count(cursor)

    def _insert(
        self, cursor: duckdb.DuckDBPyConnection, problems: list[tuple[str, int | None, int | None, str, str]]
    ) -> None:
        if not problems:
            return
        files, lines, offsets, kinds, reasons = zip(*problems, strict=True)
        frame = {
            "file": np.asarray(files, object),
            "line": np.asarray([-1 if line is None else line for line in lines], np.int64),
            "line_offset": np.asarray([-1 if offset is None else offset for offset in offsets], np.int64),
            "kind": np.asarray(kinds, object),
            "reason": np.asarray(reasons, object),
        }
        cursor.register("noted", frame)
        cursor.execute(
            f"INSERT INTO {self.problem_table} "
            "SELECT file, nullif(line, -1), nullif(line_offset, -1), kind, reason FROM noted"
        )
        cursor.unregister("noted")

    def forget(self, cursor: duckdb.DuckDBPyConnection, relative: str) -> None:
        """Drops the rows and problems of a file that was rewritten or has vanished."""
        file = self.files.pop(relative)
        if not self.files:  # what it taught goes with the last file
            self.keys, self.available, self.token_metrics = Keys(), set(), []
        cursor.execute(f"DELETE FROM {self.table} WHERE file = {file.number}")
        cursor.execute(f"DELETE FROM {self.problem_table} WHERE file = {literal(file.relative)}")
        self.epoch += 1
        self._count(cursor)

    def drop(self, columns: AbstractSet[str]) -> None:
        """Leaves columns that hold nothing any more out of every answer; the table keeps them, empty."""
        self.columns = {name: kind for name, kind in self.columns.items() if name not in columns}
        self.available = self.available - columns
        self.epoch += bool(columns)
        self.version += 1

    def forgive(self, cursor: duckdb.DuckDBPyConnection, relative: str, kind: str = "") -> None:
        """Drops what was noted about a file that was gone and is there again, or only problems of one kind."""
        kinds = f" AND kind = {literal(kind)}" if kind else ""
        cursor.execute(f"DELETE FROM {self.problem_table} WHERE file = {literal(relative)}{kinds}")
        self._count(cursor)

    def _count(self, cursor: duckdb.DuckDBPyConnection) -> None:
        counts = cursor.execute(
            f"SELECT (SELECT count(*) FROM {self.table}), (SELECT count(*) FROM {self.problem_table})"
        ).fetchall()
        self.samples, self.problems = counts[0]
        self.version += 1

    def number_attempts(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Gives every row the number of its attempt; rows that have the right one already are not touched."""
        newest = 1
        for split in {split for file in self.files.values() for split in file.changes}:
            cut = {f.number: stretches(f.changes[split]) for f in self.files.values() if f.changes.get(split)}
            for number, pairs in match(cut).items():
                newest = max(newest, *(attempt for _, attempt in pairs))
                if newest == 1 and self.attempts == 1:
                    continue
                cases = " ".join(
                    f"WHEN line_offset >= {offset} THEN {attempt}" for offset, attempt in reversed(pairs)
                )
                number_of = f"CASE {cases} ELSE 1 END"
                changed = cursor.execute(
                    f"UPDATE {self.table} SET attempt = {number_of} "
                    f"WHERE file = {number} AND split = {literal(split)} AND attempt <> {number_of}"
                ).fetchall()
                self.epoch += bool(changed[0][0])
        self.attempts = newest
        self.version += 1
