"""Writes a row as one line of JSON, as Python's own ``json`` does: bare NaN and Infinity, integers without a point."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_HEX_BYTES = 1024
_MAX_DEPTH = 200


def row_to_line(row: object) -> bytes:
    r"""Write a row.

    Args:
        row: An object of plain values. Times, decimals and identifiers become texts; so do bytes, where they are UTF-8
            or few, else their number.

    Returns:
        The line with its ``\n``, in UTF-8.

    Raises:
        ValueError: If it is nested too deeply or holds itself.
    """
    try:
        text = json.dumps(row, ensure_ascii=False, default=_text)
    except TypeError:  # a key that is no text
        text = json.dumps(_with_text_keys(row, 0), ensure_ascii=False, default=_text)
    except RecursionError:
        msg = "it is nested too deeply"
        raise ValueError(msg) from None
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair, which only an escape can write
        return json.dumps(json.loads(text)).encode() + b"\n"


def _text(value: object) -> object:
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.hex() if len(data) <= _MAX_HEX_BYTES else f"[{len(data)} bytes]"
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value.total_seconds()) if isinstance(value, timedelta) else str(value)


def _with_text_keys(value: object, depth: int) -> object:
    if depth > _MAX_DEPTH:
        msg = "it is nested too deeply"
        raise ValueError(msg)
    if isinstance(value, dict):
        pairs: Mapping[object, object] = value
        return {str(key): _with_text_keys(item, depth + 1) for key, item in pairs.items()}
    if isinstance(value, (list, tuple)):
        return [_with_text_keys(item, depth + 1) for item in value]
    return value
