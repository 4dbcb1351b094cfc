"""Lines that hold columns instead of a sample, and values of rows that are looked at before they are believed."""

from __future__ import annotations

import math
from collections.abc import Mapping

_MOST_ID = 2**31


def columns(row: Mapping[str, object], of: str) -> tuple[list[dict[str, object]], list[str]]:
    """The samples of a line whose values are lists with one entry a sample.

    An empty list stands for a column that was not logged; a value that is no list belongs to every sample; a column of
    another length is left out, because nothing says which sample each entry belongs to.

    Args:
        row: the line.
        of: the column that says how many samples there are.

    Returns:
        One row a sample, entries that are null left out, and a sentence for each column that is left out.
    """
    leading = row.get(of)
    count = len(leading) if isinstance(leading, list) else 0
    samples: list[dict[str, object]] = [{} for _ in range(count)]
    problems: list[str] = []
    for key, value in row.items():
        column = value if isinstance(value, list) else [value] * count
        if not column:
            continue
        if len(column) != count:
            problems.append(
                f"The column {key} has length {len(column)}, {of} has {count}: it is left out, "
                "because nothing says which sample each of its entries belongs to."
            )
            continue
        for sample, entry in zip(samples, column, strict=True):
            if entry is not None:
                sample[key] = entry
    return samples, problems


def are_lists(row: Mapping[str, object], *keys: str) -> bool:
    """Whether each of the keys is there and holds a list."""
    return all(isinstance(row.get(key), list) for key in keys)


def number(value: object) -> float | None:
    """A number as it is, NaN and Infinity included; None for anything else, truth values and texts among it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf if value > 0 else -math.inf


def whole(value: object) -> int | None:
    """A whole number; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def token_ids(value: object) -> list[int] | None:
    """A list of token ids; None where the value is none."""
    if not isinstance(value, list):
        return None
    if set(map(type, value)) <= {int} and (not value or (min(value) >= 0 and max(value) < _MOST_ID)):
        return value
    return None


def spelt(ids: list[int]) -> str:
    """Token ids as a text that is the same for the same ids, for what has to be recognised again without a tokenizer."""
    return " ".join(f"#{i}" for i in ids)
