"""The selection of samples that a question is about: the common arguments of the contract, as SQL with bound values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard.board.filters.compiler import FilterCondition, compile_filter
from tensorboard_plugin_rlboard.board.filters.filter_error import FilterError
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY, with_groups
from tensorboard_plugin_rlboard.board.text_matches import PatternCondition, longest_text, matching_rows
from tensorboard_plugin_rlboard.board.text_search import TextSearch, text_search
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

_SHORT_TEXT = 100_000
"""Bytes up to which words are looked for by one query, not in pieces: the database hears an interrupt behind 2,048 rows
at the latest, and so many take 0.6 s if all of them are as long."""
_PATTERN_WORDS = re.compile(r"regexp_|similar|~", re.IGNORECASE)


@dataclass(frozen=True)
class Selection:
    """The common selection arguments. None means: not restricted, or the default named in http_api.md."""

    run: str
    split: str | None = None
    attempt: int | None = None
    step: int | None = None
    step_min: int | None = None
    step_max: int | None = None
    search: str = ""
    regex: bool = False
    within: tuple[str, ...] = ()
    prompt_key: str | None = None
    group: str | None = None
    where: str = ""

    @property
    def searches(self) -> bool:
        """Whether it looks into texts for a pattern, as far as its words tell."""
        return bool(self.search or _PATTERN_WORDS.search(self.where))


@dataclass(frozen=True)
class Relation:
    """Samples of a run in SQL.

    Attributes:
        table_sql: a table or subquery, as it stands behind FROM.
        where: what stands behind WHERE.
        values: the values bound in both, in order.
        split: the split of the samples, where a selection chose one.
        search: the text search that the samples were narrowed by.
    """

    table_sql: str
    where: str
    values: list[object]
    split: str = ""
    search: TextSearch = field(default_factory=TextSearch)


class _Conditions:
    """Conditions that all hold, with the values bound in them."""

    def __init__(self) -> None:
        self.sql: list[str] = []
        self.values: list[object] = []

    def require(self, sql: str, *values: object) -> None:
        self.sql.append(sql)
        self.values += values

    def __str__(self) -> str:
        return " AND ".join(self.sql) or "true"


_default_splits: WeakKeyDictionary[RunIndex, tuple[int, str]] = WeakKeyDictionary()


def default_split(session: RunSession) -> str:
    """`train` where the run has it, else the split it has; asked once for each version of a run."""
    run, execute = session.run, session.cursor.execute
    version, cached = run.version, _default_splits.get(run)
    if cached is None or cached[0] != version:
        # The first row that has it is enough: to look at all of a million takes longer than many a question.
        has_train = execute(f"SELECT 1 FROM {run.table} WHERE split = 'train' LIMIT 1").fetchall()
        split = None if has_train else execute(f"SELECT min(split) FROM {run.table}").fetchall()[0][0]
        cached = version, str(split or "train")
        _default_splits[run] = cached
    return cached[1]


def select_samples(
    session: RunSession,
    selection: Selection,
    *,
    needs_groups: bool = False,
    many_steps: bool = False,
    among: str = "",
) -> Relation:
    """The samples of a selection.

    Group metrics are computed over the whole group, before search and filter narrow the samples: what is looked for
    does not change a sample's advantage.

    Args:
        session: the run; within a snapshot where the selection searches, because what is found are row numbers.
        selection: which samples.
        needs_groups: whether the samples have to bring the group metrics along; a filter may need them as well.
        many_steps: whether they are computed by a way that is faster over many steps; their last digits may be others.
        among: a condition that takes or leaves whole groups, for which alone the group metrics are computed; empty for all.

    Raises:
        ArgumentError: a text column that cannot be searched, a filter that is none, or a pattern that costs too much.
        StoppedError: the question was given up while texts were searched.
    """
    schema = session.schema
    split = selection.split or default_split(session)
    steps, further = _steps(session, selection, split), _Conditions()
    if among:
        steps.require(among)
    if selection.prompt_key is not None:
        further.require("prompt_key = ?", selection.prompt_key)
    if selection.group is not None:
        further.require(f"{GROUP_KEY} = ?", selection.group)
    search, patterns = TextSearch(), []
    if selection.search:
        search = text_search(session, selection.search, regex=selection.regex, within=selection.within)
    if search.condition is not None:
        if search.is_quick and longest_text(session) <= _SHORT_TEXT:
            further.require(search.condition.sql, *search.condition.values)
        else:
            patterns.append(search.condition)
    grouped = needs_groups
    for condition in _filter(session, selection.where) if selection.where else ():
        grouped = grouped or condition.needs_groups
        if condition.instructions:
            patterns.append(
                PatternCondition(
                    condition.sql,
                    condition.values,
                    condition.instructions,
                    condition.texts,
                    condition.needs_groups,
                )
            )
        else:
            further.require(condition.sql, *condition.values)
    table_sql, where, values = (
        schema.table,
        " AND ".join(steps.sql + further.sql),
        steps.values + further.values,
    )
    if (
        grouped and schema.group_columns
    ):  # else the bare table: a subquery over all its columns takes a millisecond
        table_sql = f"(SELECT rowid, *, {schema.group_columns} FROM {schema.table} WHERE {steps})"
        where = str(further)
        if many_steps:
            table_sql, values = with_groups(schema.table, str(steps)), [*steps.values, *values]
    if patterns:
        found = matching_rows(session, table_sql, where, values, patterns)
        where = f"{where} AND rowid IN (SELECT place FROM {found})"
    return Relation(table_sql, where, values, split, search)


def pieces_of(cursor: duckdb.DuckDBPyConnection, rows: Relation, rows_at_once: int) -> list[Relation]:
    """Samples in pieces of whole steps of at most so many rows; a larger step is a piece of its own."""
    sizes = f"SELECT step, count(*) FROM {rows.table_sql} WHERE {rows.where} GROUP BY step ORDER BY step"
    pieces: list[list[int]] = []
    piece_rows = 0
    for step, size in cursor.execute(sizes, rows.values).fetchall():
        if not pieces or piece_rows + size > rows_at_once:
            pieces.append([step, step])
            piece_rows = 0
        pieces[-1][1] = step
        piece_rows += size
    where = f"{rows.where} AND step BETWEEN ? AND ?"
    return [replace(rows, where=where, values=[*rows.values, *ends]) for ends in pieces] or [rows]


def _filter(session: RunSession, text: str) -> list[FilterCondition]:
    try:
        return compile_filter(session, text)
    except FilterError as error:
        shown = text if len(text) <= 80 else f"{text[:79]}…"
        raise ArgumentError(f"where={shown} cannot be used as a filter: {error}") from error


def _steps(session: RunSession, selection: Selection, split: str) -> _Conditions:
    """The conditions on split, steps and attempt, by which whole groups are taken or left."""
    conditions = _Conditions()
    conditions.require("split = ?", split)
    for sql, value in (
        ("step = ?", selection.step),
        ("step >= ?", selection.step_min),
        ("step <= ?", selection.step_max),
    ):
        if value is not None:
            conditions.require(sql, value)
    if selection.attempt is not None:
        conditions.require("attempt = ?", selection.attempt)
    elif session.run.attempts > 1:
        newest = f"SELECT step, max(attempt) FROM {session.schema.table} WHERE {conditions} GROUP BY step"
        conditions.require(f"(step, attempt) IN ({newest})", *conditions.values)
    return conditions
