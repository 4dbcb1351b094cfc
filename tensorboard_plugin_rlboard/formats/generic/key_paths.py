"""Paths to values in a row, as a mapping spells them.

    reward                a key of the row
    info.reward           a key of an object in it; a number is a place in a list (`choices.0.text`)
    rewards.*             the sum of the numbers of an object or list, `steps.*.reward` of those within its entries
    format + accuracy     the sum of several, as far as they are there
    format * weight       the product of several, nothing where one is missing; a factor may be a number (`format * 0.5`)
    response | completion the first of several that is there, where rows differ
    text after prompt     what follows in a text that begins with another one (of the response only)
    score with decimal comma    the number of a text such as `1,000`, which is 1; `score with thousands comma`: 1000
    rewards.*[]           of each entry of parallel lists in an object, the sum of the numbers at its place
    rollouts[].reward     of each entry of a list, which is a sample of its own; `rewards[]` is the entry itself. An
                          object is read as the list of its values (`agents[].reward`)
    solver & critic[].reward    of each of several keys of the row, as if they stood in one object
    output_#              of each numbered key (`output_1`, `output_2`), which is a sample of its own; so is each lettered
                          one, from a to h (`response_a`, `response_b`)

A key of a row that is spelt like a path itself is found first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import prod

from tensorboard_plugin_rlboard.formats.arrays.score_texts import (
    number_with_decimal_comma,
    number_with_thousands_comma,
    score_from_value,
)
from tensorboard_plugin_rlboard.formats.base import Row

ENTRIES, NUMBER, PARTS, EITHER, SUM, PRODUCT = "[]", "#", "*", " | ", " + ", " * "
TOGETHER = " & "
AFTER = " after "
DECIMAL_COMMA, THOUSANDS_COMMA = " with decimal comma", " with thousands comma"
_COMMAS = {DECIMAL_COMMA: number_with_decimal_comma, THOUSANDS_COMMA: number_with_thousands_comma}
_MAX_ALTERNATIVES = 8
_DIGITS = 9
_MAX_NUMBERED, _MAX_KEY_LENGTH = 512, 100
"""Keys of a row that are looked at, and characters of one that may be numbered."""
_LETTER = r"(?:(?<![A-Za-z])[a-hA-H]|(?<=[a-z])[A-H])(?![A-Za-z0-9])"
"""A letter that stands for a number: apart from other letters (`response_a`, `b-output`), or a capital one (`responseA`)."""
LETTERS = 10**_DIGITS
"""The numbers of letters are from here on."""
_LETTERED = re.compile(_LETTER)
_NUMBER_TEXT = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,2})?", re.ASCII)
Getter = Callable[[Row], object]


def value_at(row: Row, path: str) -> object:
    """The value under a path that leads to one value of a row; None where there is nothing."""
    return getter(path)(row)


@lru_cache(maxsize=4096)
def getter(path: str) -> Getter:
    """The function that gives the value under a path that leads to one value of a row."""
    if EITHER in path:
        choices = [getter(part) for part in path.split(EITHER)[:_MAX_ALTERNATIVES]]
        return lambda row: _own_or(row, path, lambda: _first(choices, row))
    if SUM in path:
        parts = [getter(part) for part in path.split(SUM)]
        return lambda row: _own_or(row, path, lambda: total(part(row) for part in parts))
    if PRODUCT in path:
        factors = [_factor(factor) for factor in path.split(PRODUCT)]
        return lambda row: _own_or(row, path, lambda: _product(factor(row) for factor in factors))
    if TOGETHER in path:
        several = path.split(TOGETHER)
        return lambda row: _own_or(row, path, lambda: _together(row, several))
    if comma := next(filter(path.endswith, _COMMAS), ""):
        read, written = _COMMAS[comma], getter(path.removesuffix(comma))
        return lambda row: _own_or(row, path, lambda: read(written(row)))
    keys = path.split(".")
    if PARTS in keys:
        at = keys.index(PARTS)
        return lambda row: _own_or(row, path, lambda: _sum_of_parts(_walk(row, keys[:at]), keys[at + 1 :]))
    if len(keys) == 1:
        return lambda row: row.get(path)
    return lambda row: _own_or(row, path, lambda: _walk(row, keys))


def holds(row: Row, path: str) -> bool:
    """Whether a row has something under a path, of one of its samples at least."""
    path = path.partition(AFTER)[0]
    if is_formula(path) and is_of_each(path):
        return any(holds(row, operand) for operand in operands(path))
    if ENTRIES in path:
        entries = value_at(row, list_of(path)[0])
        return isinstance(entries, (list, dict)) and bool(entries)
    return bool(NUMBER in path and numbers_of(row, path)) or value_at(row, path) is not None


def keys_read(path: str) -> list[str]:
    """The keys of the row that a path reads whole; objects in which it looks and parts of a sum keep their own names."""
    path = path.partition(AFTER)[0]
    plain = [part for part in path.split(EITHER) if not any(mark in part for mark in (SUM, PRODUCT, "."))]
    return [*plain, path]


def is_formula(path: str) -> bool:
    """Whether a path is computed of several, or is the first that is there of several."""
    return any(mark in path for mark in (EITHER, SUM, PRODUCT))


def operands(path: str) -> list[str]:
    """The paths of which a formula is made, in their order."""
    found = [path]
    for mark in (EITHER, SUM, PRODUCT):
        found = [part for one in found for part in one.split(mark)]
    return list(dict.fromkeys(found))


def is_of_each(path: str) -> bool:
    """Whether a path leads to one value for each of several samples."""
    return ENTRIES in path or NUMBER in path


def list_of(path: str) -> tuple[str, str]:
    """Of `rollouts[].info.reward` the path of the list, and the path within its entries (empty: the entry itself)."""
    base, _, inner = path.partition(ENTRIES)
    return base, inner.removeprefix(".")


@lru_cache(maxsize=4096)
def _numbered(path: str) -> re.Pattern[str]:
    before, _, after = path.partition(NUMBER)
    return re.compile(rf"{re.escape(before)}(?:([0-9]{{1,{_DIGITS}}})|({_LETTER})){re.escape(after)}")


def _number(path: str, key: str) -> int:
    """The number of a key under a numbered path; −1 where it has none."""
    return _known_number(path, key) if len(key) < _MAX_KEY_LENGTH else _match_number(path, key)


def _match_number(path: str, key: str) -> int:
    match = _numbered(path).fullmatch(key)
    if match is None:
        return -1
    return int(match[1]) if match[1] else LETTERS + ord(match[2].lower())


_known_number = lru_cache(maxsize=4096)(_match_number)  # every row asks for the same keys


def numbers_of(row: Row, path: str) -> dict[int, str]:
    """Number -> key, of the keys of a row that a numbered path names, in the order of the numbers; letters follow them."""
    found = {number: key for key in row if (number := _number(path, key)) >= 0}
    return dict(sorted(found.items()))


def numbered_paths(row: Row) -> Iterator[str]:
    """The numbered paths that the keys of a row may be some of: `output_1` is one of `output_#`, `response_a` of `response_#`."""
    for key in list(row)[:_MAX_NUMBERED]:
        if len(key) >= _MAX_KEY_LENGTH or NUMBER in key or ENTRIES in key:
            continue
        start = next((at for at, letter in enumerate(key) if letter in "0123456789"), -1)
        if start > 0:
            yield f"{key[:start]}{NUMBER}{key[start:].lstrip('0123456789')}"
        for match in _LETTERED.finditer(key):
            yield f"{key[: match.start()]}{NUMBER}{key[match.end() :]}"


def lists_in(row: Row, path: str) -> list[list[object]]:
    """The lists in the object under a path that ends with `*`."""
    holder = _walk(row, path.split(".")[:-1])
    return (
        [value for value in holder.values() if isinstance(value, list)] if isinstance(holder, Mapping) else []
    )


def _factor(path: str) -> Getter:
    """The getter of a factor: a literal number, unless the row has a key that is spelt like it."""
    if not _NUMBER_TEXT.fullmatch(path):
        return getter(path)
    number = float(path)
    return lambda row: row.get(path, number)


def _own_or(row: Row, path: str, other: Callable[[], object]) -> object:
    return row[path] if path in row else other()


def rest_after(text: object, beginning: object) -> object:
    """The rest of a text that begins with another one; any other value as it is."""
    begins = isinstance(text, str) and isinstance(beginning, str) and text.startswith(beginning)
    return text[len(beginning) :] if begins else text  # type: ignore[index,arg-type]  # both are texts


def _walk(value: object, keys: Sequence[str]) -> object:
    """The value where some keys lead; a key with dots in it is found by several of them, where no shorter one is there."""
    start = 0
    for end in range(1, len(keys) + 1):
        key = ".".join(keys[start:end])
        if isinstance(value, Mapping):
            if key not in value:
                continue
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key[:_DIGITS]) < len(value):
            value = value[int(key[:_DIGITS])]
        else:
            return None
        start = end
    return value if start == len(keys) else None


def _first(choices: Sequence[Getter], row: Row) -> object:
    return next((value for choice in choices if (value := choice(row)) is not None), None)


def _together(row: Row, keys: Sequence[str]) -> dict[str, object] | None:
    """The objects under several keys of a row as one object; None where it has none of them."""
    return {key: row[key] for key in keys if isinstance(row.get(key), dict)} or None


def _sum_of_parts(holder: object, keys: Sequence[str]) -> float | None:
    if isinstance(holder, Mapping):
        entries = list(holder.values())
    else:
        entries = holder if isinstance(holder, list) else []
    return total(_walk(entry, keys) for entry in entries)


def _product(values: Iterable[object]) -> float | None:
    """The product of some values; None where one is no number."""
    numbers = [score_from_value(value) for value in values]
    known = [number for number in numbers if number is not None]
    return prod(known) if len(known) == len(numbers) else None


def total(values: Iterable[object]) -> float | None:
    """The sum of the numbers among some values, verdicts in words among them; None where there is none."""
    numbers = [number for value in values if (number := score_from_value(value)) is not None]
    return sum(numbers) if numbers else None
