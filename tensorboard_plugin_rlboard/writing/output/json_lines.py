"""Encodes rows as lines of JSON: UTF-8, short values first, token arrays rounded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from tensorboard_plugin_rlboard.writing.arrays import is_array, to_list, to_numpy
from tensorboard_plugin_rlboard.writing.output.rounded_numbers import array_texts, round_number
from tensorboard_plugin_rlboard.writing.snapshot import text_form

TOKEN_FIELDS = frozenset({
    "response_tokens", "logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs", "values", "token_rewards",
    "advantages", "returns", "entropies",
})  # fmt: skip
_FLOAT_LIST_TYPES = ({float}, {float, int})

Row = dict[str, Any]


def encode_rows(rows: Sequence[Row], precision: int | None) -> list[bytes | Exception]:
    r"""Encode rows.

    Args:
        rows: the samples; keys whose value is None are left out.
        precision: of `rounded_numbers`, for one-dimensional arrays and lists of floats; None writes them in full.

    Returns:
        For each row its line with the `\n`, or the error that it raised.
    """
    heads: list[bytes | Exception] = []
    owners: list[tuple[int, bytes]] = []
    arrays: list[Any] = []
    for place, row in enumerate(rows):
        rest: Row = {}
        row_arrays: list[tuple[str, Any]] = []
        try:
            for key in sorted(row, key=TOKEN_FIELDS.__contains__):
                value = row[key]
                if value is None:
                    continue
                numbers = None if precision is None else _float_array(value, precision)
                if numbers is None:
                    rest[key] = value
                elif isinstance(numbers, list):
                    rest[key] = numbers
                else:
                    row_arrays.append((key, numbers))
            heads.append(to_json(rest)[:-1])
        except Exception as error:
            heads.append(error)
            continue
        for key, numbers in row_arrays:
            owners.append((place, to_json(key)))
            arrays.append(numbers)
    found = list(heads)
    pieces: list[list[bytes]] = [[head] if isinstance(head, bytes) else [] for head in heads]
    if arrays and precision is not None:
        for (place, name), text in zip(owners, array_texts(arrays, precision), strict=True):
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


def _float_array(value: Any, precision: int) -> Any:
    """A list of floats as a NumPy array, or rounded as a list where there is no NumPy; None for anything else."""
    if type(value) is list or type(value) is tuple:
        if not value or set(map(type, value)) not in _FLOAT_LIST_TYPES:
            return None
        try:
            import numpy as np
        except ImportError:
            return [round_number(item, precision) if type(item) is float else item for item in value]
        try:
            return np.asarray(value, np.float64)
        except OverflowError:  # a whole number of more than 308 digits
            return None
    if not is_array(value):
        return None
    array = to_numpy(value)
    return array if array.ndim == 1 and array.dtype.kind == "f" and len(array) else None


def to_json(value: Any, indent: int | None = None) -> bytes:
    """Encode any value as JSON in UTF-8; an object without a JSON form as its text."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, default=_json_default)
    try:
        return text.encode()
    except UnicodeEncodeError:  # surrogates: pairs are joined, lone ones replaced
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _json_default(value: Any) -> Any:
    """Replace a value that the json module cannot encode; the replacement may hold such values again."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, Sequence | AbstractSet):
        return list(value)
    try:
        return to_list(value) if is_array(value) else text_form(value)
    except Exception:
        return f"<{type(value).__name__} without a text form>"
