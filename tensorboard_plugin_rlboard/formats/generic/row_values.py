"""The values of a row by path: those of the row itself and of objects in it, within bounds that no row exceeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.generic.key_paths import (
    AFTER,
    EITHER,
    ENTRIES,
    NUMBER,
    PARTS,
    PRODUCT,
    SUM,
)
from tensorboard_plugin_rlboard.words import plain, snake_case

_MAX_DEPTH = 4
_MARKS = (AFTER, ENTRIES, NUMBER, EITHER, SUM, PRODUCT)
_SEPARATORS = re.compile(r"[./]")
_LAST_WORDS = frozenset(
    plain(snake_case(word))
    for names in (
        *(words.PROMPT, words.RESPONSE, words.CONVERSATION, words.STEP, words.SPLIT, words.GROUP),
        *(words.FINISH_REASON, words.TOKEN_STRINGS, words.TOKEN_IDS, *words.REWARD[:2], ("score",)),
    )
    for word in names
)
_REWARD_WORDS = frozenset(plain(word) for word in (*words.REWARD_PARTS, *words.SCORE_PARTS))
_MAX_KEYS = 300
_MAX_KEY_LENGTH = 200


@dataclass(frozen=True)
class Place:
    """Where a value stands.

    Attributes:
        path: its path, as `key_paths` has them.
        name: the last key of it in small letters with underscores.
        depth: how many objects lie around it.
        around: the keys of these objects, in small letters with underscores, the outermost first.
        of_each: whether every sample of a row has a value of its own there.
    """

    path: str
    name: str
    depth: int
    around: tuple[str, ...] = ()
    of_each: bool = False


def values_of(row: Row, before: str = "", *, of_each: bool = False) -> dict[Place, object]:
    """The values of a row and of the objects in it, the outermost first; keys that no path could lead to are left out.

    Args:
        row: the row, or an entry of a list in it.
        before: the path that leads to the entry (`rollouts[].`); empty for the row itself.
        of_each: whether it is an entry.
    """
    found: dict[Place, object] = {}
    level: list[tuple[str, tuple[str, ...], Mapping[Any, object]]] = [(before, (), row)]
    count = 0
    for depth in range(_MAX_DEPTH):
        deeper: list[tuple[str, tuple[str, ...], Mapping[Any, object]]] = []
        for prefix, around, values in level:
            for key, value in values.items():
                count += 1
                is_nested = bool(prefix) or isinstance(value, dict)
                if count > _MAX_KEYS or not isinstance(key, str) or not 0 < len(key) <= _MAX_KEY_LENGTH:
                    continue
                if "." in key and is_nested and _is_hidden(key, values):
                    continue
                place = _place(prefix, key, depth, around, of_each)
                if place is None or (prefix and place.path in row):
                    continue  # no path leads there, or to the key of the row that is spelt like it
                found[place] = value
                if isinstance(value, dict):
                    deeper.append((f"{place.path}.", (*around, place.name), value))
        level = deeper
    return found


@lru_cache(maxsize=8192)
def _place(prefix: str, key: str, depth: int, around: tuple[str, ...], of_each: bool) -> Place | None:
    """The place of a key, kept because every row asks for the same ones; None where no path could lead there.

    A key that is written like a path (`data/response`, `val.reward`) is called as its last part, where that is one of our
    words. Parts of a reward (`rewards/accuracy`) are no whole ones.
    """
    if key == PARTS or any(mark in key for mark in _MARKS):
        return None
    if any("\ud800" <= letter <= "\udfff" for letter in key):
        return None
    *before, last = [snake_case(part) for part in _SEPARATORS.split(key)]
    is_word = bool(before) and plain(last) in _LAST_WORDS and _REWARD_WORDS.isdisjoint(map(plain, before))
    if is_word and all(before):
        return Place(f"{prefix}{key}", last, depth, (*around, *before), of_each)
    return Place(f"{prefix}{key}", snake_case(key), depth, around, of_each)


def _is_hidden(key: str, values: Mapping[Any, object]) -> bool:
    """Whether a path with a key of dots in it leads to another value, because the object has a shorter one."""
    parts = key.split(".")
    return any(".".join(parts[:end]) in values for end in range(1, len(parts)))
