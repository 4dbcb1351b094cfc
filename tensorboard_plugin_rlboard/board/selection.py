"""Which samples a question is about: the common arguments of the contract, as SQL with bound values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard.board.filters.compiler import compile_filter
from tensorboard_plugin_rlboard.board.filters.terms import FilterError
from tensorboard_plugin_rlboard.board.run_schema import GROUP_KEY, group_columns
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import physical, text
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

TEXTS = {"prompt": "prompt", "response": "response", "reference": "ref_response"}


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


@dataclass(frozen=True)
class Relation:
    """A FROM clause and a WHERE clause with the values bound to them, in order; the first value is the split."""

    source: str
    where: str
    values: list[object]


_splits: WeakKeyDictionary[RunIndex, tuple[int, str]] = WeakKeyDictionary()


def default_split(cursor: duckdb.DuckDBPyConnection, run: RunIndex) -> str:
    """`train` where the run has it, else the split it has; asked once for each version of a run."""
    version, known = run.version, _splits.get(run)
    if known is None or known[0] != version:
        found = cursor.execute(f"SELECT max(split) FROM {run.table} WHERE split = 'train'").fetchall()
        found = found if found[0][0] else cursor.execute(f"SELECT min(split) FROM {run.table}").fetchall()
        known = (version, str(found[0][0] or "train"))
        _splits[run] = known
    return known[1]


def relation(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, chosen: Selection, groups: bool = False
) -> Relation:
    """The samples of a selection.

    Group metrics are computed over the whole group, before search and filter narrow the samples: what is looked for
    does not change a sample's advantage.

    Raises:
        ArgumentError: a text column that cannot be searched, or a filter that is none.
    """
    scope: list[str] = ["split = ?"]
    values: list[object] = [chosen.split or default_split(cursor, run)]
    for condition, value in (
        ("step = ?", chosen.step),
        ("step >= ?", chosen.step_min),
        ("step <= ?", chosen.step_max),
    ):
        if value is not None:
            scope.append(condition)
            values.append(value)
    if chosen.attempt is not None:
        scope.append("attempt = ?")
        values.append(chosen.attempt)
    elif run.attempts > 1:
        newest = f"SELECT step, max(attempt) FROM {run.table} WHERE {' AND '.join(scope)} GROUP BY step"
        scope.append(f"(step, attempt) IN ({newest})")
        values += values
    further: list[str] = []
    if chosen.prompt_key is not None:
        further.append("prompt_key = ?")
        values.append(chosen.prompt_key)
    if chosen.group is not None:
        further.append(f"{GROUP_KEY} = ?")
        values.append(chosen.group)
    if chosen.search:
        if chosen.regex:
            _check_regex(cursor, chosen.search)
        columns = [
            text(TEXTS[name]) for name in searched(chosen) if physical("t", TEXTS[name]) in run.columns
        ]
        further.append(
            "(" + (" OR ".join(f"regexp_matches({column}, ?)" for column in columns) or "false") + ")"
        )
        values += [chosen.search if chosen.regex else literally(chosen.search)] * len(columns)
    if chosen.where:
        try:
            narrowed = compile_filter(cursor, run, chosen.where)
        except FilterError as error:
            shown = chosen.where if len(chosen.where) <= 80 else chosen.where[:79] + "…"
            raise ArgumentError(f"where={shown} cannot be used as a filter: {error}") from error
        further.append(narrowed.sql)
        values += narrowed.values
        groups = groups or narrowed.groups
    if not groups or not group_columns(
        run
    ):  # the bare table: a subquery over all its columns takes a millisecond
        return Relation(run.table, " AND ".join(scope + further), values)
    source = f"(SELECT rowid, *, {group_columns(run)} FROM {run.table} WHERE {' AND '.join(scope)})"
    return Relation(source, " AND ".join(further) or "true", values)


def literally(needle: str) -> str:
    """A regular expression for the text itself in any letter case: six times as fast as lowering every text."""
    escaped = "".join(
        character if character.isalnum() or ord(character) > 127 else f"\\x{ord(character):02x}"
        for character in needle
    )
    return f"(?i){escaped}"


def _check_regex(cursor: duckdb.DuckDBPyConnection, pattern: str) -> None:
    """Raises ArgumentError where the pattern is no RE2 expression."""
    try:
        cursor.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
    except Exception as error:
        reason = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
        raise ArgumentError(
            f"search={pattern[:80]} is no regular expression (RE2 syntax): {reason}."
        ) from error


def searched(chosen: Selection) -> tuple[str, ...]:
    """The texts that a search looks at, in the order in which a hit is reported.

    Raises:
        ArgumentError: an unknown name.
    """
    for name in chosen.within:
        if name not in TEXTS:
            raise ArgumentError(f"in={name} is not known: it takes {', '.join(TEXTS)}.")
    return chosen.within or ("response", "prompt", "reference")
