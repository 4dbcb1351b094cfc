"""Answers as JSON: dataclasses are written field by field, columns at once, which is nine times as fast for numbers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import msgspec
import numpy as np

from tensorboard_plugin_rlboard.api.number_column import NumberColumn

MIN_LARGE_NUMBERS = 20_000
"""Numbers in columns from which on an answer takes Python some milliseconds to write."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_TYPES = frozenset({str, int, float, bool, type(None)})
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_MAX_EXACT_INTEGER = 2**53
"""From here on a float64 does not tell a whole number from the next: it is written as a float."""
_NUMBER_ENCODER = msgspec.json.Encoder()
"""Nine times as fast as Python's, but it has no names for infinities."""


def encode(answer: Any) -> bytes:
    """An answer as UTF-8 JSON; half surrogate pairs become U+FFFD."""
    text = _json_text(answer, {})
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode("utf-8")


def is_large(answer: Any) -> bool:
    """Whether an answer holds so many numbers in columns that its JSON is worth keeping."""
    return sum(len(column) for column in number_columns(answer)) >= MIN_LARGE_NUMBERS


def number_columns(answer: Any) -> Iterator[NumberColumn]:
    """The columns of numbers in an answer that are NumPy arrays."""
    if isinstance(answer, NumberColumn):
        yield answer
    elif (names := _field_names(type(answer))) is not None:
        for name in names:
            yield from number_columns(getattr(answer, name))
    elif isinstance(answer, (dict, Mapping)):
        for item in answer.values():
            yield from number_columns(item)


_names_of: dict[type, tuple[str, ...] | None] = {}


def _field_names(kind: type) -> tuple[str, ...] | None:
    """The names of a dataclass's fields; None of another type. Asked for every value, so it is remembered."""
    if kind not in _names_of:
        _names_of[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
    return _names_of[kind]


def json_values(value: Any) -> Any:
    """A dataclass as JSON values; a float that is not finite becomes the string that names it."""
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, (str, int)):
        return value
    if (names := _field_names(type(value))) is not None:
        return {name: json_values(getattr(value, name)) for name in names}
    if isinstance(value, (dict, Mapping)):  # abstract classes take long to ask
        return {str(key): json_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, Sequence)):
        return [json_values(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def _number_list(column: NumberColumn) -> str:
    """A column without infinities as a JSON list; NaN is null."""
    if not column.integer:
        numbers = column.array.tolist()
    elif (np.abs(column.array) < _MAX_EXACT_INTEGER).all():  # false for NaN
        numbers = column.array.astype(np.int64).tolist()
    else:
        numbers = list(column)
    return _NUMBER_ENCODER.encode(numbers).decode()


def _json_text(value: Any, lists: dict[int, str]) -> str:
    """JSON text. A whole column is written at once; only one that holds NaN or no plain value is walked through.

    Args:
        value: what is written.
        lists: the texts of lists that were written before, by identity: tokens that need no decoding stand twice in
            an answer, and the metrics of a trainer once for each of its runs. The lists are added to it.
    """
    if id(value) in lists:
        return lists[id(value)]
    if isinstance(value, NumberColumn) and not np.isinf(value.array).any():
        return _number_list(value)
    if (names := _field_names(type(value))) is not None:
        return _object(((name, getattr(value, name)) for name in names), lists)
    if isinstance(value, (dict, Mapping)) and not all(type(item) in _PLAIN_TYPES for item in value.values()):
        return _object(((str(key), item) for key, item in value.items()), lists)
    if isinstance(value, list) and value and _field_names(type(value[0])) is not None:
        text = f"[{','.join(_json_text(item, lists) for item in value)}]"
    else:
        try:
            text = _ENCODER.encode(value)
        except (ValueError, TypeError):
            text = _ENCODER.encode(json_values(value))
    if isinstance(value, list):
        lists[id(value)] = text
    return text


def _object(items: Iterable[tuple[str, Any]], lists: dict[int, str]) -> str:
    return "{" + ",".join(f"{_ENCODER.encode(name)}:{_json_text(item, lists)}" for name, item in items) + "}"
