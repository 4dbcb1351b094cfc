"""A part: the index rows of one byte range of one file, as a Parquet file. A pure function of its arguments.

A part holds one row for each sample: where its line lies, its texts, its numbers, and sums for the steps. Token
arrays are not copied; whoever opens a sample has its line read again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.formats.align import Logged, Misfit, Trim, align
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.columns import physical, quoted, text
from tensorboard_plugin_rlboard.index.keys import Keys
from tensorboard_plugin_rlboard.index.raw import Problem, Reading, load
from tensorboard_plugin_rlboard.index.rows import reject, step_changes, write
from tensorboard_plugin_rlboard.index.statistics import STORED, repetition, sample_numbers
from tensorboard_plugin_rlboard.metrics import TOKEN_METRICS, Bools, Floats, Ints, Tokens
from tensorboard_plugin_rlboard.sources.lines import line_starts

if TYPE_CHECKING:
    import duckdb

SAMPLE_METRICS = (
    "reward_gap",
    "valid_reward_gap",
    "group_mean",
    "group_std",
    "group_rank",
    "advantage",
    "n_tokens",
    "n_chars",
    "ref_n_chars",
    "truncated",
    "repetition",
    "staleness",
    "value_mse",
    "perplexity",
    "explained_variance",
    "nonfinite",
    "problems",
)
RESERVED = frozenset({*SAMPLE_METRICS, *(f"{name}_{s}" for name in TOKEN_METRICS for s in (*STORED, "mean"))})
"""Names that are ours: a logged key of that name becomes `logged.<name>`. A logged `advantage` is the advantage."""

_CHECKED = 20
"""Rows of a range that are read once more to tell a null array from one of another type."""


@dataclass(frozen=True)
class Part:
    """What building a part found.

    Attributes:
        samples: number of rows.
        lines: number of lines, blank ones left out.
        keys: keys that the rows were read with.
        token_metrics: logged token metrics, in the order of the format.
        problems: what could not be used, by line of the range.
        line_offsets: byte offset in the file of each line that is not blank, int64 [lines].
        line_numbers: newline characters of the range before each of these lines, int64 [lines].
        newlines: newline characters of the range.
        changes: (split, step, byte offset) wherever a split's step differs from the row before.
    """

    samples: int
    lines: int
    keys: Keys
    token_metrics: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    line_offsets: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    line_numbers: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    newlines: int = 0
    changes: list[tuple[str, int, int]] = field(default_factory=list)


def build(
    cursor: duckdb.DuckDBPyConnection, data: bytes, offset: int, known: Format, keys: Keys, target: Path
) -> Part:
    """Reads whole lines and writes their part.

    Args:
        cursor: a cursor of the ingest database.
        data: whole lines, the last one ended.
        offset: where they begin in their file, bytes.
        known: the file's format.
        keys: learnt keys to read beside the format's own.
        target: the Parquet file to write; not written where there is no sample.
    """
    starts, lengths = line_starts(data, 0)
    computed = {f"{name}_{statistic}" for name in keys.arrays for statistic in (*STORED, "mean")}
    reading = Reading.of(known, keys, (RESERVED - {"advantage"}) | computed)
    lines, problems = load(cursor, data, starts, lengths, reading)
    logged = _logged(cursor, reading)
    tokens, trims, misfits = align(logged, next(iter(known.masks()), None))
    rows = np.asarray(cursor.execute("SELECT rowid FROM raw ORDER BY rowid").fetchnumpy()["rowid"], np.int64)
    problems += _complaints(cursor, reading, data, starts, lengths, lines, misfits)
    problems += reject(cursor, reading, lines, tokens.sizes)
    newlines, before = _newlines(data, starts)
    numbers, sums = _numbers(cursor, tokens, trims, rows, lines, (starts + offset, lengths, before), problems)
    samples = write(cursor, reading, numbers, sums, target)
    names = tuple(name for name in reading.arrays if name in tokens.values)
    changes = step_changes(cursor, target)
    problems.sort(key=lambda problem: problem.line)
    return Part(samples, len(starts), keys, names, problems, starts + offset, before, newlines, changes)


def _newlines(data: bytes, starts: Ints) -> tuple[int, Ints]:
    """Newline characters of the range, and those before each line: what line numbers are made of."""
    newlines = data.count(b"\n")
    if newlines + (not data.endswith(b"\n")) == len(starts):  # no blank line: one newline a line
        return newlines, np.arange(len(starts), dtype=np.int64)
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    return newlines, np.searchsorted(breaks, starts)


def _logged(cursor: duckdb.DuckDBPyConnection, reading: Reading) -> Logged:
    """Fetches the arrays of the raw table, flat; rows are as wide as their longest array."""
    arrays = {name: quoted(physical("a", name)) for name in reading.arrays}
    lens = ", ".join(f"coalesce(len({column}), 0) AS {column}" for column in arrays.values())
    facts = cursor.execute(f"SELECT n_tokens, last_token, tail, {lens} FROM raw ORDER BY rowid").fetchnumpy()
    lengths = {name: np.asarray(facts[physical("a", name)], np.int64) for name in arrays}
    lengths = {name: found for name, found in lengths.items() if found.any()}
    n_tokens = np.asarray(facts["n_tokens"], np.int64)
    widths = np.maximum.reduce([n_tokens, *lengths.values()])
    values: dict[str, Floats] = {}
    null: dict[str, Bools] = {}
    if lengths:
        columns = ", ".join(f"unnest({arrays[name]}) AS {arrays[name]}" for name in lengths)
        lens = ", ".join(f"coalesce(len({arrays[name]}), 0)" for name in lengths)
        # Lists unnested side by side are filled up with NULL to the longest of their row, here with the tokens' too.
        position = f"unnest(range(greatest(n_tokens, {lens}))) AS position"
        flat = cursor.execute(
            f"SELECT {columns}, {position} FROM (SELECT * FROM raw ORDER BY rowid)"
        ).fetchnumpy()
        for name in lengths:
            column = np.ma.asarray(flat[physical("a", name)])  # masked where the database has NULL
            values[name] = np.asarray(column.filled(np.nan), np.float64)
            null[name] = np.ma.getmaskarray(column)
    last = [None if token is np.ma.masked else token for token in facts["last_token"]]
    return Logged(widths, n_tokens, last, np.asarray(facts["tail"], np.int64), lengths, values, null)


def _complaints(
    cursor: duckdb.DuckDBPyConnection,
    reading: Reading,
    data: bytes,
    starts: Ints,
    lengths: Ints,
    lines: Ints,
    misfits: list[Misfit],
) -> list[Problem]:
    """Values that were logged but cannot be used: no number, no array, an array of another length."""
    found = [
        Problem(
            int(lines[misfit.sample]),
            "length_mismatch",
            f"{misfit.what} has {misfit.length} values for {misfit.tokens} response tokens: it is left out, "
            "because nothing says which token each value belongs to.",
        )
        for misfit in misfits
    ]
    facts = cursor.execute(
        f"SELECT {', '.join(quoted(physical('b', name)) for name in reading.numbers)} FROM raw ORDER BY rowid"
    ).fetchnumpy()
    for name in reading.numbers:
        for i in np.flatnonzero(facts[physical("b", name)]).tolist():
            reason = f"{name} is no number; it is shown with its sample and left out of every statistic."
            found.append(Problem(int(lines[i]), "not_a_number", reason))
    for name, keys in reading.arrays.items():
        absent = cursor.execute(
            f"SELECT {quoted(physical('a', name))} IS NULL AS n FROM raw ORDER BY rowid"
        ).fetchnumpy()["n"]
        if not absent.all():
            for i in np.flatnonzero(absent)[:_CHECKED].tolist():
                at = int(lines[i])
                try:
                    row = json.loads(data[starts[at] : starts[at] + lengths[at]].decode("utf-8", "replace"))
                except (ValueError, RecursionError):
                    continue
                if any(row.get(key) is not None for key in keys):
                    found.append(
                        Problem(at, "not_an_array", f"{name} is no list of numbers; it is left out.")
                    )
    return found


def _numbers(
    cursor: duckdb.DuckDBPyConnection,
    tokens: Tokens,
    trims: list[Trim],
    rows: Ints,
    lines: Ints,
    places: tuple[Ints, Ints, Ints],
    problems: list[Problem],
) -> tuple[list[str], list[str]]:
    """Registers the numbers of the rows as the relation `numbers`; returns their metric and hidden names."""
    offsets, lengths, before = places
    metrics, sums = sample_numbers(tokens)
    trimmed = np.zeros(len(rows))
    for trim in trims:
        trimmed[trim.sample] = trim.count
    counts = np.bincount([problem.line for problem in problems], minlength=len(offsets)).astype(float)
    responses = cursor.execute(f"SELECT {text('response')} AS x FROM raw ORDER BY rowid").fetchnumpy()["x"]
    metrics |= {"problems": counts[lines], "repetition": repetition(responses)}
    frame: dict[str, Floats | Ints] = {"r": rows, "trimmed": trimmed, "n": tokens.sizes}
    frame |= {"line_offset": offsets[lines], "line_length": lengths[lines]}
    frame |= {"line": before[lines]}
    frame |= {physical("m", name): array for name, array in metrics.items()}
    frame |= {physical("h", name): array for name, array in sums.items()}
    cursor.register("numbers", frame)
    return list(metrics), list(sums)
