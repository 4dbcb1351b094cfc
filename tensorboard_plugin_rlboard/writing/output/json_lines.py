"""Rows as lines of JSON: UTF-8, short arrays first, token arrays rounded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from tensorboard_plugin_rlboard.writing.arrays import as_array, as_list, is_array
from tensorboard_plugin_rlboard.writing.output.rounded_numbers import rounded, texts
from tensorboard_plugin_rlboard.writing.snapshot import text_form

TOKEN_FIELDS = frozenset({
    "response_tokens", "logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs", "values", "token_rewards",
    "advantages", "returns", "entropies",
})  # fmt: skip
_NUMBERS = ({float}, {float, int})

Row = dict[str, Any]


def encode(rows: Sequence[Row], precision: int | None) -> list[bytes | Exception]:
    """Each row as a line with its newline, or the reason why it has none.

    Args:
        rows: the samples; keys whose value is None are left out.
        precision: of `numbers.py`, for one-dimensional arrays and lists of floats; None writes them in full.
    """
    heads: list[bytes | Exception] = []
    owners: list[tuple[int, bytes]] = []
    arrays: list[Any] = []
    for place, row in enumerate(rows):
        rest: Row = {}
        mine: list[tuple[str, Any]] = []
        try:
            for key in sorted(row, key=TOKEN_FIELDS.__contains__):
                value = row[key]
                if value is None:
                    continue
                numbers = None if precision is None else _floats(value, precision)
                if numbers is None:
                    rest[key] = value
                elif isinstance(numbers, list):
                    rest[key] = numbers
                else:
                    mine.append((key, numbers))
            heads.append(as_json(rest)[:-1])
        except Exception as error:
            heads.append(error)
            continue
        for key, numbers in mine:
            owners.append((place, as_json(key)))
            arrays.append(numbers)
    found = list(heads)
    pieces: list[list[bytes]] = [[head] if isinstance(head, bytes) else [] for head in heads]
    if arrays and precision is not None:
        for (place, name), text in zip(owners, texts(arrays, precision), strict=True):
            pieces[place] += [
                b"," if len(pieces[place]) > 1 or len(pieces[place][0]) > 1 else b"",
                name,
                b":[",
                text,
                b"]",
            ]
    for at, parts in enumerate(pieces):
        if parts:
            found[at] = b"".join([*parts, b"}\n"])
    return found


def _floats(value: Any, precision: int) -> Any:
    """A list of floats as a NumPy array, or rounded where there is no NumPy; None for anything else."""
    if type(value) is list or type(value) is tuple:
        if not value or set(map(type, value)) not in _NUMBERS:
            return None
        try:
            import numpy as np  # noqa: PLC0415 - the writer also serves trainings without NumPy
        except ImportError:
            return [rounded(item, precision) if type(item) is float else item for item in value]
        try:
            return np.asarray(value, np.float64)
        except OverflowError:  # a whole number of more than 308 digits
            return None
    if not is_array(value):
        return None
    array = as_array(value)
    return array if array.ndim == 1 and array.dtype.kind == "f" and len(array) else None


def as_json(value: Any, indent: int | None = None) -> bytes:
    """Any value as JSON in UTF-8; what has no JSON form as its text."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, default=_plain)
    try:
        return text.encode()
    except UnicodeEncodeError:  # surrogates: pairs are joined, lone ones replaced
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _plain(value: Any) -> Any:
    """Stand-in for a value the json module does not know; what is inside may again be such values."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, Sequence | AbstractSet):
        return list(value)
    try:
        return as_list(value) if is_array(value) else text_form(value)
    except Exception:
        return f"<{type(value).__name__} without a text form>"
