"""Lays the token arrays of rows out flat: for a block of rows of a file, and for one sample that is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.logprob_entries import logprob_entries
from tensorboard_plugin_rlboard.formats.arrays.number_values import (
    NumberList,
    list_from_text,
    numbers_from_list,
)
from tensorboard_plugin_rlboard.formats.arrays.token_padding import (
    LOGPROB_ARRAYS,
    LoggedArrays,
    last_token_run,
)
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

_Array = tuple[int, int, Floats, Bools | None]
"""Row within the block, rank of its key among those of its field, values, where they are null (None: nowhere)."""
_NO_TOKENS = (0, None, 0)
"""Of a row: how many tokens it has, its last one if that may be padding, and how many at its end are equal to that."""


class ArrayBlock:
    """The tokens and token arrays of some rows, taken one row after the other."""

    def __init__(self) -> None:
        self._tokens: list[tuple[int, str | None, int]] = []
        self._arrays: dict[str, list[_Array]] = {}
        self._tokens_of_logprobs: dict[str, list[str]] = {}

    def begin_row(self) -> None:
        """Begins the next row; what is added belongs to it, until `end_row`."""
        self._tokens.append(_NO_TOKENS)

    def end_row(self) -> list[str]:
        """Ends the row: where none were logged, its tokens are those that its log-probabilities name, which it returns."""
        named = self._tokens_of_logprobs
        if not named:
            return []
        tokens = next(named[name] for name in LOGPROB_ARRAYS if name in named) if not self.has_tokens else []
        self._tokens_of_logprobs = {}
        self.add_tokens(tokens)
        return tokens

    @property
    def has_tokens(self) -> bool:
        """Whether tokens of the row were added."""
        return self._tokens[-1][0] > 0

    def add_tokens(self, tokens: Sequence[object]) -> None:
        """Adds the tokens of the row, strings or ids; the first that it has count."""
        if len(tokens) and not self.has_tokens:
            self._tokens[-1] = len(tokens), *last_token_run(tokens)

    def add_value(
        self, name: str, value: object, rank: int = 0, *, strict: bool = False
    ) -> NumberList | None:
        """Adds what is logged as an array of the row, if it is one.

        Args:
            name: name of the array.
            value: the value, as Python's own lists and objects; no empty list.
            rank: see `add_array`.
            strict: see `numbers_from_list`; also take no text for a list, and no objects for log-probabilities.

        Returns:
            The numbers; None where the value is no array.
        """
        if name in LOGPROB_ARRAYS and not strict:
            entries = logprob_entries(value)
            if entries is not None:
                if entries.tokens is not None:
                    self._tokens_of_logprobs[name] = entries.tokens
                self.add_array(name, entries.numbers, rank)
                return entries.numbers
        if isinstance(value, str) and not strict:
            value = list_from_text(value)
        numbers = numbers_from_list(value, strict=strict) if isinstance(value, list) else None
        if numbers is not None:
            self.add_array(name, numbers, rank)
        return numbers

    def add_array(self, name: str, numbers: NumberList, rank: int = 0) -> None:
        """Adds an array of the row; of several of one name that with the lowest rank counts."""
        self.add_numbers(name, numbers.values, rank, numbers.nulls)

    def add_numbers(self, name: str, values: Floats, rank: int = 0, nulls: Bools | None = None) -> None:
        """The same of bare numbers, float64 [length]."""
        arrays = self._arrays.get(name)
        if arrays is None:
            arrays = self._arrays[name] = []
        arrays.append((len(self._tokens) - 1, rank, values, nulls))

    def logged(
        self,
        order: Iterable[str],
        further: Iterable[str] = (),
        is_truncated: Callable[[Ints], Bools] | None = None,
    ) -> LoggedArrays:
        """The arrays of all rows, flat.

        Args:
            order: names of the arrays; without tokens the first that a row has says how long its response is.
            further: names among them that no format names.
            is_truncated: says of some rows whether their response was cut off; asked where tokens may be padding.
        """
        n_tokens = np.asarray([n for n, _, _ in self._tokens], np.int64)
        chosen = {name: _first_of_each_row(self._arrays[name]) for name in order if name in self._arrays}
        lengths: dict[str, Ints] = {}
        for name, arrays in chosen.items():
            lengths[name] = np.zeros(len(n_tokens), np.int64)
            lengths[name][[array[0] for array in arrays]] = [len(array[2]) for array in arrays]
        widths = np.maximum.reduce([n_tokens, *lengths.values()])
        values: dict[str, Floats] = {}
        nulls: dict[str, Bools] = {}
        for name, arrays in chosen.items():
            values[name], absent = _flat(arrays, lengths[name], widths)
            if absent is not None:
                nulls[name] = absent
        trailing = np.asarray([repeats for _, _, repeats in self._tokens], np.int64)
        truncated = None
        if is_truncated is not None and trailing.any():
            truncated = np.zeros(len(n_tokens), bool)
            rows = np.flatnonzero(trailing)
            truncated[rows] = is_truncated(rows)
        return LoggedArrays(
            widths,
            n_tokens,
            [last for _, last, _ in self._tokens],
            trailing,
            lengths,
            values,
            nulls,
            frozenset(further) & chosen.keys(),
            truncated,
        )


def _first_of_each_row(arrays: list[_Array]) -> list[_Array]:
    """The array whose key comes first, where a row has several of one field."""
    if not any(rank for _, rank, _, _ in arrays):  # rank 0 has one key
        return arrays
    best: dict[int, _Array] = {}
    for array in arrays:
        if array[0] not in best or array[1] < best[array[0]][1]:
            best[array[0]] = array
    return [best[row] for row in sorted(best)]


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
    values, nulls = np.full(len(inside), np.nan), np.ones(len(inside), bool)
    values[inside] = joined
    nulls[inside] = False if absent is None else absent
    return values, nulls
