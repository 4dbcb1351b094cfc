"""The queries of a join: rows of a run as they are with what side tables have for them, and without what they had before.

What was logged is never overwritten. Which columns of a row hold joined values, and which sides had its key, is kept in
the row as bits, so that it can be taken back when a side file changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.index.column_names import physical, quoted
from tensorboard_plugin_rlboard.index.joins.first_answers import STEP
from tensorboard_plugin_rlboard.index.joins.side_rows import Kind
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable

REF_TEXT = physical("t", "ref_response")
REF_CHARS = physical("m", "ref_n_chars")
GAPS = {
    physical("m", gap): (physical("m", one), physical("m", other))
    for gap, one, other in (
        ("reward_gap", "reward", "ref_reward"),
        ("valid_reward_gap", "valid_reward", "ref_valid_reward"),
    )
}
TEXT_KEY = (
    'coalesce(text_key, CASE WHEN prompt_key IS NOT NULL AND "t:response" IS NOT NULL '
    'THEN md5_number_lower(prompt_key || "t:response") END)'
)
"""SQL of the key of a sample's prompt and response; rows that were looked at once have it."""
OWN_ID = "its id"
"""Stands for the key of the id that we give a sample: the SQL of it changes with every file of the run."""


@dataclass(frozen=True)
class Side:
    """What is joined to a run, in the order in which sides count.

    Attributes:
        kind: what it brings.
        source: where it comes from, for the user.
        table: its rows.
        keys: SQL of the keys of a sample, the first one that is found counts.
        later: whether it is only for samples of later steps than its own.
    """

    kind: Kind
    source: str
    table: SideTable
    keys: tuple[str, ...]
    later: bool = False


Names = Mapping[str, str]
"""Physical column of a side -> physical column of the run that its values go to."""


def own_id(files: Mapping[int, str]) -> str:
    """SQL of the key of the ids that we give samples; `files` are numbers of files and what stands for them in ids."""
    digests = ", ".join(f"'{files.get(number, '')}'" for number in range(max(files, default=0) + 1))
    return f"md5_number_lower('id:' || [{digests}][file + 1] || '-' || printf('%x', line_offset) || '-' || printf('%x', \"row\"))"


def todo(run: str, where: str, keys_of: Sequence[Sequence[str]], limit: int) -> str:
    """A query for rows that are to be looked at: their place, and all their keys, by side."""
    keys = [f"{sql} AS k{i}_{j}" for i, own in enumerate(keys_of) for j, sql in enumerate(own)]
    return f"SELECT {', '.join(['rowid AS place', 'split', 'step', *keys])} FROM {run} WHERE {where} LIMIT {limit}"


def matched(sides: Sequence[Side]) -> str:
    """A query over `todo` for what each side has for a row, as n0, n1 and so on: null where it has nothing.

    Of a reference it is the line. Of scores it is any key, and each of the row's keys that was found beside it, as n0_0,
    n0_1 and so on: several lines may have scores of one sample.
    """
    fields, joins = ["todo.place", "todo.split", "todo.step"], []
    for i, side in enumerate(sides):
        found = []
        for j in range(len(side.keys)):
            first = side.table.first(f"SELECT k{i}_{j} FROM todo")
            joins.append(f'LEFT JOIN ({first}) f{i}_{j} ON f{i}_{j}."key" = todo.k{i}_{j}')
            found.append(f"f{i}_{j}.n" if side.kind == "reference" else f'f{i}_{j}."key"')
        if side.later:
            joins.append(
                f"LEFT JOIN (SELECT n, {quoted(STEP)} AS at FROM {side.table.values}) p{i} ON p{i}.n = {found[0]}"
            )
            found = [f"CASE WHEN todo.step > p{i}.at THEN {found[0]} END"]
        if side.kind == "scores":
            fields += [f"{key} AS n{i}_{j}" for j, key in enumerate(found)]
        fields.append(f"coalesce({', '.join([*found, 'NULL'])}) AS n{i}")
    return f"SELECT {', '.join(fields)} FROM todo {' '.join(joins)}"


@dataclass(frozen=True)
class Projection:
    """Rows of a run joined anew.

    Attributes:
        run: the table of the run.
        bits: physical column -> its bit, of every column that has ever held joined values.
        sides: what is joined.
        names: of each side.
        generation: of the plan by which rows are joined.
    """

    run: str
    bits: Mapping[str, int]
    sides: Sequence[Side]
    names: Sequence[Names]
    generation: int

    def sql(self) -> str:
        """A query over `matched` for whole rows."""
        b = {column: f"b{bit}" for column, bit in self.bits.items()}
        c = {column: f"c{bit}" for column, bit in self.bits.items()}
        gaps = {gap: pair for gap, pair in GAPS.items() if gap in self.bits}
        plain = [column for column in self.bits if column not in gaps]
        own = ", ".join([*map(quoted, self.bits), "joined", "joined_from", "joined_at", "text_key"])
        before = [
            f"CASE WHEN (joined & {1 << bit}) <> 0 THEN NULL ELSE {quoted(column)} END AS b{bit}"
            for column, bit in self.bits.items()
        ]
        text_key = TEXT_KEY if any(TEXT_KEY in side.keys for side in self.sides) else "text_key"
        rows = (
            f"SELECT r.* EXCLUDE ({own}), {', '.join([*before, f'{text_key} AS text_key'])}, m.* EXCLUDE (split, step) "
            f"FROM {self.run} r JOIN matched m ON r.rowid = m.place"
        )
        lines = [join for i in range(len(self.sides)) for join in self._lines(i)]
        kinds = {"t": "VARCHAR", "m": "DOUBLE"}
        values = [
            f"CAST({self._value(column)} AS {kinds[column[0]]}) AS v{self.bits[column]}" for column in plain
        ]
        rows = f"SELECT {', '.join(['b.*', *values])} FROM ({rows}) b {' '.join(lines)}"
        both = [f"coalesce({b[column]}, v{self.bits[column]}) AS {c[column]}" for column in plain]
        rows = f"SELECT {', '.join(['*', *both])} FROM ({rows})"
        differences = [
            f"{c.get(one, quoted(one))} - {c.get(other, quoted(other))} AS v{self.bits[gap]}"
            for gap, (one, other) in gaps.items()
        ]
        rows = f"SELECT {', '.join(['*', *differences])} FROM ({rows})"
        finished = [f"coalesce(b{bit}, v{bit}) AS {quoted(column)}" for column, bit in self.bits.items()]
        joined = [
            f"CASE WHEN b{bit} IS NULL AND v{bit} IS NOT NULL THEN {1 << bit} ELSE 0 END"
            for bit in self.bits.values()
        ]
        origins = [f"CASE WHEN n{i} IS NOT NULL THEN {1 << i} ELSE 0 END" for i in range(len(self.sides))]
        passing = [f"{letter}{bit}" for letter in "bv" for bit in self.bits.values()]
        passing += [c[column] for column in plain] + [f"n{i}" for i in range(len(self.sides))] + ["place"]
        passing += [name for i in range(len(self.sides)) for name in self._found(i)]
        fields = [
            f"* EXCLUDE ({', '.join(passing)})",
            *finished,
            f"CAST({' + '.join(joined) or '0'} AS BIGINT) AS joined",
            f"CAST({' + '.join(origins) or '0'} AS BIGINT) AS joined_from",
            f"CAST({self.generation} AS INTEGER) AS joined_at",
        ]
        return f"SELECT {', '.join(fields)} FROM ({rows})"

    def _found(self, side: int) -> list[str]:
        """Columns of `matched` with the keys of a side of scores."""
        scores = self.sides[side].kind == "scores"
        return [f"n{side}_{j}" for j in range(len(self.sides[side].keys))] if scores else []

    def _lines(self, side: int) -> list[str]:
        """Joins of the values of a side."""
        table, names = self.sides[side].table, self.names[side]
        if self.sides[side].kind == "reference":
            columns = [f"{quoted(column)} AS {quoted(f's{side} {column}')}" for column in names]
            lines = f"SELECT {', '.join(['n', *columns])} FROM {table.values} WHERE n IN (SELECT n{side} FROM matched)"
            return [f"LEFT JOIN ({lines}) s{side} ON s{side}.n = b.n{side}"]
        joins = []
        for key in self._found(side) if names else ():
            merged = table.merged(
                f"SELECT {key} FROM matched", {column: f"s{key} {column}" for column in names}
            )
            joins.append(f'LEFT JOIN ({merged}) s{key} ON s{key}."key" = b.{key}')
        return joins

    def _value(self, column: str) -> str:
        """What the sides have for a column."""
        if column == REF_CHARS:
            text = self.bits.get(REF_TEXT)
            taken = "NULL" if text is None else self._value(REF_TEXT)
            return (
                f"CASE WHEN b{text} IS NULL THEN CAST(length({taken}) AS DOUBLE) END"
                if text is not None
                else "NULL"
            )
        references, scores = [], []
        for i, (side, names) in enumerate(zip(self.sides, self.names, strict=True)):
            sources = [quoted(f"s{i} {source}") for source, target in names.items() if target == column]
            if side.kind == "reference":  # of the first side that has the key, whatever it has
                references.append(
                    f"WHEN n{i} IS NOT NULL THEN {self._unless_other(i, sources[0]) if sources else 'NULL'}"
                )
            else:
                scores += [
                    quoted(f"s{key} {source}")
                    for source, target in names.items()
                    if target == column
                    for key in self._found(i)
                ]
        reference = [f"CASE {' '.join(references)} END"] if references else []
        return f"coalesce({', '.join([*reference, *scores, 'NULL'])})"

    def _unless_other(self, side: int, source: str) -> str:
        """Nothing of a reference goes to a row that was logged with another reference answer."""
        if REF_TEXT not in self.bits or REF_TEXT not in self.names[side]:
            return source
        logged, answer = f"b{self.bits[REF_TEXT]}", quoted(f"s{side} {REF_TEXT}")
        return f"CASE WHEN {logged} = {answer} OR {logged} IS NULL OR {answer} IS NULL THEN {source} END"
