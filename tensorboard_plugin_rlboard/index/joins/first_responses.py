"""The first response to each prompt of a run, which another run, or its own later steps, may take as reference.

First is what has the lowest step, then the lowest attempt, then what comes first in its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import physical, quoted
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

PROMPT_KEY = "CAST('0x' || prompt_key AS UBIGINT)"
"""SQL of the key of a sample's prompt."""
SPLIT_PROMPT_KEY = "CASE WHEN prompt_key IS NOT NULL THEN md5_number_lower(split || prompt_key) END"
"""The same where the prompts of both splits are kept apart."""
_SOURCES = {
    physical("t", "ref_response"): (physical("t", "response"), "VARCHAR"),
    physical("m", "ref_reward"): (physical("m", "reward"), "DOUBLE"),
    physical("m", "ref_valid_reward"): (physical("m", "valid_reward"), "DOUBLE"),
}
"""What a reference has, and the column of a sample that it comes from."""
FIRST_STEP = physical("h", "first_step")
"""The step of a first response, beside its values."""


class FirstResponses:
    """Keeps a side table with the first response to each prompt of a run.

    Attributes:
        table: the first responses.
        sample_key: SQL of the key of a sample, by which they are found.
    """

    def __init__(self, table: SideTable, *, by_split: bool) -> None:
        """Has no response yet.

        Args:
            table: an empty table.
            by_split: whether the prompts of both splits are kept apart.
        """
        self.table = table
        self.sample_key = SPLIT_PROMPT_KEY if by_split else PROMPT_KEY
        self._source: RunIndex | None = None
        self._seen = (-1, -1)  # samples and invalidations of the source
        self._seen_version = -1

    def is_outdated(self, run: RunIndex) -> bool:
        """Whether a run has rows that were not looked at; rows that were joined to are the same responses as before."""
        return run is not self._source or (run.samples, run.invalidations) != self._seen

    def update(self, cursor: duckdb.DuckDBPyConnection, run: RunIndex) -> None:
        """Brings the responses up to date with the rows of a run; looks only at steps that rows were added to."""
        if not self.is_outdated(run):
            return
        steps = {step for (_, step), at in run.step_versions.copy().items() if at > self._seen_version}
        starts_anew = run is not self._source or run.invalidations != self._seen[1]
        version, seen = run.version, (run.samples, run.invalidations)
        if starts_anew:
            self._clear(cursor, run)
            self._add_firsts(cursor, run, "true", [])
        elif steps:
            self._add_firsts(cursor, run, "step IN (SELECT unnest(?))", [sorted(steps)])
        self._source, self._seen_version, self._seen = run, version, seen

    def _clear(self, cursor: duckdb.DuckDBPyConnection, run: RunIndex) -> None:
        """Drops all responses, and makes the columns that responses of the run have."""
        self.table.remove_file(cursor, "")
        place = 'STRUCT(step BIGINT, attempt INTEGER, file INTEGER, line_offset BIGINT, "row" INTEGER)'
        columns = {name: kind for name, (source, kind) in _SOURCES.items() if source in run.columns}
        self.table.add_columns(cursor, {**columns, FIRST_STEP: "BIGINT", "place": place})

    def _add_firsts(
        self, cursor: duckdb.DuckDBPyConnection, run: RunIndex, where: str, values: list[object]
    ) -> None:
        """Adds the first responses among some rows, where they come before those that are in the table.

        Args:
            cursor: of the query database.
            run: the run.
            where: SQL of the rows to look at.
            values: bound values of `where`.
        """
        table, serial = self.table, self.table.serial + 1
        first_line = table.allocate_lines(0)
        sources = {name: source for name, (source, _) in _SOURCES.items() if source in run.columns}
        file = table.file_number("")
        place = 'struct_pack(step := step, attempt := attempt, file := file, line_offset := line_offset, "row" := "row")'
        cursor.execute("BEGIN")
        try:
            cursor.execute(
                f'CREATE OR REPLACE TEMP TABLE firsts AS SELECT {self.sample_key} AS "key", '
                f"arg_min(rowid, {place}) AS response, min({place}) AS place FROM {run.table} "
                f"WHERE prompt_key IS NOT NULL AND {where} GROUP BY 1",
                values,
            )
            present = f'SELECT "key", n, place FROM {table.keys_table} JOIN {table.values_table} USING (n)'
            cursor.execute(
                f'DELETE FROM firsts USING ({present}) k WHERE firsts."key" = k."key" AND firsts.place >= k.place'
            )
            cursor.execute(
                f'DELETE FROM {table.values_table} WHERE n IN (SELECT n FROM {table.keys_table} SEMI JOIN firsts USING ("key"))'
            )
            cursor.execute(f'DELETE FROM {table.keys_table} WHERE "key" IN (SELECT "key" FROM firsts)')
            numbered = f"SELECT *, {first_line} + row_number() OVER () - 1 AS n FROM firsts"
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE numbered AS {numbered}")
            columns = ", ".join(map(quoted, (*sources, FIRST_STEP, "place")))
            fields = ", ".join((*(f"r.{quoted(source)}" for source in sources.values()), "r.step", "f.place"))
            cursor.execute(
                f"INSERT INTO {table.values_table} (n, file, {columns}) SELECT f.n, {file}, {fields} "
                f"FROM numbered f JOIN {run.table} r ON r.rowid = f.response"
            )
            added = cursor.execute(
                f'INSERT INTO {table.keys_table} SELECT "key", n, {file}, n, {serial} FROM numbered'
            ).fetchall()
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        table.allocate_lines(int(added[0][0]))
