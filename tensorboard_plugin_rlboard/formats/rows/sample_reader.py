"""One row read whole: the texts, numbers and token arrays of an opened sample, through the same alignment as the index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.base import SPLITS, Format, LineContext
from tensorboard_plugin_rlboard.formats.conversations.from_row import conversation, structure_text
from tensorboard_plugin_rlboard.formats.rows import json_parsers
from tensorboard_plugin_rlboard.formats.rows.token_alignment import (
    SPECIAL,
    Logged,
    Misfit,
    Trim,
    align,
    as_number,
    from_list,
)
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

_NUMBER = (bool, int, float)


@dataclass(frozen=True)
class OpenedRow:
    """A row in our words.

    Attributes:
        texts: text name -> text as logged; structures are written as JSON.
        numbers: scalar name -> number or truth value, as logged.
        messages: its conversation as `messages.as_messages` gives it, None where it has none.
        raw_tokens: response token strings after trimming, as logged.
        tokens: the aligned arrays of this one sample.
        trims, misfits: what was cut, and which arrays do not fit.
    """

    texts: Mapping[str, str]
    numbers: Mapping[str, float | int | bool]
    raw_tokens: list[str]
    tokens: Tokens
    trims: list[Trim]
    misfits: list[Misfit]
    messages: Sequence[Mapping[str, object]] | None = None


def sample_row(
    line: bytes, file_format: Format, context: LineContext, place: int, arrays: Iterable[str]
) -> Mapping[str, object] | None:
    """The row of one sample of a line; None where the line is none of the format, or has fewer samples.

    Args:
        line: the line.
        file_format: its format.
        context: what its samples depend on beside the line.
        place: which sample of the line, from 0.
        arrays: further keys that hold token arrays.

    Raises:
        ValueError: the line is none of the format any more.
    """
    if file_format.to_samples is None:
        return parse(line, array_keys(file_format, arrays))
    row = parse(line)
    rows = [] if row is None else file_format.to_samples(row, context).rows
    return rows[place] if place < len(rows) else None


def array_keys(file_format: Format, arrays: Iterable[str]) -> frozenset[str]:
    """Keys of a row that may hold token arrays; `arrays` are those that the format does not know."""
    groups = (*file_format.array_keys.values(), *file_format.mask_as_array().values())
    return frozenset(key for keys in groups for key in keys) | frozenset(arrays)


def parse(line: bytes, lists: AbstractSet[str] = frozenset()) -> Mapping[str, object] | None:
    """A line as a row; None where it is no JSON object. Bytes that are no UTF-8 become U+FFFD.

    Args:
        line: the line.
        lists: keys whose lists of numbers may be given as arrays, which spares a long line most of its time.
    """
    if json_parsers.simdjson is not None:
        try:
            return _parse_quickly(line, lists)
        except (*json_parsers.REFUSED, KeyError):
            pass  # NaN, half surrogate pairs, large numbers: Python's dialect, or no JSON at all
    return parse_slowly(line)


def parse_slowly(line: bytes) -> dict[str, object] | None:
    """A line as Python's parser reads it."""
    try:
        row = json_parsers.by_python(json_parsers.text_of(line))
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _parse_quickly(line: bytes, lists: AbstractSet[str]) -> dict[str, object] | None:
    found = json_parsers.simdjson.Parser().parse(line)
    if not isinstance(found, json_parsers.simdjson.Object):
        return None
    row: dict[str, object] = {}
    for key in found:
        if key not in row:  # of a key that stands twice `found[key]` is the first value
            value = found[key]
            row[key] = _numbers(value) if key in lists else json_parsers.plain(value)
    return row


def _numbers(value: Any) -> object:
    """A list of numbers as an array; anything else, lists of lists among it, as it is."""
    if isinstance(value, json_parsers.simdjson.Array) and len(value) and not hasattr(value[0], "as_buffer"):
        flat = json_parsers.flat_numbers(value)
        if flat is not None:
            return flat
    return json_parsers.plain(value)


def open_row(row: Mapping[str, object], file_format: Format, arrays: Iterable[str]) -> OpenedRow:
    """Reads a row by its format's mapping; `arrays` are further keys that hold token arrays."""
    names = {**file_format.array_keys, **{key: (key,) for key in arrays}, **file_format.mask_as_array()}
    ours = file_format.read_keys()
    found = {
        name: numbers
        for name, keys in names.items()
        if (numbers := _array(_first(row, keys), strict=keys[0] not in ours)) is not None
    }
    strings = _first(row, file_format.token_keys)
    raw = list(map(str, strings)) if isinstance(strings, list) else []
    logged = _logged(raw, found)
    tokens, trims, misfits = align(logged, next(iter(file_format.mask_as_array()), None))
    texts, scalars = _scalars(row, file_format, {key for name in found for key in names[name]})
    said = conversation(row, file_format.text_keys)
    return OpenedRow(texts, scalars, raw[: int(tokens.sizes[0])], tokens, trims, misfits, said)


def _first_key(row: Mapping[str, object], keys: Iterable[str]) -> str | None:
    return next((key for key in keys if row.get(key) is not None), None)


def _first(row: Mapping[str, object], keys: Iterable[str]) -> object:
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _array(value: object, *, strict: bool) -> tuple[Floats, Bools] | None:
    """A list of numbers and where it has none; None where the value is no such list, or an empty one."""
    if isinstance(value, np.ndarray):
        return value, np.zeros(len(value), bool)
    found = from_list(value, strict=strict) if isinstance(value, list) and value else None
    if found is None:
        return None
    numbers, null = found
    return numbers, np.zeros(len(numbers), bool) if null is None else null


def _logged(raw: list[str], found: Mapping[str, tuple[Floats, Bools]]) -> Logged:
    last = raw[-1] if raw and SPECIAL.fullmatch(raw[-1]) else None
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
    return Logged(
        widths=np.array([width]),
        n_tokens=np.array([len(raw)]),
        last_token=[last],
        tail=np.array([tail]),
        lengths={name: np.array([len(numbers)]) for name, (numbers, _) in found.items()},
        values={name: numbers for name, (numbers, _) in laid.items()},
        null={name: null for name, (_, null) in laid.items()},
    )


def _scalars(
    row: Mapping[str, object], file_format: Format, arrays: set[str]
) -> tuple[dict[str, str], dict[str, float | int | bool]]:
    """Everything of a row that is no token array: canonical names for mapped keys, its own name for any other."""
    groups = (
        (name, keys)
        for group in (file_format.text_keys, file_format.number_keys)
        for name, keys in group.items()
    )
    ours = {key: name for name, keys in groups if (key := _first_key(row, keys)) is not None}
    elsewhere = {*file_format.token_keys, *file_format.ignored_keys}
    elsewhere |= {key for key in file_format.step_keys if as_number(row.get(key)) is not None}
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
                structure_text(value)
                if name in file_format.text_keys
                else json.dumps(value, ensure_ascii=False)
            )
    return texts, numbers
