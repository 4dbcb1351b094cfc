"""Values of rows, collected key by key; the token arrays of a block of rows laid out flat.

Every key of every row is looked at, so a key that stands in one line of a million is found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.array_block import ArrayBlock, number_array
from tensorboard_plugin_rlboard.formats.arrays.number_values import (
    SINGLE_NUMBERS,
    not_a_number,
    not_an_array,
    not_tokens,
    number_from_value,
    shortened,
)
from tensorboard_plugin_rlboard.formats.arrays.token_alignment import align_arrays
from tensorboard_plugin_rlboard.formats.conversations.from_row import value_to_text
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_count
from tensorboard_plugin_rlboard.formats.row_keys import RowKeys
from tensorboard_plugin_rlboard.formats.rows.json_parsers import to_python
from tensorboard_plugin_rlboard.formats.split_tags import MAX_TAGS, may_hold_tags, tags_of
from tensorboard_plugin_rlboard.index.parts.extra_keys import (
    MAX_EXTRA_ARRAYS,
    MAX_EXTRA_KEYS,
    can_be_array,
    can_be_column,
    may_be_numbers,
)
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem, Row, repeats_problem
from tensorboard_plugin_rlboard.index.parts.sample_statistics import RowBlock
from tensorboard_plugin_rlboard.metrics.segments import Bools
from tensorboard_plugin_rlboard.metrics.thresholds import is_truncated
from tensorboard_plugin_rlboard.metrics.tokens import TOKEN_METRICS
from tensorboard_plugin_rlboard.sources.text.repeated_keys import repeated

_SCALARS = frozenset({str, int, float, bool})
BLOCK_BYTES = 3_000_000
"""Bytes of lines whose token arrays are laid out flat together: a few hundred KB for each array."""


@dataclass
class Column:
    """The values of one key: numbers, truth values and texts as logged, on the rows that have one."""

    rows: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def followed_by(self, other: Column) -> Column:
        """Both; where a row has both values, the other's counts."""
        return Column(self.rows + other.rows, self.values + other.values)


class ColumnCollector:
    """Collects the values of rows, key by key.

    Attributes:
        lines: index of the line of each row so far.
        samples: index of each row within its line.
        columns: key -> its values, of all rows so far.
        extra_arrays: keys beside the format's own with a list of numbers.
        keys: the keys of the rows by what the format reads under them.
        unanswered: rows whose response is logged as null.
        token_counts: how many tokens the response has, of rows that log this number in their place.
        block_bytes: bytes of the lines since the last block.
        problems: values that cannot be used.
    """

    def __init__(self, keys: RowKeys) -> None:
        self.lines: list[int] = []
        self.samples: list[int] = []
        self.columns: dict[str, Column] = {}
        self.extra_arrays: set[str] = set()
        self._single_numbers: dict[str, Column] = {}
        self.token_counts = Column()
        self.unanswered: list[int] = []
        self.problems: list[Problem] = []
        self.keys = keys
        self._ignored, self._arrays, self._is_full = keys.ignored, keys.arrays, False
        self._lists_as_text: set[str] = set()
        self._block = ArrayBlock(keys.arrays, keys.tokens)
        self._first_row = self.block_bytes = self._n_extra = 0

    def add_line(self, line: int, rows: Sequence[Row], length: int) -> None:
        """Takes every value of the rows of a line.

        Args:
            line: its index.
            rows: one for each of its samples; none is held when this is done.
            length: its bytes.
        """
        self.block_bytes += length
        for sample, row in enumerate(rows):
            index = len(self.lines)
            self.lines.append(line)
            self.samples.append(sample)
            self._block.begin_row()
            keys = list(row.keys())
            if len(set(keys)) < len(keys):
                self.problems.append(repeats_problem(line, repeated(keys)))
                row = row.as_dict()  # type: ignore[attr-defined]  # noqa: PLW2901  # an object of simdjson's
                keys = list(row.keys())
            for key in keys:
                try:
                    value = row[key]
                except KeyError:  # simdjson finds no key with a NUL in it, which can be no column either
                    continue
                if value is None:
                    if key in self.keys.responses:
                        self.unanswered.append(index)
                    continue
                if type(value) in _SCALARS:
                    column = self.columns.get(key)
                    if column is not None:  # nearly every value; a call for each took a tenth of the time
                        column.rows.append(index)
                        column.values.append(value)
                    elif key not in self._arrays and key not in self.keys.tokens:
                        self._add_scalar(line, key, value)
                    elif value != "":  # written where there is none
                        self._add_array(line, key, value)
                elif key not in self._ignored and not self._block.take(key, value):
                    self._add_structure(line, key, value)

    @property
    def has_rows(self) -> bool:
        """Whether there are rows that are in no block yet."""
        return self._first_row < len(self.lines)

    def take_block(self) -> RowBlock:
        """The arrays of the rows since the last block, laid onto their tokens; they are held no longer."""
        truncated = self._truncated() if self._block.may_be_padded else None
        lines, further = self.lines[self._first_row :], self.extra_arrays - TOKEN_METRICS.keys()
        self._first_row, self.block_bytes = len(self.lines), 0
        mask = () if self.keys.mask is None else (self.keys.mask,)
        order = dict.fromkeys((*self.keys.array_fields, *sorted(self.extra_arrays), *mask))
        return RowBlock(
            lines,
            align_arrays(self._block.logged(order, further, truncated), self.keys.mask),
            frozenset(self.extra_arrays),
        )

    @property
    def all_columns(self) -> dict[str, Column]:
        """`columns` with what keys of arrays held as one number of a sample, where the number's own key has none."""
        return self.columns | {
            key: single.followed_by(self.columns.get(key, Column()))
            for name, single in self._single_numbers.items()
            for key in [name if name not in self.keys.read else f"logged.{name}"]
        }

    def _truncated(self) -> Bools:
        """Whether the responses since the last block were cut off, by their finish reasons, bool [rows]."""
        reasons: dict[int, Any] = {}
        for key in reversed(self.keys.finish_reasons):
            column = self.columns.get(key, Column())
            start = bisect_left(column.rows, self._first_row)
            reasons.update(zip(column.rows[start:], column.values[start:], strict=True))
        found = [reasons.get(row) for row in range(self._first_row, len(self.lines))]
        return np.asarray([isinstance(x, str) and is_truncated(x) for x in found], bool)

    def _add_scalar(self, line: int, key: str, value: Any) -> None:
        column = self.columns.get(key)
        if column is None:
            if key not in self.keys.read:
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
            reason = f"The lines have more than {MAX_EXTRA_KEYS:,} different keys, or {MAX_EXTRA_ARRAYS:,} with lists; the further ones are only shown with their samples."
            self._complain(line, "too_many_keys", reason)
        self._is_full = True

    def _complain(self, line: int, kind: str, reason: str) -> None:
        self.problems.append(Problem(line, kind, reason))

    def _add_structure(self, line: int, key: str, value: Any) -> None:
        """Takes a list or an object that is no plain list of tokens or numbers of the format's."""
        is_list, is_array = not hasattr(value, "keys"), key in self._arrays
        may_be_array = is_array or (is_list and key not in self.keys.read and can_be_array(key))
        if may_be_array and self._add_array(line, key, value):
            return
        are_tags = is_list and may_hold_tags(key) and len(value) <= MAX_TAGS
        if key in self.keys.texts or (are_tags and tags_of(to_python(value))):
            self._add_scalar(
                line, key, value_to_text(to_python(value), is_reason=key in self.keys.finish_reasons)
            )
        elif key in self.keys.numbers:
            self._complain(line, "not_a_number", not_a_number(key, to_python(value)))
        elif is_array or key in self.keys.tokens:
            self._complain_of_array(line, key, to_python(value))

    def _complain_of_array(self, line: int, key: str, value: Any) -> None:
        is_tokens = key in self.keys.tokens and key not in self._arrays
        self._complain(line, "not_an_array", (not_tokens if is_tokens else not_an_array)(key, value))

    def _add_array(self, line: int, key: str, value: Any) -> bool:
        """Takes what may be an array of a row: a list of numbers, one as text, or a number in its place.

        Returns:
            False where a list or an object is no array, of which something else may be made. An empty list is as good
            as absent.
        """
        is_extra = key not in self._arrays
        name, rank = self._arrays.get(key) or (key, self.keys.array_fields.get(key, 0))
        if type(value) in _SCALARS:
            if not is_extra and name in SINGLE_NUMBERS and number_from_value(value) is not None:
                column = self._single_numbers.setdefault(SINGLE_NUMBERS[name], Column())
                column.rows.append(len(self.lines) - 1)
                column.values.append(value)
            elif key in self.keys.tokens and is_count(value):
                self.token_counts.rows.append(len(self.lines) - 1)
                self.token_counts.values.append(value)
            elif is_extra or self._block.add_value(name, value, rank) is None:
                self._complain_of_array(line, key, value)
            elif key not in self._lists_as_text:
                self._lists_as_text.add(key)
                reason = f"{key} is a list written as text ({shortened(value)}); it is read as the list. Log the list itself."
                self._complain(line, "list_as_text", reason)
            return True
        is_list = not hasattr(value, "keys")
        if is_list and not len(value):
            return True
        if is_extra and key not in self.extra_arrays and len(self.extra_arrays) >= MAX_EXTRA_ARRAYS:
            if may_be_numbers(value):
                self._complain_of_keys(line)
            return False
        flat = number_array(value) if is_list and type(value) is not list else None
        if flat is not None:
            self._block.add_numbers(name, flat, rank)
        elif is_extra and not may_be_numbers(value):
            return False
        else:
            found = self._block.add_value(name, to_python(value), rank, strict=is_extra)
            if found is None:
                return False
            if found.odd is not None:
                reason = f"{key} has elements that are no numbers, such as {shortened(found.odd)}; they count as missing."
                self._complain(line, "not_a_number", reason)
        if is_extra:
            self.extra_arrays.add(key)
        return True
