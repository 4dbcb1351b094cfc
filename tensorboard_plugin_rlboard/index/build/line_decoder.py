"""Lines turned into rows: simdjson where it can, Python's parser where it cannot, one sentence where nobody can.

simdjson is ten times as fast and knows the JSON standard only. Trainers write Python's dialect of it: NaN and Infinity,
half surrogate pairs, whole numbers beyond 64 bits. Lines with NaN are given to simdjson with a number in its place that
occurs nowhere else; whatever it still refuses is read by Python's parser, or named as a problem.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tensorboard_plugin_rlboard.formats.rows import json_parsers
from tensorboard_plugin_rlboard.metrics.segments import Floats

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_STAND_INS = {
    "-Infinity": ("7.318193370484e-291", -np.inf),  # first: it contains the next one
    "Infinity": ("7.318193370483e-291", np.inf),
    "NaN": ("7.318193370482e-291", np.nan),
}


@dataclass(frozen=True)
class Problem:
    """A line, or a value of it, that could not be used.

    Attributes:
        line: 0-based index among the range's lines.
        kind: stable name of what is wrong.
        reason: one sentence with the remedy where there is one.
    """

    line: int
    kind: str
    reason: str


class Row(Protocol):
    """A JSON object: simdjson's, whose arrays are not turned into lists yet, or a dictionary."""

    def keys(self) -> Iterable[str]:
        """Its keys; one that stands twice may come twice."""

    def __getitem__(self, key: str, /) -> Any:
        """The first value of a key."""


class LineDecoder:
    """Reads lines, one after the other; a row must be done with before the next line is read.

    Attributes:
        replaced: whether the present row has numbers that stand for NaN and Infinity (see `restored`).
    """

    def __init__(self) -> None:
        self._parser: Any = json_parsers.simdjson.Parser() if json_parsers.simdjson is not None else None
        self.replaced = False

    def row(self, line: bytes, index: int) -> tuple[Row | None, Problem | None]:
        """The row of a line, None where it has none; what was wrong with it, if anything was."""
        self.replaced = False
        if self._parser is not None:
            found = self._parse(line)
            if found is None and (b"NaN" in line or b"Infinity" in line):
                found = self._parse_replaced(line)
            if isinstance(found, json_parsers.simdjson.Object) and len(found):
                return found, None
        return recovered(line.removesuffix(b"\n"), index)

    def _parse(self, line: bytes) -> Any:
        try:
            return self._parser.parse(line)
        except json_parsers.REFUSED:
            return None

    def _parse_replaced(self, line: bytes) -> Any:
        if any(number.encode() in line for number, _ in _STAND_INS.values()):
            return None
        for word, (number, _) in _STAND_INS.items():  # inside texts, too, where `restored` takes it back
            line = line.replace(word.encode(), number.encode())
        found = self._parse(line)
        self.replaced = found is not None
        return found


def restored(value: Any) -> Any:
    """A number or text of a row that was read with replaced numbers, as it was logged."""
    if isinstance(value, str):
        for word, (number, _) in _STAND_INS.items():
            value = value.replace(number, word)
    elif isinstance(value, float):
        return float(restored_array(np.array([value]))[0])
    return value


def restored_array(values: Floats) -> Floats:
    """The same for an array, in place."""
    for number, meant in _STAND_INS.values():
        values[np.abs(values) == float(number)] = meant
    return values


def recovered(line: bytes, index: int) -> tuple[dict[str, Any] | None, Problem | None]:
    """A line as Python's parser reads it, the first value of a key that stands twice, and what was wrong with it."""
    text = json_parsers.text_of(line)
    try:
        row = json_parsers.by_python(text)
    except (ValueError, RecursionError) as error:
        return None, Problem(index, "bad_json", _reason(line, error))
    if not isinstance(row, dict):
        return None, Problem(
            index, "not_an_object", f"The line is a JSON {type(row).__name__}, not an object."
        )
    if not row:
        return None, Problem(index, "empty_object", "The line is an empty object: it has no sample.")
    problem = None
    if "\ufffd" in text and b"\xef\xbf\xbd" not in line:
        problem = Problem(
            index, "bad_utf8", "The line has bytes that are no UTF-8; they are shown as U+FFFD."
        )
    if "\\u" in text:
        dumped = json.dumps(row, ensure_ascii=False)
        if _LONE_SURROGATE.search(dumped):
            row = json_parsers.by_python(_LONE_SURROGATE.sub("\ufffd", dumped))
            problem = Problem(
                index, "lone_surrogate", "The line has half a surrogate pair; it is shown as U+FFFD."
            )
    return row, problem


def _reason(line: bytes, error: Exception) -> str:
    if line.count(0) > len(line) // 2:
        return "The line is filled with NUL bytes, as after a crash or a full disk; the training has to log it again."
    if isinstance(error, json.JSONDecodeError):
        return f"The line is no JSON ({error.msg} at character {error.colno}); it is left out."
    return "The line is nested too deeply to be a sample; it is left out."
