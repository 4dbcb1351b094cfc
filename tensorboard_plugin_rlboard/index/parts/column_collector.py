"""Values of rows, collected key by key; the token arrays of a block of rows laid out flat.

Every key of every row is looked at, so a key that stands in one line of a million is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.conversations.from_row import structure_to_text
from tensorboard_plugin_rlboard.formats.rows.json_parsers import number_array, to_python
from tensorboard_plugin_rlboard.formats.rows.token_alignment import (
    SPECIAL_TOKEN,
    LoggedArrays,
    numbers_from_list,
)
from tensorboard_plugin_rlboard.index.parts.extra_keys import MAX_EXTRA_ARRAYS, MAX_EXTRA_KEYS, can_be_column
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem, Row
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

_SCALARS = frozenset({str, int, float, bool})
_Array = tuple[int, int, Floats, Bools | None]
"""Row within the block, rank of its key among those of its field, values, where they are null (None: nowhere)."""


class Column:
    """The values of one key: numbers, truth values and texts as logged, on the rows that have one."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.values: list[Any] = []


class ColumnCollector:
    """Collects the values of rows, key by key.

    Attributes:
        lines: index of the line of each row so far.
        samples: index of each row within its line.
        columns: key -> its values, of all rows so far.
        arrays: keys beside the format's own with a list of numbers.
        last_tokens: the last token of each row where it looks like no word, else None.
        problems: values that cannot be used.
    """

    def __init__(self, file_format: Format) -> None:
        self.lines: list[int] = []
        self.samples: list[int] = []
        self.columns: dict[str, Column] = {}
        self.arrays: set[str] = set()
        self.problems: list[Problem] = []
        self._read = file_format.read_keys()
        self._ignored = file_format.ignored_keys
        self._tokens = frozenset(file_format.token_keys)
        self._numbers = frozenset(key for keys in file_format.number_keys.values() for key in keys)
        self._array_fields = {
            key: (field, rank)
            for field, keys in {**file_format.array_keys, **file_format.mask_as_array()}.items()
            for rank, key in enumerate(keys)
        }
        self._order, self._masks = tuple(file_format.array_keys), tuple(file_format.mask_as_array())
        self._texts = self._read - self._tokens - self._numbers - set(self._array_fields) - self._ignored
        self._n_extra = 0
        self._is_full = False
        self.last_tokens: list[str | None] = []
        self._begin_block()

    def _begin_block(self) -> None:
        self._n_tokens: list[int] = []
        self._block_start = len(self.last_tokens)
        self._n_trailing: list[int] = []
        self._block: dict[str, list[_Array]] = {}

    def add_line(self, line: int, rows: Sequence[Row]) -> None:
        """Takes every value of the rows of a line, one for each of its samples.

        None of them is held: simdjson parses no further line while any value of the last one is.
        """
        for sample, row in enumerate(rows):
            index = len(self.lines)
            self.lines.append(line)
            self.samples.append(sample)
            self._n_tokens.append(0)
            self.last_tokens.append(None)
            self._n_trailing.append(0)
            keys = list(row.keys())
            if len(set(keys)) < len(keys):
                keys = list(dict.fromkeys(keys))
            for key in keys:
                try:
                    value = row[key]
                except (
                    KeyError
                ):  # simdjson does not find keys with a NUL in them, which can be no column either
                    continue
                if value is None:
                    continue
                if type(value) in _SCALARS:
                    column = self.columns.get(key)
                    if column is None:
                        self._add_scalar(line, key, value)
                    else:  # what nearly every value is; a call for each would be a tenth of the whole time
                        column.rows.append(index)
                        column.values.append(value)
                elif key not in self._ignored:
                    self._add_structure(line, key, value)

    def _add_scalar(self, line: int, key: str, value: Any) -> None:
        column = self.columns.get(key)
        if column is None:
            if key in self._array_fields or key in self._tokens:
                if value != "":  # written where there is none
                    self._complain(line, "not_an_array", f"{key} is no list; it is left out.")
                return
            if key not in self._read:
                if not can_be_column(key) or key in self._ignored:
                    return
                if self._n_extra >= MAX_EXTRA_KEYS:
                    self._complain_of_keys(line)
                    return
                self._n_extra += 1
            column = self.columns[key] = Column()
        column.rows.append(len(self.lines) - 1)
        column.values.append(value)

    def _complain_of_keys(self, line: int) -> None:
        if not self._is_full:
            reason = (
                f"The lines have more than {MAX_EXTRA_KEYS} different keys, or {MAX_EXTRA_ARRAYS} with lists; "
                "the further ones are only shown with their samples."
            )
            self._complain(line, "too_many_keys", reason)
        self._is_full = True

    def _complain(self, line: int, kind: str, reason: str) -> None:
        self.problems.append(Problem(line, kind, reason))

    def _add_structure(self, line: int, key: str, value: Any) -> None:
        """Takes a list or an object."""
        is_list = not hasattr(value, "keys")
        is_array = key in self._array_fields
        if key in self._tokens and is_list and not is_array:
            self._add_tokens(value)
            return
        may_be_array = is_array or (key not in self._read and can_be_column(key))
        if is_list and may_be_array and self._add_array(line, key, value):
            return
        if key in self._texts:
            text = structure_to_text(to_python(value))
            self._add_scalar(line, key, text)
        elif key in self._numbers:
            reason = f"{key} is no number; it is shown with its sample and left out of every statistic."
            self._complain(line, "not_a_number", reason)
        elif is_array or key in self._tokens:
            self._complain(line, "not_an_array", f"{key} is no list of numbers; it is left out.")

    def _add_tokens(self, tokens: Sequence[Any]) -> None:
        count = len(tokens)
        if not count or self._n_tokens[-1]:
            return
        self._n_tokens[-1] = count
        last = tokens[count - 1]
        if isinstance(last, str) and SPECIAL_TOKEN.fullmatch(last):
            self.last_tokens[-1], self._n_trailing[-1] = last, 1
            if count > 1 and tokens[count - 2] == last:
                whole = list(tokens)
                other = next((i for i in range(count - 1, -1, -1) if whole[i] != last), -1)
                self._n_trailing[-1] = count - 1 - other

    def _add_array(self, line: int, key: str, value: Any) -> bool:
        """Keeps a list of numbers; False where it is none. An empty one is as good as absent."""
        if not len(value):
            return True
        is_extra = key not in self._array_fields
        found = _numbers(value, strict=is_extra)
        if found is None:
            return False
        if is_extra and key not in self.arrays:
            if len(self.arrays) >= MAX_EXTRA_ARRAYS:
                self._complain_of_keys(line)
                return False
            self.arrays.add(key)
        field, rank = self._array_fields.get(key, (key, 0))
        self._block.setdefault(field, []).append((len(self._n_tokens) - 1, rank, *found))
        return True

    def logged(self) -> LoggedArrays:
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
        last = self.last_tokens[self._block_start :]
        found = LoggedArrays(
            widths, n_tokens, last, np.asarray(self._n_trailing, np.int64), lengths, values, null
        )
        self._begin_block()
        return found


def _first_of_each_row(arrays: list[_Array]) -> list[_Array]:
    """The array whose key comes first, where a row has several of one field."""
    if not any(rank for _, rank, _, _ in arrays):
        return arrays
    best: dict[int, _Array] = {}
    for array in arrays:
        if array[0] not in best or array[1] < best[array[0]][1]:
            best[array[0]] = array
    return [best[row] for row in sorted(best)]


def _numbers(value: Any, *, strict: bool) -> tuple[Floats, Bools | None] | None:
    """The elements of a list and where they are null; None where it is no list of numbers.

    What counts as a number is said by `numbers_from_list`.
    """
    if type(value) is not list:
        flat = number_array(value)
        if flat is not None:
            return flat, None
        first = value[0]
        if (isinstance(first, str) and strict) or (hasattr(first, "as_buffer") and len(first) != 1):
            return None  # texts, or lists of several numbers, however many: not worth a look at each
        value = value.as_list()
    return numbers_from_list(value, strict=strict)


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
