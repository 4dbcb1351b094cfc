"""Parses lines of JSON: with simdjson, which is ten times as fast, and with Python's parser where simdjson refuses a line.

Trainers write NaN, lone surrogates and integers beyond 64 bits, which simdjson refuses. Of a key that stands twice in an
object the last value counts, as Python's parser, a browser's and nearly every other has it.
"""

from __future__ import annotations

import json
import re
from typing import Any

simdjson: Any
try:
    import simdjson
except Exception:  # noqa: BLE001 (no wheel for this Python, or one that is broken: Python's parser reads everything)
    simdjson = None

_HALF_PAIR = re.compile("[\ud800-\udfff]")
SIMDJSON_ERRORS = (ValueError, RuntimeError)
"""What simdjson raises for a line that it refuses; RuntimeError for deep nesting and integers beyond 64 bits."""


def decode_line(line: bytes) -> str:
    """Decode a line; bytes that are no UTF-8 become U+FFFD."""
    return line.decode("utf-8-sig", "replace")


def parse_with_python(text: str) -> Any:
    """Parse a line with Python's parser.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text)


def without_half_pairs(row: Any, text: str) -> Any:
    """The values of a line with U+FFFD for each half of a surrogate pair; the very same object if there is none.

    Args:
        row: what Python's parser made of the line.
        text: the line.

    Raises:
        RecursionError: it is nested too deeply.
    """
    if "\\u" not in text:
        return row
    dumped = json.dumps(row, ensure_ascii=False)
    mended = _HALF_PAIR.sub("\ufffd", dumped)
    return row if mended == dumped else json.loads(mended)


def to_python(value: Any) -> Any:
    """Turn a list or object of simdjson's into Python's; anything else stays as it is."""
    if hasattr(value, "as_list"):
        return value.as_list()
    return value.as_dict() if hasattr(value, "as_dict") else value
