"""The keys of rows beside those that a format reads: which there are, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tensorboard_plugin_rlboard.formats.arrays.number_values import is_name_of_ids

MAX_EXTRA_KEYS, MAX_EXTRA_ARRAYS = 200, 30
"""Extra keys that a range may have, and those with lists, of which each has eight columns; a log that names its samples
by keys would need columns without end."""
_LONGEST = 200
"""Characters of a key that can name a column; a longer, empty or unprintable one is only shown with its sample."""


_INDEX = re.compile(r"Unnamed: [0-9]{1,6}|__index_level_[0-9]{1,3}__")
"""How pandas calls the row numbers of a table that it writes and reads again: they are nothing of a sample."""
_FITTING_SHARE = 0.9
"""Share of the rows of a run in which a list has to fit the tokens to be a token array: nearly all."""


@dataclass(frozen=True)
class ExtraKeys:
    """Keys beside those that the format names.

    Attributes:
        numbers: keys with a number or a truth value.
        texts: keys with text, on some rows at least.
        lists: key with lists of numbers -> rows in which the list is as long as the tokens, and rows with such a list
            and tokens. A list of a row without tokens says nothing, because nothing says how long it has to be.
    """

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    lists: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))

    def __or__(self, other: ExtraKeys) -> ExtraKeys:
        """Both; a key that is a number here and text there is text, so that nothing of it is lost."""
        texts = self.texts | other.texts
        lists = dict(self.lists)
        for key, (fitting, rows) in other.lists.items():
            before = lists.get(key, (0, 0))
            lists[key] = before[0] + fitting, before[1] + rows
        return ExtraKeys((self.numbers | other.numbers) - texts, texts, lists)

    @property
    def arrays(self) -> frozenset[str]:
        """Keys whose lists belong to the tokens, because they are as long in nearly every row: token metrics."""
        return frozenset(
            key for key, (fitting, rows) in self.lists.items() if fitting and fitting >= _FITTING_SHARE * rows
        )

    @property
    def other_lists(self) -> frozenset[str]:
        """Keys whose lists are values of their own (a box, judges' scores), however long some happen to be."""
        return frozenset(self.lists) - self.arrays


def column_name(key: str, reserved: AbstractSet[str]) -> str:
    """What the column of a key is called: `logged.<key>` where the key is reserved for something else."""
    return f"logged.{key}" if key in reserved else key


def can_be_column(key: str) -> bool:
    """Whether a key can name a column."""
    return 0 < len(key) <= _LONGEST and key.isprintable() and _INDEX.fullmatch(key) is None


def can_be_array(key: str) -> bool:
    """Whether lists of numbers under a key may be values of tokens: ids are none, which number the tokens themselves."""
    return can_be_column(key) and not is_name_of_ids(key)


def may_be_numbers(value: Any) -> bool:
    """Whether a list of a further key is worth a look at each element: not texts, nor lists of several numbers."""
    first = value[0]
    return not (isinstance(first, str) or hasattr(first, "keys") or (_is_list(first) and len(first) != 1))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) or hasattr(value, "as_buffer")
