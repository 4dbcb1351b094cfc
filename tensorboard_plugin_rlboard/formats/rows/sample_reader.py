"""Reads one sample whole: its texts, numbers and token arrays, aligned by the same code as in the index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.array_block import (
    ArrayBlock,
    number_array,
    response_tokens,
    token_texts,
)
from tensorboard_plugin_rlboard.formats.arrays.number_values import SINGLE_NUMBERS, number_from_value
from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import (
    NO_PROMPT_TOKENS,
    PromptTokens,
    prompt_tokens,
)
from tensorboard_plugin_rlboard.formats.arrays.step_values import step_from_value
from tensorboard_plugin_rlboard.formats.arrays.token_alignment import LengthMismatch, Trim, align_arrays
from tensorboard_plugin_rlboard.formats.base import OWN_COLUMNS, Format, LineContext
from tensorboard_plugin_rlboard.formats.conversations.from_row import (
    first_value,
    reason_to_text,
    row_messages,
    structure_to_text,
)
from tensorboard_plugin_rlboard.formats.rows import json_parsers
from tensorboard_plugin_rlboard.formats.splits import SPLITS
from tensorboard_plugin_rlboard.metrics.thresholds import is_truncated
from tensorboard_plugin_rlboard.metrics.tokens import TOKEN_METRICS, Tokens

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
        prompt: the tokens of its prompt.
    """

    texts: Mapping[str, str]
    numbers: Mapping[str, float | int | bool]
    token_strings: list[str]
    aligned: Tokens
    trims: list[Trim]
    mismatches: list[LengthMismatch]
    messages: Sequence[Mapping[str, object]] | None = None
    prompt: PromptTokens = NO_PROMPT_TOKENS


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
    keys = list(found.keys())
    if len(set(keys)) < len(keys):
        plain: dict[str, object] = found.as_dict()  # the last value of a key that stands twice, as everywhere
        return plain
    row: dict[str, object] = {}
    for key in keys:
        value = found[key]
        row[key] = _list_value(value) if key in lists else json_parsers.to_python(value)
    return row


def _list_value(value: Any) -> object:
    """A list of numbers as an array; anything else, lists of lists among it, as Python's own value."""
    if isinstance(value, json_parsers.simdjson.Array) and len(value) and not hasattr(value[0], "as_buffer"):
        flat = number_array(value)
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
    block = ArrayBlock()
    block.begin_row()
    tokens = response_tokens(row, file_format.token_keys)
    block.add_tokens(tokens)
    further = frozenset(arrays) - file_format.read_keys
    found = _add_arrays(block, row, file_format, further)
    named = block.named_tokens(0)
    order = dict.fromkeys((*file_format.array_keys, *sorted(further), *file_format.mask_as_array()))
    truncated = _is_truncated(row, file_format)
    logged = block.logged(order, further - TOKEN_METRICS.keys(), np.full(1, truncated))
    found_arrays = align_arrays(logged, next(iter(file_format.mask_as_array()), None))
    no_arrays = {misfit.array for misfit in found_arrays.mismatches if misfit.array in logged.further}
    if not logged.n_tokens[0] and not any(
        logged.lengths[name][0] for name in logged.lengths.keys() - logged.further
    ):
        no_arrays |= logged.further
    prompt = prompt_tokens(row)
    if file_format.to_samples is not None:  # made for the prompt's tokens, and logged under another key
        found |= prompt.keys
    texts, scalars = _texts_and_numbers(row, file_format, found - no_arrays)
    size = int(found_arrays.tokens.sizes[0])
    token_strings = token_texts((tokens or named)[:size])
    messages = row_messages(row, file_format.text_keys)
    laid = (found_arrays.tokens, found_arrays.trims, found_arrays.mismatches)
    return SampleValues(texts, scalars, token_strings, *laid, messages, prompt)


def _add_arrays(
    block: ArrayBlock, row: Mapping[str, object], file_format: Format, further: AbstractSet[str]
) -> set[str]:
    """Adds the token arrays of a row to a block; returns the keys that held them."""
    names = {**file_format.array_keys, **file_format.mask_as_array()}
    for key in further:
        names[key] = (*names.get(key, ()), key)
    found: set[str] = set()
    for name, keys in names.items():
        # In the index a key holds the array if no key before it does, whatever else those hold.
        for key in keys:
            value = row.get(key)
            if isinstance(value, np.ndarray):
                block.add_numbers(name, value)
                is_array = True
            else:
                may_be = isinstance(value, (list, str, dict)) and len(value) > 0
                is_array = may_be and block.add_value(name, value, strict=key in further) is not None
            if is_array:
                found.update(keys)
                break
    return found


def _is_truncated(row: Mapping[str, object], file_format: Format) -> bool:
    reason = first_value(row, file_format.finish_reason_keys)
    return isinstance(text := reason_to_text(reason), str) and is_truncated(text)


def _first_key(row: Mapping[str, object], keys: Iterable[str]) -> str | None:
    return next((key for key in keys if row.get(key) is not None), None)


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
    elsewhere |= {key for key in file_format.step_keys if step_from_value(row.get(key)) is not None}
    elsewhere |= {key for key in file_format.split_keys if row.get(key) in SPLITS}
    taken = {*ours.values(), *(OWN_COLUMNS - file_format.read_keys)}
    singles = {key: SINGLE_NUMBERS[name] for name, keys in file_format.array_keys.items() for key in keys}
    texts: dict[str, str] = {}
    numbers: dict[str, float | int | bool] = {}
    for key, value in row.items():
        name = ours.get(key) or (f"logged.{key}" if key in taken else key)
        if value is None or key in arrays or key in elsewhere:
            continue
        if isinstance(value, dict) and key in file_format.finish_reason_keys:
            value = reason_to_text(value)  # noqa: PLW2901  as the index has it
        single = singles.get(key)
        if (
            single is not None
            and row.get(single) is None
            and (number := number_from_value(value)) is not None
        ):
            numbers[single] = value if isinstance(value, _NUMBER) else number
        elif isinstance(value, str):
            texts[name] = value
        elif isinstance(value, _NUMBER) and name not in file_format.text_keys:
            numbers[name] = value
        elif name in file_format.text_keys:
            texts[name] = structure_to_text(value)
        elif key != "messages" and (single is None or len(value)):  # type: ignore[arg-type]  # a list or an object
            plain = value.tolist() if isinstance(value, np.ndarray) else value
            texts[name] = json.dumps(plain, ensure_ascii=False)
    return texts, numbers
