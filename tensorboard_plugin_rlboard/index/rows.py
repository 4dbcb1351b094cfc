"""The rows of a part: texts without their padding, numbers with NULL where there is no value, as Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.formats.base import EVAL_WORDS
from tensorboard_plugin_rlboard.index.columns import hidden, literal, metric, text
from tensorboard_plugin_rlboard.index.raw import Problem, Reading
from tensorboard_plugin_rlboard.metrics import Ints

if TYPE_CHECKING:
    import duckdb

_PAD = r"(?:<[^<>\s]{0,40}pad[^<>\s]{0,20}>|\[pad\])"
_LEADING = (
    rf"(?i)^(?:(?:{_PAD}\s*)+|(?:<\|endoftext\|>){{2,}}|(?:</s>){{2,}}|(?:<\|im_end\|>){{2,}}"
    r"|(?:<\|end_of_text\|>){2,}|(?:<\|eot_id\|>){2,}|(?:<unk>){2,})"
)
_TRAILING = rf"(?i)(?:{_PAD}\s*)+$"
_TRUNCATED = ("length", "max_length", "max_tokens", "truncated")
_STEP = "CASE WHEN isfinite(step) AND step = round(step) AND abs(step) < 9e15 THEN CAST(step AS BIGINT) END"
_SAMPLE = f"({text('response')} IS NOT NULL OR n > 0)"
_JOINED = "raw JOIN numbers ON raw.rowid = numbers.r"


def reject(cursor: duckdb.DuckDBPyConnection, reading: Reading, lines: Ints, sizes: Ints) -> list[Problem]:
    """Names the rows that are no sample, and those whose step is unknown.

    Args:
        cursor: a cursor with the table `raw`.
        reading: how it was read.
        lines: int64 [rows], the line of each row in `rowid` order.
        sizes: int64 [rows], response tokens of each row.
    """
    facts = cursor.execute(
        f"SELECT {text('response')} IS NOT NULL AS answered, {_STEP} IS NULL AS stepless FROM raw ORDER BY rowid"
    ).fetchnumpy()
    sample = np.asarray(facts["answered"], bool) | (sizes > 0)
    none = "The line has neither response nor response_tokens: it is no sample."
    found = [Problem(line, "no_response", none) for line in lines[~sample].tolist()]
    reason = f"The line has no whole number as {reading.known.step[0]}; its sample is shown at step 0."
    stepless = sample & np.asarray(facts["stepless"], bool)
    return found + [Problem(line, "no_step", reason) for line in lines[stepless].tolist()]


def _trimmed(name: str) -> str:
    """A text column without its padding."""
    column = text(name)
    if name == "prompt":
        return f"regexp_replace({column}, {literal(_LEADING)}, '')"
    pads = "repeat(last_token, CAST(trimmed AS BIGINT))"
    by_token = f"trimmed > 0 AND last_token IS NOT NULL AND ends_with({column}, {pads})"
    cut = f"left({column}, length({column}) - length({pads}))"
    # Only the end is searched first: an unanchored scan of every long response would cost more than its parsing.
    by_name = f"regexp_matches(right({column}, 80), {literal(_TRAILING)})"
    whole = f"regexp_replace({column}, {literal(_TRAILING)}, '')"
    return f"CASE WHEN {by_token} THEN {cut} WHEN {by_name} THEN {whole} ELSE {column} END"


def write(
    cursor: duckdb.DuckDBPyConnection, reading: Reading, metrics: list[str], sums: list[str], target: Path
) -> int:
    """Joins `raw` and `numbers` and writes the samples as Parquet; returns how many there are."""
    reward, ref, valid, ref_valid = map(metric, ("reward", "ref_reward", "valid_reward", "ref_valid_reward"))
    texts = [name for name in ("prompt", "response", "ref_response") if name in reading.texts]
    replaced = ", ".join(f"{_trimmed(name)} AS {text(name)}" for name in texts)
    held_out = f"coalesce(validation, false) OR lower(trim(split)) IN {tuple(sorted(EVAL_WORDS))}"
    nothing = "CAST('NaN' AS DOUBLE)"
    reason = f"lower({text('finish_reason')})"
    columns = [
        "line_offset",
        "line_length",
        "line",
        "0 AS row",
        f"coalesce({_STEP}, 0) AS step",
        f"CASE WHEN {held_out} THEN 'eval' ELSE 'train' END AS split",
        f"left(md5({text('prompt')}), 16) AS prompt_key",
        *(text(name) for name in ("group_id", "finish_reason", *reading.texts)),
        *(metric(name) for name in reading.numbers),
        *(f"nullif({metric(name)}, {nothing}) AS {metric(name)}" for name in metrics),
        f"{reward} - {ref} AS {metric('reward_gap')}",
        f"{valid} - {ref_valid} AS {metric('valid_reward_gap')}",
        f"CAST(length({text('response')}) AS DOUBLE) AS {metric('n_chars')}",
        f"CAST(length({text('ref_response')}) AS DOUBLE) AS {metric('ref_n_chars')}",
        f"CAST({reason} IN {_TRUNCATED} AS DOUBLE) AS {metric('truncated')}",
        *(hidden(name) for name in sums),
    ]
    rows = f"SELECT * REPLACE ({replaced}) FROM {_JOINED} WHERE {_SAMPLE}"
    query = f"SELECT {', '.join(columns)} FROM ({rows}) ORDER BY line_offset"
    cursor.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")
    cursor.unregister("numbers")
    return int(cursor.execute(f"SELECT count(*) FROM read_parquet({literal(str(target))})").fetchall()[0][0])


def step_changes(cursor: duckdb.DuckDBPyConnection, part: Path) -> list[tuple[str, int, int]]:
    """Where the step of a split differs from its row before: (split, step, byte offset), in file order."""
    found = cursor.execute(
        "SELECT split, step, line_offset FROM (SELECT split, step, line_offset, "
        "lag(step) OVER (PARTITION BY split ORDER BY line_offset) AS before "
        f"FROM read_parquet({literal(str(part))})) WHERE before IS DISTINCT FROM step ORDER BY line_offset"
    ).fetchall()
    return [(str(split), int(step), int(offset)) for split, step, offset in found]
