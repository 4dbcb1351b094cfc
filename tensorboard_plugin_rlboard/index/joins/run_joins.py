"""Joins values to the rows of one run, batch by batch, and counts what was joined.

Rows are replaced, not updated: an update of texts is held in memory until the next checkpoint, and a million of them
are more than the limit. The column `joined_at` says by which plan (which sides, which columns) a row was last joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import logical, physical
from tensorboard_plugin_rlboard.index.join_summary import JoinSummary
from tensorboard_plugin_rlboard.index.joins.join_columns import (
    GAPS,
    REF_CHARS,
    REF_TEXT,
    ColumnTargets,
    filled_names,
)
from tensorboard_plugin_rlboard.index.joins.join_queries import (
    OWN_ID,
    JoinedRowsQuery,
    JoinSide,
    matches_query,
    sample_id_key,
    unjoined_rows_query,
)
from tensorboard_plugin_rlboard.index.parts.part import RESERVED
from tensorboard_plugin_rlboard.index.parts.sample_statistics import STORED
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

BATCH = 100_000
"""Rows that are replaced at once, as long as there is memory for so many."""
_MIN_BATCH = 200
_NO_LIMIT = 1 << 62
MAX_BITS = 60
"""Columns that may hold joined values, and sides: each has a bit of a number of 64."""
_OTHER_NAMES = frozenset({"id", "file", "line", "row", "step", "split", "attempt", "prompt_key", "text_key"})
"""Names that a table of samples has for something else than a metric."""


class RunJoins:
    """Keeps the joined values of one run. Used by the indexing thread only."""

    def __init__(self, run: RunIndex) -> None:
        self.run = run
        self._bits: dict[str, int] = {}
        self._plan: tuple[object, ...] = ()
        self._generation = 0
        self._serials: dict[int, int] = {}
        self._joined_version = -1
        self._has_more = False
        self._batch = BATCH

    def is_outdated(self, sides: Sequence[JoinSide]) -> bool:
        """Whether rows, sides or their columns are other ones than when they were last joined."""
        if not sides and not self._plan:
            return False
        return (
            self._has_more
            or self._joined_version != self.run.version
            or self._plan_for(sides, self._column_targets(sides)) != self._plan
            or any(self._serials.get(side.table.number) != side.table.serial for side in sides)
        )

    def join_next_batch(self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[JoinSide]) -> bool:
        """Joins the rows that have to be joined, or a batch of them where they are many.

        Returns:
            Whether some are left.
        """
        import duckdb  # noqa: PLC0415 (it is loaded already; TensorBoard's start does not wait for it)

        targets = self._column_targets(sides)
        plan = self._plan_for(sides, targets)
        if plan != self._plan:
            self._plan = plan
            self._next_generation(sides)
            self.run.add_joined_columns(cursor, self._bits)
        elif self._have_many_changes(cursor, sides):
            self._next_generation(sides)
        try:
            steps = self._join_batch(cursor, sides, targets)
        except duckdb.OutOfMemoryException:
            if self._batch <= _MIN_BATCH:
                raise
            self._batch = max(_MIN_BATCH, self._batch // 8)  # long texts: fewer of them fit
            with suppress(duckdb.Error):  # a reader may be in its way
                cursor.execute("CHECKPOINT")  # what was loaded and not written yet is held in memory
            self._has_more = True
            return True
        self._summarise(cursor, sides, targets, steps)
        self._joined_version = self.run.version
        return self._has_more

    def _join_batch(
        self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[JoinSide], targets: Sequence[ColumnTargets]
    ) -> list[tuple[str, int]]:
        """Joins one batch, all of it or nothing; returns the (split, step) of rows that changed."""
        run, keys, batch = self.run, self._keys(sides), min(self._batch, BATCH)
        where = f"joined_at IS DISTINCT FROM {self._generation}" if sides else "joined_at IS NOT NULL"
        left = int(cursor.execute(f"SELECT count(*) FROM {run.table} WHERE {where}").fetchall()[0][0])
        changed = self._changed_keys(sides, keys) if left < batch else []
        where = " OR ".join([where, *changed])
        cursor.execute("BEGIN")
        try:
            limit = batch if left >= batch else _NO_LIMIT
            unjoined = unjoined_rows_query(run.table, where, keys, limit)
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE unjoined AS {unjoined}")
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE matches AS {matches_query(sides)}")
            steps = self._replace(cursor, sides, targets)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            if changed:  # which rows these were is forgotten now
                self._next_generation(sides)
            raise
        self._has_more = left >= batch
        return steps

    def _next_generation(self, sides: Sequence[JoinSide]) -> None:
        """Has all rows joined again."""
        self._generation += 1
        self._serials = {side.table.number: side.table.serial for side in sides}

    def _have_many_changes(self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[JoinSide]) -> bool:
        """Whether so many keys came or went that all rows are joined again, in batches."""
        for side in sides:
            since = self._serials.get(side.table.number, 0)
            if side.table.serial != since:
                keys = f"SELECT count(*) FROM ({side.table.changed_keys_query(since)})"
                if int(cursor.execute(keys).fetchall()[0][0]) > BATCH:
                    return True
        return False

    def _keys(self, sides: Sequence[JoinSide]) -> list[list[str]]:
        """SQL of the keys of a sample, by side."""
        if not any(OWN_ID in side.keys for side in sides):
            return [list(side.keys) for side in sides]
        id_key = sample_id_key({file.number: file.digest for file in self.run.files.values()})
        return [[id_key if key is OWN_ID else key for key in side.keys] for side in sides]

    def _changed_keys(self, sides: Sequence[JoinSide], keys: Sequence[Sequence[str]]) -> list[str]:
        """SQL conditions for rows whose keys came or went since they were joined."""
        conditions = []
        for side, own in zip(sides, keys, strict=True):
            since = self._serials.get(side.table.number, 0)
            if side.table.serial != since:
                conditions += [f"{key} IN ({side.table.changed_keys_query(since)})" for key in own]
            self._serials[side.table.number] = side.table.serial
        return conditions

    def _replace(
        self, cursor: duckdb.DuckDBPyConnection, sides: Sequence[JoinSide], targets: Sequence[ColumnTargets]
    ) -> list[tuple[str, int]]:
        """Puts joined rows in the place of those of `matches`; returns the (split, step) of those that changed."""
        run = self.run
        has_joined = " OR ".join(["r.joined <> 0", *(f"m.n{i} IS NOT NULL" for i in range(len(sides)))])
        steps = cursor.execute(
            f"SELECT DISTINCT m.split, m.step FROM matches m JOIN {run.table} r ON r.rowid = m.place WHERE {has_joined}"
        ).fetchall()
        generation = self._generation if sides else 0
        rows = JoinedRowsQuery(run.table, self._bits, sides, targets, generation).sql()
        if not sides:
            rows = f"SELECT * REPLACE (NULL AS joined, NULL AS joined_from, NULL AS joined_at) FROM ({rows})"
        # Rows of this transaction have numbers beyond those of any row that is there already.
        cursor.execute(f"INSERT INTO {run.table} BY NAME {rows}")
        cursor.execute(f"DELETE FROM {run.table} WHERE rowid IN (SELECT place FROM matches)")
        return [(str(split), int(step)) for split, step in steps]

    def _summarise(
        self,
        cursor: duckdb.DuckDBPyConnection,
        sides: Sequence[JoinSide],
        targets: Sequence[ColumnTargets],
        steps: list[tuple[str, int]],
    ) -> None:
        """Counts what is joined, and notes it in the run.

        Args:
            cursor: of the query database.
            sides: what is joined.
            targets: of each side, the columns of the run that its values go to.
            steps: (split, step) of rows that changed.
        """
        counts = ["count(*)"]
        counts += [f"coalesce(sum((joined >> {bit}) & 1), 0)" for bit in self._bits.values()]
        counts += [f"coalesce(sum((joined_from >> {i}) & 1), 0)" for i in range(len(sides))]
        rows, *numbers = map(
            int, cursor.execute(f"SELECT {', '.join(counts)} FROM {self.run.table}").fetchall()[0]
        )
        filled = frozenset(column for column, n in zip(self._bits, numbers, strict=False) if n)
        holding = [side.table.filled_columns(cursor) for side in sides]
        own = [
            {name: of[name] for name in of if name in columns_held}
            for of, columns_held in zip(targets, holding, strict=True)
        ]
        joined = tuple(
            JoinSummary(
                side.kind,
                side.source,
                n,
                rows - n,
                tuple(filled_names(side.kind, own[i], filled) if n else ()),
            )
            for i, (side, n) in enumerate(zip(sides, numbers[len(self._bits) :], strict=True))
        )
        if steps or joined != self.run.joined:
            self.run.set_joined(joined, filled, steps)

    def _plan_for(self, sides: Sequence[JoinSide], targets: Sequence[ColumnTargets]) -> tuple[object, ...]:
        """What rows are joined by: while it stays, so do rows that were joined."""
        if not sides:
            return ()
        of_sides = (
            (side.kind, side.table.number, side.keys, side.later_steps_only, tuple(sorted(own.items())))
            for side, own in zip(sides, targets, strict=True)
        )
        return (tuple(self._bits), *of_sides)

    def _column_targets(self, sides: Sequence[JoinSide]) -> list[ColumnTargets]:
        """The columns of the run that each side's values go to; a column that is new gets its bit."""
        targets: list[ColumnTargets] = []
        for side in sides:
            columns = [name for name in side.table.columns if name.startswith(("t:", "m:"))]
            if side.kind == "scores":
                targets.append({name: physical("m", self._free_name(logical(name))) for name in columns})
            else:
                targets.append({name: name for name in columns})
        wanted = [target for own in targets for target in own.values()]
        if REF_TEXT in wanted:
            wanted.append(REF_CHARS)
        have = {*wanted, *self.run.columns}
        wanted += [gap for gap, pair in GAPS.items() if set(pair) & set(wanted) and set(pair) <= have]
        for target in wanted:
            if target not in self._bits and len(self._bits) < MAX_BITS:
                self._bits[target] = len(self._bits)
        return [{name: target for name, target in own.items() if target in self._bits} for own in targets]

    def _free_name(self, name: str) -> str:
        """The name of a joined number: its own, where neither the log nor we have it for something else."""
        run = self.run
        computed = {f"{key}_{statistic}" for key in run.keys.lists for statistic in (*STORED, "mean")}
        taken = {physical("m", name), physical("t", name)} & run.logged
        return f"joined.{name}" if taken or name in RESERVED | _OTHER_NAMES | computed else name
