"""Decodes lines into rows: simdjson where it can, Python's parser where it cannot, a problem where neither can.

simdjson is ten times as fast and knows the JSON standard only. Trainers write Python's dialect of it: NaN and Infinity,
half surrogate pairs, whole numbers beyond 64 bits. In a line with NaN, simdjson is given numbers that occur nowhere else
in its place, and the objects and arrays of such a line give back what was logged, so nobody else knows of it. Whatever
simdjson still refuses is read by Python's parser, or becomes a problem.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format, LineContext
from tensorboard_plugin_rlboard.formats.rows import json_parsers
from tensorboard_plugin_rlboard.formats.rows.stand_ins import RestoredObject, with_stand_ins
from tensorboard_plugin_rlboard.formats.splits import is_split_name
from tensorboard_plugin_rlboard.metrics.segments import Ints
from tensorboard_plugin_rlboard.sources.text.repeated_keys import (
    count_keys,
    has_more_keys,
    repeated_keys,
    repeated_keys_sentence,
)

_REPEATED = "The line repeats the one before it: the trainer has logged its batch twice. Its samples are counted once."
_STEPS = ("step", "global_step", "training_step")
_MAX_KEYS_SHOWN, _MAX_KEY_SHOWN = 5, 80


@dataclass(frozen=True)
class Problem:
    """A line, or a value of it, that could not be used.

    Attributes:
        line: 0-based index among the range's lines.
        kind: stable name of what is wrong.
        reason: one sentence with the remedy where there is one.
        unlisted: how many more of its kind it stands for, which follow it and are not listed one by one.
    """

    line: int
    kind: str
    reason: str
    unlisted: int = 0


class Row(Protocol):
    """A JSON object: simdjson's, whose arrays are not turned into lists yet, or a dictionary."""

    def keys(self) -> Iterable[str]:
        """Its keys; one that stands twice comes twice in an object of simdjson's."""

    def __getitem__(self, key: str, /) -> Any:
        """The value of a key; the first one in an object of simdjson's where it stands twice."""


class LineDecoder:
    """Decodes lines one after the other; a row must be done with before the next line is decoded."""

    def __init__(self) -> None:
        self._parser: Any = json_parsers.simdjson.Parser() if json_parsers.simdjson is not None else None

    def row(self, line: bytes, index: int) -> tuple[Row | None, Problem | None]:
        """The row of a line, None where it has none; what was wrong with it, if anything was."""
        if self._parser is not None:
            found = self._parse(line)
            replaced = with_stand_ins(line) if found is None else None
            if replaced is not None:
                found = self._parse(replaced)
            if isinstance(found, json_parsers.simdjson.Object) and len(found):
                if replaced is None:
                    return found, None
                restored = RestoredObject(found)
                if not restored.has_repeats:
                    return restored, None
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
        places: of each line of `decode` that is not blank: byte offset in the file, bytes without its newline, newline
            characters before it.
        newlines: newline characters of the lines of `decode` so far.

    Args:
        file_format: the format of the lines.
        context: what their samples depend on beside them.
        offset: where the lines of `decode` begin in their file, bytes.
    """

    def __init__(self, file_format: Format, context: LineContext, offset: int = 0) -> None:
        self._decoder = LineDecoder()
        self._to_samples = file_format.to_samples
        self._context = context
        self._drops_repeats = file_format.drops_repeated_lines
        place = {"step": file_format.step_keys, "split": file_format.split_keys}
        self._place_keys = place if file_format.mapping is None else {}
        self._line_before = b""
        self._offset = offset
        self.problems: list[Problem] = []
        self.places: list[tuple[int, int, int]] = []
        self.newlines = 0

    def decode(self, line: bytes) -> tuple[int, Sequence[Row], int]:
        """Index, rows and bytes of the line that follows the last one; no row and no byte of a blank one.

        Args:
            line: the line with its newline; the last one of a range may lack it. The rows must be let go of before the
                next line is decoded: simdjson parses none while any value of the last one is held.
        """
        ends, index = line.endswith(b"\n"), len(self.places)
        place = self._offset, len(line) - ends, self.newlines
        self.newlines += ends
        self._offset += len(line)
        if line.isspace():
            return index, (), 0
        self.places.append(place)
        return index, self.samples(line, index), len(line)

    def line_places(self) -> Ints:
        """The `places` of the lines so far, int64 [lines, 3]."""
        return np.asarray(self.places, np.int64).reshape(-1, 3)

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
        plain = row if isinstance(row, dict) else row.as_dict()  # type: ignore[attr-defined]  # an object of simdjson
        if problem is None or problem.kind != "key_twice":
            self._note_repeats(plain, line, index)
        try:
            found = self._to_samples(plain, self._context)
        except ValueError as error:
            self.problems.append(Problem(index, "not_of_format", str(error)))
            return ()
        self.problems += [Problem(index, "not_of_format", reason) for reason in found.problems]
        if not found.rows and not found.problems:
            self.problems.append(_no_sample_problem(index, plain))
        return _with_own_place(found.rows, plain, self._place_keys) if self._place_keys else found.rows

    def _note_repeats(self, row: Mapping[str, Any], line: bytes, index: int) -> None:
        """Note keys that stand twice in one of the objects of a row."""
        if has_more_keys(line, count_keys(row)):
            repeated = repeated_keys(json_parsers.decode_line(line), anywhere=True)
            self.problems += [repeats_problem(index, repeated)] if repeated else []


def _with_own_place(
    samples: Sequence[Mapping[str, Any]], row: Mapping[str, Any], keys: Mapping[str, Sequence[str]]
) -> Sequence[Mapping[str, Any]]:
    """The samples of a trainer's line with the step and the split that somebody has written beside what the trainer writes.

    Args:
        samples: the samples.
        row: the line.
        keys: `step` and `split` -> where the format has them of a sample.
    """
    step = next((row[key] for key in _STEPS if type(row.get(key)) is int), None)
    split = row.get("split")
    row_values = {"step": step, "split": split if isinstance(split, str) and is_split_name(split) else None}
    for name, value in row_values.items():
        if value is not None:
            samples = [
                {**sample, keys[name][0]: value}
                if all(sample.get(key) is None for key in keys[name])
                else sample
                for sample in samples
            ]
    return samples


def _no_sample_problem(index: int, row: Mapping[str, Any]) -> Problem:
    """What is said of a line that its format makes no sample of, and has nothing to say about."""
    empty = [key[:_MAX_KEY_SHOWN] for key, value in row.items() if value == []]
    shown = ", ".join(empty[:_MAX_KEYS_SHOWN]) + (", …" if len(empty) > _MAX_KEYS_SHOWN else "")
    sentence = (
        f"The line holds no sample: {shown} {'is an empty list' if len(empty) == 1 else 'are empty lists'}."
    )
    return Problem(index, "no_sample", sentence if empty else "The line holds no sample.")


def repeats_problem(index: int, keys: Sequence[str]) -> Problem:
    """What is said of keys that stand twice in the line with that index."""
    return Problem(index, "key_twice", repeated_keys_sentence(keys, "the line"))


def decoded_by_python(line: bytes, index: int) -> tuple[dict[str, Any] | None, Problem | None]:
    """A line as Python's parser reads it, and what was wrong with it."""
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
    repeated = repeated_keys(text)
    problem = repeats_problem(index, repeated) if repeated else None
    # A real U+FFFD may stand in the line as well.
    if text.count("\ufffd") > line.count(b"\xef\xbf\xbd"):
        problem = Problem(
            index, "bad_utf8", "The line has bytes that are no UTF-8; they are shown as U+FFFD."
        )
    mended: dict[str, Any] = json_parsers.without_half_pairs(row, text)
    if mended is not row:
        problem = Problem(
            index, "lone_surrogate", "The line has half a surrogate pair; it is shown as U+FFFD."
        )
    return mended, problem


def _reason(line: bytes, error: Exception) -> str:
    if line.count(0) > len(line) // 2:
        return "The line is filled with NUL bytes, as after a crash or a full disk; the training has to log it again."
    if isinstance(error, json.JSONDecodeError):
        # "Unterminated string starting at" needs no second one.
        why = error.msg.removesuffix(" at")
        return f"The line is no JSON ({why} at character {error.colno}); it is left out."
    return "The line is nested too deeply to be a sample; it is left out."
