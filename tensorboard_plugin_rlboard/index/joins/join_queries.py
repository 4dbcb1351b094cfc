"""The SQL of a join: which rows of a run have to be joined, what each side has for them, and the rows with it.

What was logged is never overwritten. Which columns of a row hold joined values, and which sides had its key, is kept in
the row as bits, so that it can be taken back when a side file changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.index.column_names import quoted
from tensorboard_plugin_rlboard.index.joins.first_responses import FIRST_STEP
from tensorboard_plugin_rlboard.index.joins.join_columns import GAPS, REF_CHARS, REF_TEXT, ColumnTargets
from tensorboard_plugin_rlboard.index.joins.side_file_type import SideKind
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable

TEXT_KEY = (
    'coalesce(text_key, CASE WHEN prompt_key IS NOT NULL AND "t:response" IS NOT NULL '
    'THEN md5_number_lower(prompt_key || "t:response") END)'
)
"""SQL of the key of a sample's prompt and response; rows that were looked at once have it."""
OWN_ID = "its id"
"""Stands for the key of the id that we give a sample: the SQL of it changes with every file of the run."""


@dataclass(frozen=True)
class JoinSide:
    """One source of a join: a group of side files, or the first responses of a run.

    Attributes:
        kind: what it brings.
        source: where it comes from, for the user.
        table: its rows.
        keys: SQL of the keys of a sample; the first one that is found counts.
        later_steps_only: whether it is only for samples of later steps than its own.
    """

    kind: SideKind
    source: str
    table: SideTable
    keys: tuple[str, ...]
    later_steps_only: bool = False


def sample_id_key(files: Mapping[int, str]) -> str:
    """SQL of the key of the ids that we give samples.

    Args:
        files: number of a file -> what stands for it in ids.
    """
    digests = ", ".join(f"'{files.get(number, '')}'" for number in range(max(files, default=0) + 1))
    return f"md5_number_lower('id:' || [{digests}][file + 1] || '-' || printf('%x', line_offset) || '-' || printf('%x', \"row\"))"


def unjoined_rows_query(
    run_table: str, where: str, keys_of_sides: Sequence[Sequence[str]], limit: int
) -> str:
    """A query for rows that are to be joined: their row number, and all their keys, as k0_0, k0_1 and so on by side.

    Args:
        run_table: the table of the run.
        where: SQL of the rows.
        keys_of_sides: SQL of the keys of a sample, by side.
        limit: rows at most.
    """
    keys = [f"{sql} AS k{i}_{j}" for i, own in enumerate(keys_of_sides) for j, sql in enumerate(own)]
    fields = ["rowid AS place", "split", "step", *keys]
    return f"SELECT {', '.join(fields)} FROM {run_table} WHERE {where} LIMIT {limit}"


def matches_query(sides: Sequence[JoinSide]) -> str:
    """A query over the table `unjoined` for what each side has for a row, as n0, n1 and so on: null where it has nothing.

    Of a reference it is the line. Of scores it is any key, and each of the row's keys that was found beside it, as n0_0,
    n0_1 and so on: several lines may have scores of one sample.
    """
    fields, joins = ["unjoined.place", "unjoined.split", "unjoined.step"], []
    for i, side in enumerate(sides):
        found = []
        for j in range(len(side.keys)):
            first = side.table.first_lines_query(f"SELECT k{i}_{j} FROM unjoined")
            joins.append(f'LEFT JOIN ({first}) f{i}_{j} ON f{i}_{j}."key" = unjoined.k{i}_{j}')
            found.append(f"f{i}_{j}.n" if side.kind == "reference" else f'f{i}_{j}."key"')
        if side.later_steps_only:
            joins.append(
                f"LEFT JOIN (SELECT n, {quoted(FIRST_STEP)} AS at FROM {side.table.values_table}) p{i} ON p{i}.n = {found[0]}"
            )
            found = [f"CASE WHEN unjoined.step > p{i}.at THEN {found[0]} END"]
        if side.kind == "scores":
            fields += [f"{key} AS n{i}_{j}" for j, key in enumerate(found)]
        fields.append(f"coalesce({', '.join([*found, 'NULL'])}) AS n{i}")
    return f"SELECT {', '.join(fields)} FROM unjoined {' '.join(joins)}"


@dataclass(frozen=True)
class JoinedRowsQuery:
    """The query for the rows of a run as they are after a join.

    Attributes:
        run_table: the table of the run.
        bits: physical column -> its bit, of every column that has ever held joined values.
        sides: what is joined.
        targets: of each side, the columns of the run that its values go to.
        generation: number of the plan by which rows are joined.
    """

    run_table: str
    bits: Mapping[str, int]
    sides: Sequence[JoinSide]
    targets: Sequence[ColumnTargets]
    generation: int

    def sql(self) -> str:
        """A query over the table `matches` for whole rows.

        Step by step: b<bit> is a column without what was joined before, v<bit> what the sides have for it, c<bit> both
        together, of which differences are computed.
        """
        b = {column: f"b{bit}" for column, bit in self.bits.items()}
        c = {column: f"c{bit}" for column, bit in self.bits.items()}
        gaps = {gap: pair for gap, pair in GAPS.items() if gap in self.bits}
        plain = [column for column in self.bits if column not in gaps]
        replaced = ", ".join([*map(quoted, self.bits), "joined", "joined_from", "joined_at", "text_key"])
        before = [
            f"CASE WHEN (joined & {1 << bit}) <> 0 THEN NULL ELSE {quoted(column)} END AS b{bit}"
            for column, bit in self.bits.items()
        ]
        text_key = TEXT_KEY if any(TEXT_KEY in side.keys for side in self.sides) else "text_key"
        rows = (
            f"SELECT r.* EXCLUDE ({replaced}), {', '.join([*before, f'{text_key} AS text_key'])}, m.* EXCLUDE (split, step) "
            f"FROM {self.run_table} r JOIN matches m ON r.rowid = m.place"
        )
        value_joins = [join for i in range(len(self.sides)) for join in self._value_joins(i)]
        kinds = {"t": "VARCHAR", "m": "DOUBLE"}
        values = [
            f"CAST({self._value(column)} AS {kinds[column[0]]}) AS v{self.bits[column]}" for column in plain
        ]
        rows = f"SELECT {', '.join(['b.*', *values])} FROM ({rows}) b {' '.join(value_joins)}"
        both = [f"coalesce({b[column]}, v{self.bits[column]}) AS {c[column]}" for column in plain]
        rows = f"SELECT {', '.join(['*', *both])} FROM ({rows})"
        differences = [
            f"{c.get(own, quoted(own))} - {c.get(reference, quoted(reference))} AS v{self.bits[gap]}"
            for gap, (own, reference) in gaps.items()
        ]
        rows = f"SELECT {', '.join(['*', *differences])} FROM ({rows})"
        finished = [f"coalesce(b{bit}, v{bit}) AS {quoted(column)}" for column, bit in self.bits.items()]
        joined = [
            f"CASE WHEN b{bit} IS NULL AND v{bit} IS NOT NULL THEN {1 << bit} ELSE 0 END"
            for bit in self.bits.values()
        ]
        origins = [f"CASE WHEN n{i} IS NOT NULL THEN {1 << i} ELSE 0 END" for i in range(len(self.sides))]
        helpers = [f"{letter}{bit}" for letter in "bv" for bit in self.bits.values()]
        helpers += [c[column] for column in plain] + [f"n{i}" for i in range(len(self.sides))] + ["place"]
        helpers += [name for i in range(len(self.sides)) for name in self._score_keys(i)]
        fields = [
            f"* EXCLUDE ({', '.join(helpers)})",
            *finished,
            f"CAST({' + '.join(joined) or '0'} AS BIGINT) AS joined",
            f"CAST({' + '.join(origins) or '0'} AS BIGINT) AS joined_from",
            f"CAST({self.generation} AS INTEGER) AS joined_at",
        ]
        return f"SELECT {', '.join(fields)} FROM ({rows})"

    def _score_keys(self, side: int) -> list[str]:
        """Columns of `matches` with the keys of a side of scores; none of any other side."""
        scores = self.sides[side].kind == "scores"
        return [f"n{side}_{j}" for j in range(len(self.sides[side].keys))] if scores else []

    def _value_joins(self, side: int) -> list[str]:
        """Joins that bring the values of a side."""
        table, targets = self.sides[side].table, self.targets[side]
        if self.sides[side].kind == "reference":
            columns = [f"{quoted(column)} AS {quoted(f's{side} {column}')}" for column in targets]
            lines = f"SELECT {', '.join(['n', *columns])} FROM {table.values_table} WHERE n IN (SELECT n{side} FROM matches)"
            return [f"LEFT JOIN ({lines}) s{side} ON s{side}.n = b.n{side}"]
        joins = []
        for key in self._score_keys(side) if targets else ():
            values = table.first_values_query(
                f"SELECT {key} FROM matches", {column: f"s{key} {column}" for column in targets}
            )
            joins.append(f'LEFT JOIN ({values}) s{key} ON s{key}."key" = b.{key}')
        return joins

    def _value(self, column: str) -> str:
        """SQL of what the sides have for a column."""
        if column == REF_CHARS:
            text = self.bits.get(REF_TEXT)
            if text is None:
                return "NULL"
            return f"CASE WHEN b{text} IS NULL THEN CAST(length({self._value(REF_TEXT)}) AS DOUBLE) END"
        references, scores = [], []
        for i, (side, targets) in enumerate(zip(self.sides, self.targets, strict=True)):
            sources = [quoted(f"s{i} {source}") for source, target in targets.items() if target == column]
            if side.kind == "reference":  # of the first side that has the key, whatever it has
                references.append(
                    f"WHEN n{i} IS NOT NULL THEN {self._unless_other_response(i, sources[0]) if sources else 'NULL'}"
                )
            else:
                scores += [
                    quoted(f"s{key} {source}")
                    for source, target in targets.items()
                    if target == column
                    for key in self._score_keys(i)
                ]
        reference = [f"CASE {' '.join(references)} END"] if references else []
        return f"coalesce({', '.join([*reference, *scores, 'NULL'])})"

    def _unless_other_response(self, side: int, source: str) -> str:
        """SQL of a value of a reference; nothing goes to a row that was logged with another reference answer."""
        if REF_TEXT not in self.bits or REF_TEXT not in self.targets[side]:
            return source
        logged, response = f"b{self.bits[REF_TEXT]}", quoted(f"s{side} {REF_TEXT}")
        return f"CASE WHEN {logged} = {response} OR {logged} IS NULL OR {response} IS NULL THEN {source} END"
