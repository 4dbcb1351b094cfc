"""Reads one sample whole: its texts, numbers and token arrays, aligned by the same code as in the index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format, LineContext
from tensorboard_plugin_rlboard.formats.conversations.from_row import row_messages, structure_to_text
from tensorboard_plugin_rlboard.formats.rows import json_parsers
from tensorboard_plugin_rlboard.formats.rows.token_alignment import (
    SPECIAL_TOKEN,
    LengthMismatch,
    LoggedArrays,
    Trim,
    align_arrays,
    number_from_value,
    numbers_from_list,
)
from tensorboard_plugin_rlboard.formats.splits import SPLITS
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

_NUMBER = (bool, int, float)


@dataclass(frozen=True)
class SampleValues:
    """All values of one sample.

    Attributes:
        texts: name -> text as logged; structures are written as JSON.
        numbers: name -> number or truth value, as logged.
        token_strings: response token strings after trimming, as logged.
        aligned: the token arrays of this one sample, aligned with its tokens.
        trims, mismatches: what was cut, and which arrays have a length that does not fit.
        messages: its conversation as `messages.as_messages` gives it; None where it has none.
    """

    texts: Mapping[str, str]
    numbers: Mapping[str, float | int | bool]
    token_strings: list[str]
    aligned: Tokens
    trims: list[Trim]
    mismatches: list[LengthMismatch]
    messages: Sequence[Mapping[str, object]] | None = None


def sample_row(
    line: bytes, file_format: Format, context: LineContext, number: int, arrays: Iterable[str]
) -> Mapping[str, object] | None:
    """Parse a line and give the row of one of its samples; None where the line is no JSON object or has fewer samples.

    Args:
        line: the line.
        file_format: its format.
        context: what its samples depend on beside the line.
        number: which sample of the line, from 0.
        arrays: further keys that hold token arrays.

    Raises:
        ValueError: the line is none of the format any more.
    """
    if file_format.to_samples is None:
        return parse_line(line, all_array_keys(file_format, arrays))
    row = parse_line(line)
    rows = [] if row is None else file_format.to_samples(row, context).rows
    return rows[number] if number < len(rows) else None


def all_array_keys(file_format: Format, arrays: Iterable[str]) -> frozenset[str]:
    """Every key of a row that may hold a token array.

    Args:
        file_format: the format of the row.
        arrays: keys of token arrays that the format does not name.
    """
    groups = (*file_format.array_keys.values(), *file_format.mask_as_array().values())
    return frozenset(key for keys in groups for key in keys) | frozenset(arrays)


def parse_line(line: bytes, lists: AbstractSet[str] = frozenset()) -> Mapping[str, object] | None:
    """Parse a line into a row; None where it is no JSON object. Bytes that are no UTF-8 become U+FFFD.

    Args:
        line: the line.
        lists: keys whose lists of numbers may be given as arrays, which saves most of the time of a long line.
    """
    if json_parsers.simdjson is not None:
        try:
            return _parse_line_with_simdjson(line, lists)
        except (*json_parsers.SIMDJSON_ERRORS, KeyError):
            pass  # NaN, half surrogate pairs, large numbers: Python's dialect, or no JSON at all
    return parse_line_with_python(line)


def parse_line_with_python(line: bytes) -> dict[str, object] | None:
    """Parse a line with Python's parser; None where it is no JSON object."""
    try:
        row = json_parsers.parse_with_python(json_parsers.decode_line(line))
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _parse_line_with_simdjson(line: bytes, lists: AbstractSet[str]) -> dict[str, object] | None:
    found = json_parsers.simdjson.Parser().parse(line)
    if not isinstance(found, json_parsers.simdjson.Object):
        return None
    row: dict[str, object] = {}
    for key in found:
        if key not in row:  # of a key that stands twice `found[key]` is the first value
            value = found[key]
            row[key] = _list_value(value) if key in lists else json_parsers.to_python(value)
    return row


def _list_value(value: Any) -> object:
    """A list of numbers as an array; anything else, lists of lists among it, as Python's own value."""
    if isinstance(value, json_parsers.simdjson.Array) and len(value) and not hasattr(value[0], "as_buffer"):
        flat = json_parsers.number_array(value)
        if flat is not None:
            return flat
    return json_parsers.to_python(value)


def read_sample_values(row: Mapping[str, object], file_format: Format, arrays: Iterable[str]) -> SampleValues:
    """Read all values of a sample's row.

    Args:
        row: the row of one sample.
        file_format: its format.
        arrays: further keys that hold token arrays.
    """
    names = {**file_format.array_keys, **{key: (key,) for key in arrays}, **file_format.mask_as_array()}
    read_keys = file_format.read_keys()
    found = {
        name: numbers
        for name, keys in names.items()
        if (numbers := _array_values(_first(row, keys), strict=keys[0] not in read_keys)) is not None
    }
    strings = _first(row, file_format.token_keys)
    token_strings = list(map(str, strings)) if isinstance(strings, list) else []
    logged = _logged_arrays(token_strings, found)
    aligned, trims, mismatches = align_arrays(logged, next(iter(file_format.mask_as_array()), None))
    texts, scalars = _texts_and_numbers(row, file_format, {key for name in found for key in names[name]})
    messages = row_messages(row, file_format.text_keys)
    return SampleValues(
        texts, scalars, token_strings[: int(aligned.sizes[0])], aligned, trims, mismatches, messages
    )


def _first_key(row: Mapping[str, object], keys: Iterable[str]) -> str | None:
    return next((key for key in keys if row.get(key) is not None), None)


def _first(row: Mapping[str, object], keys: Iterable[str]) -> object:
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _array_values(value: object, *, strict: bool) -> tuple[Floats, Bools] | None:
    """A list of numbers as an array, and where it is null; None where the value is no such list, or an empty one."""
    if isinstance(value, np.ndarray):
        return value, np.zeros(len(value), bool)
    found = numbers_from_list(value, strict=strict) if isinstance(value, list) and value else None
    if found is None:
        return None
    numbers, null = found
    return numbers, np.zeros(len(numbers), bool) if null is None else null


def _logged_arrays(raw: list[str], found: Mapping[str, tuple[Floats, Bools]]) -> LoggedArrays:
    last = raw[-1] if raw and SPECIAL_TOKEN.fullmatch(raw[-1]) else None
    tail = (
        next((i for i, token in enumerate(reversed(raw)) if token != last), len(raw))
        if last is not None
        else 0
    )
    width = max([len(raw), *(len(numbers) for numbers, _ in found.values())])

    def padded(numbers: Floats, null: Bools) -> tuple[Floats, Bools]:
        more = width - len(numbers)
        return np.pad(numbers, (0, more), constant_values=np.nan), np.pad(
            null, (0, more), constant_values=True
        )

    laid = {name: padded(*pair) for name, pair in found.items()}
    return LoggedArrays(
        widths=np.array([width]),
        n_tokens=np.array([len(raw)]),
        last_token=[last],
        trailing_repeats=np.array([tail]),
        lengths={name: np.array([len(numbers)]) for name, (numbers, _) in found.items()},
        values={name: numbers for name, (numbers, _) in laid.items()},
        nulls={name: null for name, (_, null) in laid.items()},
    )


def _texts_and_numbers(
    row: Mapping[str, object], file_format: Format, arrays: set[str]
) -> tuple[dict[str, str], dict[str, float | int | bool]]:
    """The texts and numbers of a row that are no token array: under our names where mapped, else under their own."""
    groups = (
        (name, keys)
        for group in (file_format.text_keys, file_format.number_keys)
        for name, keys in group.items()
    )
    ours = {key: name for name, keys in groups if (key := _first_key(row, keys)) is not None}
    elsewhere = {*file_format.token_keys, *file_format.ignored_keys}
    elsewhere |= {key for key in file_format.step_keys if number_from_value(row.get(key)) is not None}
    elsewhere |= {key for key in file_format.split_keys if row.get(key) in SPLITS}
    texts: dict[str, str] = {}
    numbers: dict[str, float | int | bool] = {}
    for key, value in row.items():
        name = ours.get(key, key)
        if value is None or key in arrays or key in elsewhere:
            continue
        if isinstance(value, str):
            texts[name] = value
        elif isinstance(value, _NUMBER) and name not in file_format.text_keys:
            numbers[name] = value
        elif name not in file_format.array_keys and key != "messages":
            texts[name] = (
                structure_to_text(value)
                if name in file_format.text_keys
                else json.dumps(value, ensure_ascii=False)
            )
    return texts, numbers
