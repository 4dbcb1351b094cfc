"""Answers as JSON: dataclasses written field by field, columns at once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(value: Any) -> Any:
    """A dataclass as JSON values; a float that is not finite becomes the string that names it."""
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, (str, int)):
        return value
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def encode(answer: Any) -> bytes:
    """An answer as UTF-8 JSON; half surrogate pairs become U+FFFD."""
    text = _written(answer, {})
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode("utf-8")


def _written(value: Any, lists: dict[int, str]) -> str:
    """JSON text. A whole column is written at once; only one that holds NaN or no plain value is walked through.

    `lists` holds what was written before, by identity: tokens that need no decoding stand twice in an answer.
    """
    if is_dataclass(value):
        return _object(((f.name, getattr(value, f.name)) for f in fields(value)), lists)
    if isinstance(value, Mapping) and not all(type(item) in _PLAIN for item in value.values()):
        return _object(((str(key), item) for key, item in value.items()), lists)
    if isinstance(value, list) and id(value) in lists:
        return lists[id(value)]
    try:
        text = _ENCODER.encode(value)
    except (ValueError, TypeError):
        text = _ENCODER.encode(plain(value))
    if isinstance(value, list):
        lists[id(value)] = text
    return text


def _object(items: Iterable[tuple[str, Any]], lists: dict[int, str]) -> str:
    return "{" + ",".join(f"{_ENCODER.encode(name)}:{_written(item, lists)}" for name, item in items) + "}"


_PLAIN = frozenset({str, int, float, bool, type(None)})
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
