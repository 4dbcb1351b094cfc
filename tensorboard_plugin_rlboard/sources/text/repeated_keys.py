"""Finds keys that stand twice in an object of JSON, of which the last value counts, as nearly everywhere."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_SHOWN, _MAX_SHOWN_CHARACTERS = 5, 80
_FEW_COLONS = 200


def repeated(keys: Iterable[str]) -> list[str]:
    """Which of some keys come more than once, each once."""
    return [key for key, count in Counter(keys).items() if count > 1]


def repeated_keys(text: str, *, anywhere: bool = False) -> list[str]:
    """The keys that stand more than once in the object that a text is, each once; none of a text that is no object.

    Args:
        text: JSON.
        anywhere: whether the objects within it count as well.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    found: list[list[str]] = []

    def note(pairs: list[tuple[str, Any]]) -> None:
        found.append([] if len(dict(pairs)) == len(pairs) else repeated(key for key, _ in pairs))

    json.loads(text, object_pairs_hook=note)
    outermost = found[-1:] if text.lstrip().startswith("{") else []  # it ends last
    return list(dict.fromkeys(key for keys in (found if anywhere else outermost) for key in keys))


def repeated_in_value(text: str, value: object) -> list[str]:
    """The keys that stand more than once in an object of a text, whose value is there already.

    They are looked for only where the text has more keys than the value. Inside a text of JSON a quotation mark is
    escaped, so nothing but a key is followed by a colon; one with white space before its colon is not counted.
    """
    written = text.count('":') - text.count('\\":')
    return repeated_keys(text, anywhere=True) if written > count_keys(value) else []


def has_more_keys(line: bytes, most: int) -> bool:
    """Whether a line of JSON has more keys than so many (see `repeated_in_value`).

    Of a line with few colons, as lists of numbers have none, these are looked at one by one: `bytes.find` of one byte is
    many times as fast as a search for two, and trainers' lines have a megabyte.
    """
    found, at = 0, -1
    for _ in range(_FEW_COLONS + most):
        at = line.find(b":", at + 1)
        if at < 0:
            return False
        found += line[at - 1 : at] == b'"' and line[at - 2 : at - 1] != b"\\"
        if found > most:
            return True
    written = line.count(b'":')
    return written > most and written - line.count(b'\\":') > most


def count_keys(value: object) -> int:
    """How many keys the objects have that a value holds; fewer where a list of objects begins with something else."""
    count, left = 0, [value]
    while left:
        one: Any = left.pop()
        if type(one) is dict:
            count += len(one)
            left += [inner for inner in one.values() if type(inner) is dict or type(inner) is list]
        elif type(one) is list and one and type(one[0]) in {dict, list}:  # no walk through a million numbers
            left += [inner for inner in one if type(inner) is dict or type(inner) is list]
    return count


def repeated_keys_sentence(keys: Iterable[str], where: str) -> str:
    """What is said of keys that stand twice somewhere."""
    all_keys = list(keys)
    more = ["…"] if len(all_keys) > _MAX_SHOWN else []
    listed = ", ".join([*(key[:_MAX_SHOWN_CHARACTERS] for key in all_keys[:_MAX_SHOWN]), *more])
    return (
        f"{listed} {'stands' if len(all_keys) == 1 else 'stand'} twice in {where}: the last value counts. "
        "Log each key once."
    )
