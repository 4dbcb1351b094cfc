"""Parses lines of JSON: with simdjson, ten times as fast, and with Python's parser, which reads what trainers write.

Trainers write NaN, lone surrogates and integers beyond 64 bits, which simdjson refuses. Of a key that stands twice in an
object the last value counts, as Python's parser, a browser's and nearly every other has it.
"""

from __future__ import annotations

import json
from typing import Any

simdjson: Any
try:
    import simdjson
except Exception:  # noqa: BLE001 (no wheel for this Python, or one that is broken: Python's parser reads everything)
    simdjson = None

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


def to_python(value: Any) -> Any:
    """Turn a list or object of simdjson's into Python's; anything else stays as it is."""
    if hasattr(value, "as_list"):
        return value.as_list()
    return value.as_dict() if hasattr(value, "as_dict") else value
