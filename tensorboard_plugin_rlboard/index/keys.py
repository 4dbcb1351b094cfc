"""Which keys the rows of a range have and what they hold, learnt from lines spread over the range."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.metrics import Ints

_LINES = 64
_BYTES = 1_000_000
_LONGEST = 200
"""Characters of a key that can name a column; a longer, empty or unprintable one is only shown with its sample."""


@dataclass(frozen=True)
class Keys:
    """The keys that a range is read with, beside those that its format names.

    Attributes:
        numbers: further keys with a number or a truth value.
        texts: further keys with text.
        arrays: further keys with a list of numbers: token metrics if they fit the tokens.
    """

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    arrays: frozenset[str] = frozenset()

    def __or__(self, other: Keys) -> Keys:
        """Both; a key that is a number here and text there is text, so that nothing of it is lost."""
        texts = self.texts | other.texts
        arrays = (self.arrays | other.arrays) - texts
        return Keys((self.numbers | other.numbers) - texts - arrays, texts, arrays)


@dataclass
class _Seen:
    numbers: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    arrays: set[str] = field(default_factory=set)

    def note(self, key: str, value: object) -> None:
        if isinstance(value, (bool, int, float)):
            self.numbers.add(key)
        elif isinstance(value, str):
            (self.numbers if _is_number(value) else self.texts).add(key)
        elif (
            isinstance(value, list)
            and value
            and all(isinstance(x, (bool, int, float, type(None))) for x in value)
        ):
            self.arrays.add(key)


def _is_number(value: str) -> bool:
    """Trainers that serialise with `default=str` write their NumPy scalars as strings."""
    try:
        float(value)
    except ValueError:
        return False
    return True


def learn(rows: Iterable[object], known: Format) -> Keys:
    """What the given rows hold beside the keys that the format names."""
    named = known.known()
    seen = _Seen()
    for row in rows:
        if isinstance(row, dict):
            for key, value in row.items():
                if key not in named and 0 < len(key) <= _LONGEST and key.isprintable():
                    seen.note(key, value)
    return Keys() | Keys(frozenset(seen.numbers), frozenset(seen.texts), frozenset(seen.arrays))


def spread(data: bytes, starts: Ints, lengths: Ints) -> list[object]:
    """Parses up to 64 lines (at least one, at most about 1 MB) spread over a range; bad lines are left out."""
    count = len(starts)
    rows: list[object] = []
    used = 0
    for i in np.unique(np.linspace(0, count - 1, min(count, _LINES)).astype(int)).tolist():
        if rows and used + int(lengths[i]) > _BYTES:
            continue
        used += int(lengths[i])
        try:
            rows.append(json.loads(data[starts[i] : starts[i] + lengths[i]].decode("utf-8-sig", "replace")))
        except (ValueError, RecursionError):
            continue
    return rows
