"""References that come from rollouts: the first answer to each prompt, of another run or of this one.

First is what has the lowest step, then the lowest attempt, then what comes first in its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import physical, quoted
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

PROMPT = "CAST('0x' || prompt_key AS UBIGINT)"
"""SQL of the key of a sample's prompt."""
PROMPT_OF_SPLIT = "CASE WHEN prompt_key IS NOT NULL THEN md5_number_lower(split || prompt_key) END"
"""The same where the prompts of both splits are kept apart."""
_TAKEN = {
    physical("t", "ref_response"): (physical("t", "response"), "VARCHAR"),
    physical("m", "ref_reward"): (physical("m", "reward"), "DOUBLE"),
    physical("m", "ref_valid_reward"): (physical("m", "valid_reward"), "DOUBLE"),
}
"""What a reference has, and the column of a sample that it comes from."""
STEP = physical("h", "first_step")
"""The step of a first answer, beside its values."""


class FirstAnswers:
    """Keeps a side table with the first answer to each prompt of a run.

    Attributes:
        table: the first answers.
        key: SQL of the key of a sample.
    """

    def __init__(self, table: SideTable, *, by_split: bool) -> None:
        self.table = table
        self.key = PROMPT_OF_SPLIT if by_split else PROMPT
        self._seen = (-1, -1)
        self._version = -1
        self._of: RunIndex | None = None

    def is_behind(self, run: RunIndex) -> bool:
        """Whether a run has rows that were not looked at; rows that were joined to are the same answers as before."""
        return run is not self._of or (run.samples, run.epoch) != self._seen

    def refresh(self, cursor: duckdb.DuckDBPyConnection, run: RunIndex) -> None:
        """Brings the answers up to date with the rows of a run; looks only at steps that rows were added to."""
        if not self.is_behind(run):
            return
        steps = {step for (_, step), at in run.touched.copy().items() if at > self._version}
        again = run is not self._of or run.epoch != self._seen[1]
        version, seen = run.version, (run.samples, run.epoch)
        if again:
            self._begin(cursor, run)
            self._take(cursor, run, "true", [])
        elif steps:
            self._take(cursor, run, "step IN (SELECT unnest(?))", [sorted(steps)])
        self._of, self._version, self._seen = run, version, seen

    def _begin(self, cursor: duckdb.DuckDBPyConnection, run: RunIndex) -> None:
        self.table.forget(cursor, "")
        place = 'STRUCT(step BIGINT, attempt INTEGER, file INTEGER, line_offset BIGINT, "row" INTEGER)'
        taken = {name: kind for name, (source, kind) in _TAKEN.items() if source in run.columns}
        self.table.define(cursor, {**taken, STEP: "BIGINT", "place": place})

    def _take(
        self, cursor: duckdb.DuckDBPyConnection, run: RunIndex, where: str, values: list[object]
    ) -> None:
        """The first answers among some rows, where they come before those that are known."""
        table, serial = self.table, self.table.serial + 1
        begin = table.claim(0)
        taken = {name: source for name, (source, _) in _TAKEN.items() if source in run.columns}
        file = table.file("")
        place = 'struct_pack(step := step, attempt := attempt, file := file, line_offset := line_offset, "row" := "row")'
        cursor.execute("BEGIN")
        try:
            cursor.execute(
                f'CREATE OR REPLACE TEMP TABLE firsts AS SELECT {self.key} AS "key", '
                f"arg_min(rowid, {place}) AS answer, min({place}) AS place FROM {run.table} "
                f"WHERE prompt_key IS NOT NULL AND {where} GROUP BY 1",
                values,
            )
            known = f'SELECT "key", n, place FROM {table.keys} JOIN {table.values} USING (n)'
            cursor.execute(
                f'DELETE FROM firsts USING ({known}) k WHERE firsts."key" = k."key" AND firsts.place >= k.place'
            )
            cursor.execute(
                f'DELETE FROM {table.values} WHERE n IN (SELECT n FROM {table.keys} SEMI JOIN firsts USING ("key"))'
            )
            cursor.execute(f'DELETE FROM {table.keys} WHERE "key" IN (SELECT "key" FROM firsts)')
            numbered = f"SELECT *, {begin} + row_number() OVER () - 1 AS n FROM firsts"
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE numbered AS {numbered}")
            columns = ", ".join(map(quoted, (*taken, STEP, "place")))
            fields = ", ".join((*(f"r.{quoted(source)}" for source in taken.values()), "r.step", "f.place"))
            cursor.execute(
                f"INSERT INTO {table.values} (n, file, {columns}) SELECT f.n, {file}, {fields} "
                f"FROM numbered f JOIN {run.table} r ON r.rowid = f.answer"
            )
            added = cursor.execute(
                f'INSERT INTO {table.keys} SELECT "key", n, {file}, n, {serial} FROM numbered'
            ).fetchall()
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        table.claim(int(added[0][0]))
