"""The two parsers of a line: simdjson, ten times as fast, and Python's, which reads the dialect that trainers write.

The index reads whole ranges with them and an opened sample its one line; of a key that stands twice both take the
first value.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats

simdjson: Any
try:
    import simdjson
except ImportError:  # no wheel for this Python or machine: Python's parser reads everything
    simdjson = None

REFUSED = (ValueError, RuntimeError)
"""What simdjson raises for a line that it does not read; the second for deep nesting and numbers beyond 64 bits."""


def text_of(line: bytes) -> str:
    """A line as text; bytes that are no UTF-8 become U+FFFD."""
    return line.decode("utf-8-sig", "replace")


def by_python(text: str) -> Any:
    """A line as Python's parser reads it.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_first_wins)


def plain(value: Any) -> Any:
    """A list or object of simdjson's as Python's; anything else as it is."""
    if hasattr(value, "as_list"):
        return value.as_list()
    return value.as_dict() if hasattr(value, "as_dict") else value


def flat_numbers(value: Any) -> Floats | None:
    """The numbers of a list of simdjson's, without a Python object for each; None where something else is in it.

    A number in a list of its own counts as that number.
    """
    try:
        flat = np.frombuffer(value.as_buffer(of_type="d"))
    except (TypeError, ValueError):
        return None
    return flat if len(flat) == len(value) else None


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else dict(reversed(pairs))
