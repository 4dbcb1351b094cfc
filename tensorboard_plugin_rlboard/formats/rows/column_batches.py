"""Splits lines that hold a batch in columns, and checks the types of values in rows."""

from __future__ import annotations

import math
from collections.abc import Mapping

_TOKEN_ID_LIMIT = 2**31


def split_columns(row: Mapping[str, object], leading_key: str) -> tuple[list[dict[str, object]], list[str]]:
    """Split a line whose values are lists with one entry a sample.

    An empty list stands for a column that was not logged; a value that is no list belongs to every sample; a column of
    another length is left out, because nothing says which sample each entry belongs to.

    Args:
        row: the line.
        leading_key: the column that says how many samples there are.

    Returns:
        One row a sample, entries that are null left out, and a sentence for each column that is left out.
    """
    leading = row.get(leading_key)
    count = len(leading) if isinstance(leading, list) else 0
    samples: list[dict[str, object]] = [{} for _ in range(count)]
    problems: list[str] = []
    for key, value in row.items():
        column = value if isinstance(value, list) else [value] * count
        if not column:
            continue
        if len(column) != count:
            problems.append(
                f"The column {key} has length {len(column):,}, {leading_key} has {count:,}: it is left out, "
                "because nothing says which sample each of its entries belongs to."
            )
            continue
        for sample, entry in zip(samples, column, strict=True):
            if entry is not None:
                sample[key] = entry
    return samples, problems


def has_lists(row: Mapping[str, object], *keys: str) -> bool:
    """Whether each of some keys holds a list."""
    return all(isinstance(row.get(key), list) for key in keys)


def as_float(value: object) -> float | None:
    """A number as a float, NaN and Infinity included; None for anything else, truth values and texts among it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf if value > 0 else -math.inf


def as_int(value: object) -> int | None:
    """A value that is an integer and no truth value; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_token_ids(value: object) -> list[int] | None:
    """A value that is a list of token ids (0 to 2^31 - 1); None for anything else."""
    if not isinstance(value, list):
        return None
    if set(map(type, value)) <= {int} and (not value or (min(value) >= 0 and max(value) < _TOKEN_ID_LIMIT)):
        return value
    return None


def ids_as_text(ids: list[int]) -> str:
    """Token ids as text, `#1 #2`: without a tokenizer, equal prompts still have equal texts."""
    return " ".join(f"#{i}" for i in ids)
