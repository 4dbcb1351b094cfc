"""Values of rows, collected key by key; the token arrays of a block of rows laid out flat.

Every key of every row is looked at, so a key that stands in one line of a million is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.conversations.from_row import structure_text
from tensorboard_plugin_rlboard.formats.rows.json_parsers import flat_numbers, plain
from tensorboard_plugin_rlboard.formats.rows.token_alignment import SPECIAL, Logged, from_list
from tensorboard_plugin_rlboard.index.build.extra_keys import MOST, MOST_ARRAYS, can_be_column
from tensorboard_plugin_rlboard.index.build.line_decoder import Problem, Row, restored, restored_array
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

_SCALARS = frozenset({str, int, float, bool})
_Array = tuple[int, int, Floats, Bools | None]
"""Row within the block, place of its key among those of its name, values, where they are null (None: nowhere)."""


class Column:
    """The values of one key: numbers, truth values and texts as logged, on the rows that have one."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.values: list[Any] = []


class ColumnCollector:
    """Collects rows.

    Attributes:
        rows: number of rows so far.
        columns: key -> its values, of all rows so far.
        arrays: further keys with a list of numbers.
        last_tokens: the last token of each row where it looks like no word, else None.
        problems: values that cannot be used.
    """

    def __init__(self, known: Format) -> None:
        self.rows = 0
        self.columns: dict[str, Column] = {}
        self.arrays: set[str] = set()
        self.problems: list[Problem] = []
        self._named = known.read_keys()
        self._ignored = known.ignored_keys
        self._tokens = frozenset(known.token_keys)
        self._numbers = frozenset(key for keys in known.number_keys.values() for key in keys)
        self._places = {
            key: (name, place)
            for name, keys in {**known.array_keys, **known.mask_as_array()}.items()
            for place, key in enumerate(keys)
        }
        self._order, self._masks = tuple(known.array_keys), tuple(known.mask_as_array())
        self._texts = self._named - self._tokens - self._numbers - set(self._places) - self._ignored
        self._further = 0
        self._full = False
        self.last_tokens: list[str | None] = []
        self._begin()

    def _begin(self) -> None:
        self._n_tokens: list[int] = []
        self._begun = len(self.last_tokens)
        self._tail: list[int] = []
        self._block: dict[str, list[_Array]] = {}

    def add(self, line: int, row: Row, *, replaced: bool) -> None:
        """Takes every value of a row; `replaced` as `Decoder.replaced` says."""
        self._n_tokens.append(0)
        self.last_tokens.append(None)
        self._tail.append(0)
        keys = list(row.keys())
        if len(set(keys)) < len(keys):
            keys = list(dict.fromkeys(keys))
        for key in keys:
            try:
                value = row[key]
            except KeyError:  # simdjson does not find keys with a NUL in them, which can be no column either
                continue
            if value is None:
                continue
            name = restored(key) if replaced else key
            if type(value) in _SCALARS:
                column = self.columns.get(name)
                if column is None or replaced:
                    self._scalar(line, name, restored(value) if replaced else value)
                else:  # what nearly every value is; a call for each would be a tenth of the whole time
                    column.rows.append(self.rows)
                    column.values.append(value)
            elif name not in self._ignored:
                self._structure(line, name, value, replaced=replaced)
        self.rows += 1

    def _scalar(self, line: int, key: str, value: Any) -> None:
        column = self.columns.get(key)
        if column is None:
            if key in self._places or key in self._tokens:
                if value != "":  # written where there is none
                    self._complain(line, "not_an_array", f"{key} is no list; it is left out.")
                return
            if key not in self._named:
                if not can_be_column(key) or key in self._ignored:
                    return
                if self._further >= MOST:
                    self._too_many(line)
                    return
                self._further += 1
            column = self.columns[key] = Column()
        column.rows.append(self.rows)
        column.values.append(value)

    def _too_many(self, line: int) -> None:
        if not self._full:
            reason = f"The lines have more than {MOST} different keys, or {MOST_ARRAYS} with lists; the further ones are only shown with their samples."
            self._complain(line, "too_many_keys", reason)
        self._full = True

    def _complain(self, line: int, kind: str, reason: str) -> None:
        self.problems.append(Problem(line, kind, reason))

    def _structure(self, line: int, key: str, value: Any, *, replaced: bool) -> None:
        """A list or an object."""
        if key in self._places and self._take_array(line, key, value, replaced=replaced):
            return
        is_list = not hasattr(value, "keys")
        if key in self._texts:
            text = structure_text(plain(value))
            self._scalar(line, key, restored(text) if replaced else text)
        elif key in self._numbers:
            reason = f"{key} is no number; it is shown with its sample and left out of every statistic."
            self._complain(line, "not_a_number", reason)
        elif key in self._tokens and is_list:
            self._take_tokens(value, replaced=replaced)
        elif key in self._places or key in self._tokens:
            self._complain(line, "not_an_array", f"{key} is no list of numbers; it is left out.")
        elif is_list and can_be_column(key):
            self._take_array(line, key, value, replaced=replaced)

    def _take_tokens(self, tokens: Sequence[Any], *, replaced: bool) -> None:
        count = len(tokens)
        if not count or self._n_tokens[-1]:
            return
        self._n_tokens[-1] = count
        last = tokens[count - 1]
        last = restored(last) if replaced else last
        if isinstance(last, str) and SPECIAL.fullmatch(last):
            self.last_tokens[-1], self._tail[-1] = last, 1
            if count > 1 and tokens[count - 2] == last:
                whole = plain(tokens)
                other = next((i for i in range(count - 1, -1, -1) if whole[i] != last), -1)
                self._tail[-1] = count - 1 - other

    def _take_array(self, line: int, key: str, value: Any, *, replaced: bool) -> bool:
        """Keeps a list of numbers; False where it is none. An empty one is as good as absent."""
        if hasattr(value, "keys"):
            return False
        if not len(value):
            return True
        known = key in self._places
        found = _numbers(value, strict=not known)
        if found is None:
            return False
        if not known and key not in self.arrays:
            if len(self.arrays) >= MOST_ARRAYS:
                self._too_many(line)
                return False
            self.arrays.add(key)
        numbers, null = found
        if replaced:
            numbers = restored_array(numbers)
        name, place = self._places.get(key, (key, 0))
        self._block.setdefault(name, []).append((len(self._n_tokens) - 1, place, numbers, null))
        return True

    def logged(self) -> Logged:
        """The arrays of the rows since the last call, flat."""
        count = len(self._n_tokens)
        n_tokens = np.asarray(self._n_tokens, np.int64)
        # In the order in which an opened row has them: without tokens the first array says how long a response is.
        order = [name for name in (*self._order, *sorted(self.arrays), *self._masks) if name in self._block]
        chosen = {name: _first_of_each_row(self._block[name]) for name in order}
        lengths: dict[str, Ints] = {}
        for name, arrays in chosen.items():
            lengths[name] = np.zeros(count, np.int64)
            lengths[name][[array[0] for array in arrays]] = [len(array[2]) for array in arrays]
        widths = np.maximum.reduce([n_tokens, *lengths.values()])
        values: dict[str, Floats] = {}
        null: dict[str, Bools] = {}
        for name, arrays in chosen.items():
            values[name], absent = _flat(arrays, lengths[name], widths)
            if absent is not None:
                null[name] = absent
        last = self.last_tokens[self._begun :]
        found = Logged(widths, n_tokens, last, np.asarray(self._tail, np.int64), lengths, values, null)
        self._begin()
        return found


def _first_of_each_row(arrays: list[_Array]) -> list[_Array]:
    """The array whose key comes first, where a row has several of one name."""
    if not any(place for _, place, _, _ in arrays):
        return arrays
    best: dict[int, _Array] = {}
    for array in arrays:
        if array[0] not in best or array[1] < best[array[0]][1]:
            best[array[0]] = array
    return [best[row] for row in sorted(best)]


def _numbers(value: Any, *, strict: bool) -> tuple[Floats, Bools | None] | None:
    """The elements of a list and where they are null; None where it is no list of numbers.

    What counts as a number is said by `from_list`.
    """
    if type(value) is not list:
        flat = flat_numbers(value)
        if flat is not None:
            return flat, None
        first = value[0]
        if (isinstance(first, str) and strict) or (hasattr(first, "as_buffer") and len(first) != 1):
            return None  # texts, or lists of several numbers, however many: not worth a look at each
        value = value.as_list()
    return from_list(value, strict=strict)


def _flat(arrays: list[_Array], lengths: Ints, widths: Ints) -> tuple[Floats, Bools | None]:
    """Arrays one after the other, each as wide as its row, and where they have no value (None: nowhere)."""
    joined = np.concatenate([array[2] for array in arrays])
    holes = any(array[3] is not None for array in arrays)
    absent = (
        np.concatenate([np.zeros(len(array[2]), bool) if array[3] is None else array[3] for array in arrays])
        if holes
        else None
    )
    if np.array_equal(lengths, widths):
        return joined, absent
    starts = np.cumsum(widths) - widths
    inside = np.arange(int(widths.sum())) - np.repeat(starts, widths) < np.repeat(lengths, widths)
    values, null = np.full(len(inside), np.nan), np.ones(len(inside), bool)
    values[inside] = joined
    null[inside] = False if absent is None else absent
    return values, null
