"""A range of whole lines read by DuckDB into a temporary table, row by row with its line; bad lines named.

`ignore_errors` turns every line that is no JSON object into one row of NULLs, so rows stay aligned with lines. Those
rows are read once more with Python's parser: what it can read (lone surrogates, bad UTF-8 replaced) is given back as
clean JSON to the very same query, the rest becomes a problem with its reason.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.formats.align import SPECIAL
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.columns import literal, physical, quoted
from tensorboard_plugin_rlboard.index.keys import Keys
from tensorboard_plugin_rlboard.metrics import Ints

if TYPE_CHECKING:
    import duckdb

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """A line, or a value of it, that could not be used.

    Attributes:
        line: 0-based index among the range's lines.
        kind: stable name of what is wrong.
        reason: one sentence with the remedy where there is one.
    """

    line: int
    kind: str
    reason: str


@contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """The bytes under a path that DuckDB can open: in memory where the system has that, else a temporary file."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("rlboard")
        try:
            with os.fdopen(fd, "wb", closefd=False) as file:
                file.write(data)
            yield f"/proc/self/fd/{fd}"
        finally:
            os.close(fd)
    else:
        with tempfile.TemporaryDirectory(prefix="rlboard-") as folder:
            path = Path(folder) / "range.jsonl"
            path.write_bytes(data)
            yield str(path)


def _key(key: str) -> str:
    """The column of a key as logged."""
    return quoted(physical("k", key))


def _number(key: str) -> str:
    """A JSON value as a number: truth values count, strings with a number count, all else is NULL."""
    name = _key(key)
    return (
        f"CASE CAST({name} AS VARCHAR) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 "
        f"ELSE TRY_CAST({name} ->> '$' AS DOUBLE) END"
    )


@dataclass(frozen=True)
class Reading:
    """Which key of a row fills which column, for one format and one set of learnt keys."""

    texts: dict[str, tuple[str, ...]]
    numbers: dict[str, tuple[str, ...]]
    arrays: dict[str, tuple[str, ...]]
    known: Format

    @classmethod
    def of(cls, known: Format, keys: Keys, reserved: frozenset[str]) -> Reading:
        """The format's own keys and the learnt ones; a learnt key with a `reserved` name becomes `logged.<name>`."""

        def name(key: str) -> str:
            return f"logged.{key}" if key in reserved else key

        return cls(
            {**known.texts, **{name(key): (key,) for key in sorted(keys.texts)}},
            {**known.numbers, **{name(key): (key,) for key in sorted(keys.numbers)}},
            {**known.arrays, **{name(key): (key,) for key in sorted(keys.arrays)}, **known.masks()},
            known,
        )

    def types(self) -> dict[str, str]:
        """The type that each key is read with."""
        known = self.known
        types: dict[str, str] = {}
        for keys, kind in (
            ((key for group in self.numbers.values() for key in group), "JSON"),
            ((*known.step, *known.validation), "JSON"),
            ((key for group in self.texts.values() for key in group), "VARCHAR"),
            ((*known.split, *known.group, *known.finish_reason), "VARCHAR"),
            ((key for group in self.arrays.values() for key in group), "DOUBLE[]"),
            (known.tokens, "VARCHAR[]"),
        ):
            types.update(dict.fromkeys(keys, kind))
        return types

    def select(self) -> str:
        """The columns of the raw table."""
        known = self.known

        def first(keys: Sequence[str]) -> str:
            return f"coalesce({', '.join(map(_key, keys))})" if len(keys) > 1 else _key(keys[0])

        def number(keys: Sequence[str]) -> str:
            return f"coalesce({', '.join(_number(key) for key in keys)}, NULL)"

        tokens = first(known.tokens)
        differs = f"CASE WHEN x IS DISTINCT FROM {tokens}[-1] THEN i ELSE 0 END"
        other = f"coalesce(list_max(list_transform({tokens}, lambda x, i: {differs})), 0)"
        columns = [
            f"{number(known.step)} AS step",
            f"{first(known.split)} AS split",
            f"{first(known.validation)} = 'true' AS validation",
            f"{first(known.group)} AS {quoted(physical('t', 'group_id'))}",
            f"{first(known.finish_reason)} AS {quoted(physical('t', 'finish_reason'))}",
            f"coalesce(len({tokens}), 0) AS n_tokens",
            f"CASE WHEN regexp_matches({tokens}[-1], {literal(SPECIAL)}) THEN {tokens}[-1] END AS last_token",
            # How many equal tokens end the response, counted only where the last one looks like no word.
            f"CASE WHEN regexp_matches({tokens}[-1], {literal(SPECIAL)}) THEN len({tokens}) - {other} ELSE 0 END AS tail",
            *(f"{first(keys)} AS {quoted(physical('t', name))}" for name, keys in self.texts.items()),
            *(f"{number(keys)} AS {quoted(physical('m', name))}" for name, keys in self.numbers.items()),
            *(
                f"({first(keys)}) IS NOT NULL AND {number(keys)} IS NULL AS {quoted(physical('b', name))}"
                for name, keys in self.numbers.items()
            ),
            *(f"{first(keys)} AS {quoted(physical('a', name))}" for name, keys in self.arrays.items()),
        ]
        return ", ".join(columns)


def _passes(types: dict[str, str]) -> list[dict[str, str]]:
    """Keys that differ in case only cannot be columns of one scan: each further one goes into a scan of its own."""
    passes: list[dict[str, str]] = []
    for key, kind in types.items():
        home = next((p for p in passes if key.lower() not in {other.lower() for other in p}), None)
        if home is None:
            home = {}
            passes.append(home)
        home[key] = kind
    return passes


def _query(path: str, reading: Reading, longest: int) -> str:
    """One row a line."""
    scans = []
    for types in _passes(reading.types()):
        columns = ", ".join(f"{literal(key)}: {literal(kind)}" for key, kind in types.items())
        scans.append(
            f"(SELECT {', '.join(f'{quoted(key)} AS {_key(key)}' for key in types)} FROM read_json({literal(path)}, "
            f"format='newline_delimited', records=true, columns={{{columns}}}, ignore_errors=true, "
            f"maximum_object_size={max(2 * longest, 1 << 20)}))"
        )
    return f"SELECT {reading.select()} FROM {' POSITIONAL JOIN '.join(scans)}"


def load(
    cursor: duckdb.DuckDBPyConnection, data: bytes, starts: Ints, lengths: Ints, reading: Reading
) -> tuple[Ints, list[Problem]]:
    """Fills the temporary table `raw` with one row for each good line of `data`.

    Returns:
        For each remaining row in `rowid` order the index of its line (int64), and the problems.
    """
    longest = int(lengths.max(initial=0))
    with _as_file(data) as path:
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE raw AS {_query(path, reading, longest)}")
    found = int(cursor.execute("SELECT count(*) FROM raw").fetchall()[0][0])
    if found == len(starts):
        nulls = cursor.execute(f"SELECT rowid FROM raw WHERE {_all_null(cursor)}").fetchnumpy()["rowid"]
    else:  # lines that DuckDB counts differently: let Python decide about each
        cursor.execute("DELETE FROM raw")
        found, nulls = 0, np.arange(len(starts))
    lines = list(range(found))
    recovered: list[int] = []
    clean: list[bytes] = []
    problems: list[Problem] = []
    for i in np.asarray(nulls).tolist():
        row, problem = _recover(data[starts[i] : starts[i] + lengths[i]], i)
        if problem:
            problems.append(problem)
        if row is not None:
            recovered.append(i)
            clean.append(row)
    if len(nulls):
        if found:
            cursor.execute(f"DELETE FROM raw WHERE {_all_null(cursor)}")
        dropped = set(np.asarray(nulls).tolist())
        lines = [i for i in lines if i not in dropped]
    if clean:
        with _as_file(b"\n".join(clean) + b"\n") as path:
            cursor.execute(f"INSERT INTO raw {_query(path, reading, max(map(len, clean)))}")
        lines += recovered
    return np.asarray(lines, np.int64), problems


def _all_null(cursor: duckdb.DuckDBPyConnection) -> str:
    """The condition of a row that was no JSON object: nothing in it was read."""
    names = [str(row[0]) for row in cursor.execute("SELECT column_name FROM (DESCRIBE raw)").fetchall()]
    held = [name for name in names if name not in {"n_tokens", "tail"} and not name.startswith("b:")]
    return " AND ".join([*(f"{quoted(name)} IS NULL" for name in held), "n_tokens = 0"])


def _recover(line: bytes, index: int) -> tuple[bytes | None, Problem | None]:
    """A line that DuckDB refused: clean JSON if Python can read it, and what was wrong with it."""
    text = line.decode("utf-8-sig", "replace")
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        return None, Problem(index, "bad_json", _reason(line, error))
    if not isinstance(row, dict):
        return None, Problem(
            index, "not_an_object", f"The line is a JSON {type(row).__name__}, not an object."
        )
    if not row:
        return None, Problem(index, "empty_object", "The line is an empty object: it has no sample.")
    problem = None
    if "\ufffd" in text and b"\xef\xbf\xbd" not in line:
        problem = Problem(
            index, "bad_utf8", "The line has bytes that are no UTF-8; they are shown as U+FFFD."
        )
    dumped = json.dumps(row, ensure_ascii=False)
    if _LONE_SURROGATE.search(dumped):
        dumped = _LONE_SURROGATE.sub("\ufffd", dumped)
        problem = Problem(
            index, "lone_surrogate", "The line has half a surrogate pair; it is shown as U+FFFD."
        )
    return dumped.encode("utf-8"), problem


def _reason(line: bytes, error: Exception) -> str:
    if line.count(0) > len(line) // 2:
        return "The line is filled with NUL bytes, as after a crash or a full disk; the training has to log it again."
    if isinstance(error, json.JSONDecodeError):
        return f"The line is no JSON ({error.msg} at character {error.colno}); it is left out."
    return "The line is nested too deeply to be a sample; it is left out."
