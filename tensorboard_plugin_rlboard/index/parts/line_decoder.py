"""Decodes lines into rows: simdjson where it can, Python's parser where it cannot, a problem where neither can.

simdjson is ten times as fast and knows the JSON standard only. Trainers write Python's dialect of it: NaN and Infinity,
half surrogate pairs, whole numbers beyond 64 bits. In a line with NaN, simdjson is given numbers that occur nowhere else
in its place, and the objects and arrays of such a line give back what was logged, so nobody else knows of it. Whatever
simdjson still refuses is read by Python's parser, or becomes a problem.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format, LineContext
from tensorboard_plugin_rlboard.formats.rows import json_parsers
from tensorboard_plugin_rlboard.metrics.segments import Floats

_REPEATED = "The line repeats the one before it: the trainer has logged its batch twice. Its samples are counted once."
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_STAND_INS = {
    "-Infinity": ("7.318193370484e-291", -np.inf),  # first: it contains the next one
    "Infinity": ("7.318193370483e-291", np.inf),
    "NaN": ("7.318193370482e-291", np.nan),
}
"""What simdjson does not know -> the number that stands for it, what it means."""
_VALUES = {float(number): value for number, value in _STAND_INS.values()}
_BYTES = tuple((word.encode(), number.encode()) for word, (number, _) in _STAND_INS.items())


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
    """Decodes lines one after the other; a row must be done with before the next line is decoded."""

    def __init__(self) -> None:
        self._parser: Any = json_parsers.simdjson.Parser() if json_parsers.simdjson is not None else None

    def row(self, line: bytes, index: int) -> tuple[Row | None, Problem | None]:
        """The row of a line, None where it has none; what was wrong with it, if anything was."""
        if self._parser is not None:
            found = self._parse(line)
            replaced = _with_stand_ins(line) if found is None else None
            if replaced is not None:
                found = self._parse(replaced)
            if isinstance(found, json_parsers.simdjson.Object) and len(found):
                return (found if replaced is None else RestoredObject(found)), None
        return decoded_by_python(line.removesuffix(b"\n"), index)

    def _parse(self, line: bytes) -> Any:
        try:
            return self._parser.parse(line)
        except json_parsers.SIMDJSON_ERRORS:
            return None


class SampleDecoder:
    """Decodes lines into the rows of their samples.

    Attributes:
        problems: what could not be used of the lines so far.
    """

    def __init__(self, file_format: Format, context: LineContext) -> None:
        self._decoder = LineDecoder()
        self._to_samples = file_format.to_samples
        self._context = context
        self._drops_repeats = file_format.drops_repeated_lines
        self._line_before = b""
        self.problems: list[Problem] = []

    def samples(self, line: bytes, index: int) -> Sequence[Row]:
        """One row for each sample of a line, the one with that index within the range; none where it has none.

        Of most formats a line has one, which is the row itself. They must be done with before the next line is decoded.
        """
        if self._drops_repeats:
            is_repeat, self._line_before = line.rstrip() == self._line_before, line.rstrip()
            if is_repeat:
                self.problems.append(Problem(index, "repeated_line", _REPEATED))
                return ()
        row, problem = self._decoder.row(line, index)
        if problem:
            self.problems.append(problem)
        if row is None:
            return ()
        if self._to_samples is None:
            return (row,)
        try:
            found = self._to_samples(row if isinstance(row, dict) else row.as_dict(), self._context)  # type: ignore[attr-defined]
        except ValueError as error:
            self.problems.append(Problem(index, "not_of_format", str(error)))
            return ()
        self.problems += [Problem(index, "not_of_format", reason) for reason in found.problems]
        return found.rows


def decoded_by_python(line: bytes, index: int) -> tuple[dict[str, Any] | None, Problem | None]:
    """A line as Python's parser reads it, the first value of a key that stands twice, and what was wrong with it."""
    text = json_parsers.decode_line(line)
    try:
        row = json_parsers.parse_with_python(text)
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
            row = json_parsers.parse_with_python(_LONE_SURROGATE.sub("\ufffd", dumped))
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


def _with_stand_ins(line: bytes) -> bytes | None:
    """A line with the stand-ins, inside texts as well; None where it needs none, or holds one already."""
    if b"NaN" not in line and b"Infinity" not in line:
        return None
    if any(number in line for _, number in _BYTES):
        return None
    for word, number in _BYTES:
        line = line.replace(word, number)
    return line


class RestoredObject:
    """A JSON object of simdjson's with what was logged in the place of stand-ins."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed
        self._keys: dict[str, str] = {}
        for key in parsed.keys():  # noqa: SIM118 (it has no iterator)
            self._keys.setdefault(_restored_text(key), key)

    def keys(self) -> KeysView[str]:
        """Its keys, as logged."""
        return self._keys.keys()

    def __getitem__(self, key: str) -> Any:
        """The first value of a key."""
        return _restored(self._parsed[self._keys[key]])

    def as_dict(self) -> dict[str, Any]:
        """The object as Python's, and all that is in it."""
        return {key: _plain(self[key]) for key in self._keys}


class RestoredArray:
    """A JSON array of simdjson's with what was logged in the place of stand-ins."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed

    def __len__(self) -> int:
        return len(self._parsed)

    def __getitem__(self, index: int) -> Any:
        return _restored(self._parsed[index])

    def __iter__(self) -> Iterator[Any]:
        return map(_restored, self._parsed)

    def as_buffer(self, *, of_type: str) -> Floats:
        """Its numbers, those of lists in it as well; as simdjson, raises ValueError or TypeError for anything else."""
        values = np.array(np.frombuffer(self._parsed.as_buffer(of_type=of_type)))
        for stand_in, value in _VALUES.items():
            values[np.abs(values) == stand_in] = value
        return values

    def as_list(self) -> list[Any]:
        """The array as Python's, and all that is in it."""
        return [_plain(value) for value in self]


def _restored(value: Any) -> Any:
    if isinstance(value, str):
        return _restored_text(value)
    if isinstance(value, float):
        return _VALUES.get(abs(value), value)
    if hasattr(value, "as_dict"):
        return RestoredObject(value)
    return RestoredArray(value) if hasattr(value, "as_list") else value


def _restored_text(text: str) -> str:
    for word, (number, _) in _STAND_INS.items():
        text = text.replace(number, word)
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, RestoredObject):
        return value.as_dict()
    return value.as_list() if isinstance(value, RestoredArray) else value
