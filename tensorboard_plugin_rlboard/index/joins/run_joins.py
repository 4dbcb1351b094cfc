"""The joins of one run: which of its rows are to be looked at, in pieces, and what came of it.

Rows are replaced, not updated: an update of texts is held in memory until the next checkpoint, and a million of them
are more than the limit. A row that was not looked at yet, or by an earlier plan, says so by its `joined_at`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.build.part import RESERVED
from tensorboard_plugin_rlboard.index.build.sample_statistics import STORED
from tensorboard_plugin_rlboard.index.column_names import logical, physical
from tensorboard_plugin_rlboard.index.joins.join_queries import (
    GAPS,
    OWN_ID,
    REF_CHARS,
    REF_TEXT,
    Names,
    Projection,
    Side,
    matched,
    own_id,
    todo,
)
from tensorboard_plugin_rlboard.index.joins.join_summary import JoinSummary
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

BATCH = 100_000
"""Rows that are replaced at once, as long as there is memory for so many."""
_LEAST = 200
_EVERY = 1 << 62
MOST = 60
"""Columns that may hold joined values, and sides: each has a bit of a number of 64."""
_REFERENCE = (
    "ref_response",
    "ref_reward",
    "ref_valid_reward",
    "ref_n_chars",
    "reward_gap",
    "valid_reward_gap",
)
_PLACES = frozenset({"id", "file", "line", "row", "step", "split", "attempt", "prompt_key", "text_key"})
"""Names that a table of samples has for something else."""


class RunJoins:
    """Keeps the joined values of one run. Used by the refresh thread only."""

    def __init__(self, run: RunIndex) -> None:
        self.run = run
        self._bits: dict[str, int] = {}
        self._plan: tuple[object, ...] = ()
        self._generation = 0
        self._serials: dict[int, int] = {}
        self._version = -1
        self._more = False
        self._batch = BATCH

    def is_due(self, sides: Sequence[Side]) -> bool:
        """Whether rows, sides or their columns are other ones than when they were last joined."""
        if not sides and not self._plan:
            return False
        return (
            self._more
            or self._version != self.run.version
            or self._planned(sides, self._names(sides)) != self._plan
            or any(self._serials.get(side.table.number) != side.table.serial for side in sides)
        )

    def settle(self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[Side]) -> bool:
        """Joins the rows that are to be looked at, in pieces where they are many: one piece a call.

        Returns:
            Whether some are left.
        """
        import duckdb  # noqa: PLC0415 (it is loaded already; TensorBoard's start does not wait for it)

        names = self._names(sides)
        plan = self._planned(sides, names)
        if plan != self._plan:
            self._plan = plan
            self._next_generation(sides)
            self.run.widen(cursor, self._bits)
        elif self._are_many(cursor, sides):
            self._next_generation(sides)
        try:
            steps = self._piece(cursor, sides, names)
        except duckdb.OutOfMemoryException:
            if self._batch <= _LEAST:
                raise
            self._batch = max(_LEAST, self._batch // 8)  # long texts: fewer of them fit
            with suppress(duckdb.Error):  # a reader may be in its way
                cursor.execute("CHECKPOINT")  # what was loaded and not written yet is held in memory
            self._more = True
            return True
        self._tell(cursor, sides, names, steps)
        self._version = self.run.version
        return self._more

    def _piece(
        self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[Side], names: Sequence[Names]
    ) -> list[tuple[str, int]]:
        """Joins one piece, all of it or nothing; returns the steps that changed."""
        run, keys, batch = self.run, self._keys(sides), min(self._batch, BATCH)
        where = f"joined_at IS DISTINCT FROM {self._generation}" if sides else "joined_at IS NOT NULL"
        left = int(cursor.execute(f"SELECT count(*) FROM {run.table} WHERE {where}").fetchall()[0][0])
        changed = self._changed(sides, keys) if left < batch else []
        where = " OR ".join([where, *changed])
        cursor.execute("BEGIN")
        try:
            limit = batch if left >= batch else _EVERY
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE todo AS {todo(run.table, where, keys, limit)}")
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE matched AS {matched(sides)}")
            steps = self._replace(cursor, sides, names)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            if changed:  # which rows these were is forgotten now
                self._next_generation(sides)
            raise
        self._more = left >= batch
        return steps

    def _next_generation(self, sides: Sequence[Side]) -> None:
        """All rows are to be looked at."""
        self._generation += 1
        self._serials = {side.table.number: side.table.serial for side in sides}

    def _are_many(self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[Side]) -> bool:
        """Whether so many keys came or went that all rows are looked at again, in pieces."""
        for side in sides:
            since = self._serials.get(side.table.number, 0)
            if side.table.serial != since:
                keys = f"SELECT count(*) FROM ({side.table.changed(since)})"
                if int(cursor.execute(keys).fetchall()[0][0]) > BATCH:
                    return True
        return False

    def _keys(self, sides: Sequence[Side]) -> list[list[str]]:
        """SQL of the keys of a sample, by side."""
        if not any(OWN_ID in side.keys for side in sides):
            return [list(side.keys) for side in sides]
        own = own_id({file.number: file.digest for file in self.run.files.values()})
        return [[own if key is OWN_ID else key for key in side.keys] for side in sides]

    def _changed(self, sides: Sequence[Side], keys: Sequence[Sequence[str]]) -> list[str]:
        """Conditions for rows whose keys came or went since they were joined."""
        conditions = []
        for side, own in zip(sides, keys, strict=True):
            since = self._serials.get(side.table.number, 0)
            if side.table.serial != since:
                conditions += [f"{key} IN ({side.table.changed(since)})" for key in own]
            self._serials[side.table.number] = side.table.serial
        return conditions

    def _replace(
        self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[Side], names: Sequence[Names]
    ) -> list[tuple[str, int]]:
        """Puts joined rows in the place of those of `matched`; returns the steps of those that changed."""
        run = self.run
        found = " OR ".join(["r.joined <> 0", *(f"m.n{i} IS NOT NULL" for i in range(len(sides)))])
        steps = cursor.execute(
            f"SELECT DISTINCT m.split, m.step FROM matched m JOIN {run.table} r ON r.rowid = m.place WHERE {found}"
        ).fetchall()
        projection = Projection(run.table, self._bits, sides, names, self._generation if sides else 0)
        rows = projection.sql()
        if not sides:
            rows = f"SELECT * REPLACE (NULL AS joined, NULL AS joined_from, NULL AS joined_at) FROM ({rows})"
        # Rows of this transaction have numbers beyond those of any row that is there already.
        cursor.execute(f"INSERT INTO {run.table} BY NAME {rows}")
        cursor.execute(f"DELETE FROM {run.table} WHERE rowid IN (SELECT place FROM matched)")
        return [(str(split), int(step)) for split, step in steps]

    def _tell(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sides: Sequence[Side],
        names: Sequence[Names],
        steps: list[tuple[str, int]],
    ) -> None:
        """Counts what is joined, and tells the run."""
        counts = ["count(*)"]
        counts += [f"coalesce(sum((joined >> {bit}) & 1), 0)" for bit in self._bits.values()]
        counts += [f"coalesce(sum((joined_from >> {i}) & 1), 0)" for i in range(len(sides))]
        rows, *found = map(
            int, cursor.execute(f"SELECT {', '.join(counts)} FROM {self.run.table}").fetchall()[0]
        )
        filled = frozenset(column for column, n in zip(self._bits, found, strict=False) if n)
        joined = tuple(
            JoinSummary(
                side.kind, side.source, n, rows - n, tuple(_shown(side, names[i], filled) if n else ())
            )
            for i, (side, n) in enumerate(zip(sides, found[len(self._bits) :], strict=True))
        )
        if steps or joined != self.run.joined:
            self.run.was_joined(joined, filled, steps)

    def _planned(self, sides: Sequence[Side], names: Sequence[Names]) -> tuple[object, ...]:
        if not sides:
            return ()
        one = (
            (side.kind, side.table.number, side.keys, side.later, tuple(sorted(own.items())))
            for side, own in zip(sides, names, strict=True)
        )
        return (tuple(self._bits), *one)

    def _names(self, sides: Sequence[Side]) -> list[Names]:
        """The columns of the run that each side's values go to; a column that is new gets its bit."""
        found: list[Names] = []
        for side in sides:
            columns = [name for name in side.table.columns if name.startswith(("t:", "m:"))]
            if side.kind == "scores":
                found.append({name: physical("m", self._free(logical(name))) for name in columns})
            else:
                found.append({name: name for name in columns})
        wanted = [target for names in found for target in names.values()]
        if REF_TEXT in wanted:
            wanted.append(REF_CHARS)
        have = {*wanted, *self.run.columns}
        wanted += [gap for gap, pair in GAPS.items() if set(pair) & set(wanted) and set(pair) <= have]
        for target in wanted:
            if target not in self._bits and len(self._bits) < MOST:
                self._bits[target] = len(self._bits)
        return [{name: target for name, target in names.items() if target in self._bits} for names in found]

    def _free(self, name: str) -> str:
        """The name of a joined number: its own, where neither the log nor we have it for something else."""
        run = self.run
        computed = {f"{key}_{statistic}" for key in run.keys.arrays for statistic in (*STORED, "mean")}
        taken = {physical("m", name), physical("t", name)} & run.logged
        return f"joined.{name}" if taken or name in RESERVED | _PLACES | computed else name


def _shown(side: Side, names: Names, filled: frozenset[str]) -> list[str]:
    """The names of the columns that hold something, in an order that does not depend on what was read first."""
    targets = list(names.values())
    if REF_TEXT in targets:
        targets.append(REF_CHARS)
    targets += [gap for gap, pair in GAPS.items() if set(pair) & set(names.values())]
    shown = [logical(target) for target in dict.fromkeys(targets) if target in filled]
    first = _REFERENCE if side.kind == "reference" else ()
    return sorted(shown, key=lambda name: (first.index(name) if name in first else len(first), name))
