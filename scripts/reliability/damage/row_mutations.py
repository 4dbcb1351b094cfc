"""Damage to rows of tables: other values of the same type, as a table whose columns have types can hold them. Seeded."""

from __future__ import annotations

import json
import math
import random
from typing import Any

_TEXTS = (
    "",
    " ",
    "NaN",
    "null",
    "[1",
    "\x00",
    "\u202etxet",
    "a\r\nb",
    "\ufffd",
    "😀" * 50,
    '","',
    "x" * 3000,
)
_NUMBERS = (math.nan, math.inf, -math.inf, 0.0, -0.0, -1.0, 1e308, 5e-324, 2.0**53)
_WHOLES = (0, -1, 2**31, 2**53 - 1)


def change_cells(rng: random.Random, line: bytes) -> bytes:
    """Puts other values of their types into up to three cells of a row, or none."""
    row = json.loads(line)
    for name in rng.sample(list(row), min(len(row), rng.randint(1, 3))):
        row[name] = None if rng.random() < 0.25 else _other(rng, row[name])
    return json.dumps(row).encode()


def _other(rng: random.Random, value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return rng.choice(_WHOLES)
    if isinstance(value, float):
        return rng.choice(_NUMBERS)
    if isinstance(value, str):
        return rng.choice([*_TEXTS, value[: len(value) // 2], value * 2])
    if isinstance(value, list):
        return rng.choice([[], value * 2, value[: len(value) // 2], [*value, None]])
    return value
