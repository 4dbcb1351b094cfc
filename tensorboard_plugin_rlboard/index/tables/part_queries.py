"""The SQL that loads parts into a run's table, and what becomes of the table's columns then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.attempts.attempts import AttemptStarts
from tensorboard_plugin_rlboard.index.column_names import TRACE_KEY, literal, quoted

if TYPE_CHECKING:
    import duckdb

FileAttempts = Mapping[str, AttemptStarts]
"""The attempts of one file: split -> where they begin."""


@dataclass(frozen=True)
class PartSource:
    """A part that is to be loaded into a table.

    Attributes:
        file: number of its file within the run.
        newlines_before: newline characters of the file before it; None where they are not known: then its rows get no
            line numbers.
        attempts: of its file, as far as they are numbered.
        parquet: its rows; None where it has none.
        columns: physical column -> whether a row holds a value; None where only `parquet` knows.
        replaces_before: rows of the file that have no line number and lie before this byte offset go: they are among
            these rows, too.
        rebuilt: byte offsets of the lines whose rows these are in place of; None where they are new.
        annotations: table of (key, addresses) whose addresses the rows get by the key of their trace; empty for none.
    """

    file: int
    newlines_before: int | None
    attempts: FileAttempts
    parquet: Path | None
    columns: Mapping[str, bool] | None = None
    replaces_before: int = 0
    rebuilt: range | None = None
    annotations: str = ""


@dataclass(frozen=True)
class Loaded:
    """What loading parts did to the rows that were there before.

    Attributes:
        has_changed_rows: whether some have other values now: numbers that became texts.
        replaced_rows: how many were replaced by rows of the parts.
    """

    has_changed_rows: bool
    replaced_rows: int


@dataclass(frozen=True)
class Inserted:
    """What inserting rows did to the columns.

    Attributes:
        added: physical column -> type, of the new ones.
        has_changed_rows: whether earlier rows changed.
        available: physical columns that hold a value.
    """

    added: Mapping[str, str]
    has_changed_rows: bool
    available: AbstractSet[str]


def number_as_text(column: str) -> str:
    """SQL of a column of numbers as texts, whole ones without a decimal point."""
    x = quoted(column)
    is_whole = f"{x} = trunc({x}) AND abs({x}) < 1e15"
    return f"CASE WHEN {is_whole} THEN CAST(CAST({x} AS BIGINT) AS VARCHAR) ELSE CAST({x} AS VARCHAR) END"


def attempt_in_file(attempts: FileAttempts) -> str:
    """SQL of the attempt of a row of one file."""
    splits = []
    for split, starts in sorted(attempts.items()):
        cases = " ".join(
            f"WHEN split = {literal(split)} AND line_offset >= {offset} THEN {n}"
            for offset, n in reversed(starts)
        )
        splits.append(cases)
    cases = " ".join(filter(None, splits))
    return f"CASE {cases} ELSE 1 END" if cases else "1"


def _attempt_in_files(files: Mapping[int, FileAttempts], file: str) -> str:
    """SQL of the attempt of a row of any of some files, whose number is given by the SQL `file`."""
    several = {
        number: attempts
        for number, attempts in files.items()
        if any(n != 1 for starts in attempts.values() for _, n in starts)
    }
    if not several:
        return "1"
    cases = " ".join(
        f"WHEN {number} THEN {attempt_in_file(attempts)}" for number, attempts in several.items()
    )
    return f"CASE {file} {cases} ELSE 1 END"


def parquet_paths(sources: Sequence[PartSource]) -> str:
    """SQL of the list of the Parquet files of some parts."""
    return f"[{', '.join(literal(str(source.parquet)) for source in sources)}]"


def columns_of(cursor: duckdb.DuckDBPyConnection, sources: Sequence[PartSource]) -> dict[str, bool]:
    """Physical column of some parts -> whether a row of them holds a value, in the order of their files.

    Args:
        cursor: of the query database.
        sources: the parts; each has rows.
    """
    known = [source.columns for source in sources if source.columns is not None]
    if len(known) < len(sources):
        # The statistics of the Parquet files say what a look at every row would.
        statistics = cursor.execute(
            "SELECT path_in_schema, sum(num_values - coalesce(stats_null_count, 0)) > 0 "
            f"FROM parquet_metadata({parquet_paths(sources)}) GROUP BY ALL ORDER BY min(column_id)"
        ).fetchall()
        return {str(name): bool(has_value) for name, has_value in statistics}
    places: dict[str, int] = {}
    for columns in known:
        for place, name in enumerate(columns):
            places[name] = min(place, places.get(name, place))
    return {
        name: any(columns.get(name, False) for columns in known)
        for name in sorted(places, key=places.__getitem__)
    }


def rows_query(
    sources: Sequence[PartSource], has_values: Mapping[str, bool], text_columns: Mapping[str, str]
) -> str:
    """The query for the rows of some parts as the table wants them.

    Args:
        sources: the parts; each has rows.
        has_values: physical column of the parts -> whether it holds a value somewhere.
        text_columns: physical column of numbers -> that of the texts which its numbers become.
    """
    position = "[CAST(file_index AS BIGINT) + 1]"
    file = f"[{', '.join(str(source.file) for source in sources)}]{position}"
    first_lines = ", ".join(
        "NULL" if source.newlines_before is None else str(source.newlines_before + 1) for source in sources
    )
    first_line = f"CAST([{first_lines}] AS BIGINT[]){position}"
    attempt = _attempt_in_files({source.file: source.attempts for source in sources}, file)
    converted = {number: text for number, text in text_columns.items() if number in has_values}
    texts = {
        text: f"coalesce({quoted(text)}, {number_as_text(number)})"
        if text in has_values
        else number_as_text(number)
        for number, text in converted.items()
    }
    left_out = [quoted(name) for name in (*converted, *(text for text in texts if text in has_values))]
    exclude = f" EXCLUDE ({', '.join(left_out)})" if left_out else ""
    columns = [
        f"{file} AS file",
        f"{attempt} AS attempt",
        f"*{exclude} REPLACE (line + {first_line} AS line)",
        *(f"{sql} AS {quoted(text)}" for text, sql in texts.items()),
    ]
    paths = parquet_paths(sources)
    rows = f"SELECT {', '.join(columns)} FROM read_parquet({paths}, union_by_name=true)"
    annotations = sources[0].annotations
    if not annotations:
        return rows
    return (
        f"SELECT r.* EXCLUDE (trace), a.addresses AS annotations FROM (SELECT *, {TRACE_KEY} AS trace FROM ({rows})) r "
        f'LEFT JOIN {annotations} a ON a."key" = r.trace'
    )
