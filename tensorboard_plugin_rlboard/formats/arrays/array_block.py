"""Lays the token arrays of rows out flat: for a block of rows of a file, and for one sample that is opened."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.logged_arrays import LOGPROB_ARRAYS, LoggedArrays
from tensorboard_plugin_rlboard.formats.arrays.logprob_entries import logprob_entries
from tensorboard_plugin_rlboard.formats.arrays.number_values import (
    NumberList,
    list_from_text,
    numbers_from_list,
    without_batch_dimension,
)
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

SPECIAL_TOKEN = re.compile(r"<[^<>\s]{1,60}>|\[[A-Z_]{2,30}\]", re.ASCII)
"""Tokens that are no words: <pad>, <|im_end|>, </s>, [PAD]. Only such a token, or an id, is ever taken for padding."""
TOKEN_ID = re.compile(r"#-?[0-9]{1,10}", re.ASCII)
_Array = tuple[int, int, Floats, Bools | None]
"""Row within the block, rank of its key among those of its field, values, where they are null (None: nowhere)."""
_NO_TOKENS = (0, None, 0)
"""Of a row: how many tokens it has, its last one if that may be padding, and how many at its end are equal to that."""


class ArrayBlock:
    """The tokens and token arrays of some rows, taken one row after the other.

    Args:
        arrays: for `take`: key of a row -> the name of its array, and the key's rank among those of that name.
        tokens: for `take`: keys of a row that may hold its tokens.
    """

    def __init__(
        self,
        arrays: Mapping[str, tuple[str, int]] = MappingProxyType({}),
        tokens: AbstractSet[str] = frozenset(),
    ) -> None:
        self._array_keys, self._token_keys = arrays, tokens
        self._tokens: list[tuple[int, str | None, int]] = []
        self._arrays: defaultdict[str, list[_Array]] = defaultdict(list)
        self._tokens_of_logprobs: dict[int, dict[str, list[str]]] = {}

    def begin_row(self) -> None:
        """Begins the next row; what is added from here on belongs to it."""
        self._tokens.append(_NO_TOKENS)

    @property
    def has_tokens(self) -> bool:
        """Whether tokens of the row were added."""
        return self._tokens[-1][0] > 0

    @property
    def may_be_padded(self) -> bool:
        """Whether the last token of a row may be padding."""
        return bool(self._tokens_of_logprobs) or any(repeats for _, _, repeats in self._tokens)

    def take(self, key: str, value: Any) -> bool:
        """Adds the value of a key of the row: numbers as simdjson gives them, or the list of its tokens.

        Returns:
            Whether it was one of these; False of an empty array, and of what something else has to be made of.
        """
        named = self._array_keys.get(key)
        if named is not None:
            flat = None if type(value) is list else number_array(value)
            if flat is None or not len(flat):
                return False
            self.add_numbers(named[0], flat, named[1])
        elif key in self._token_keys and not hasattr(value, "keys"):
            self.add_tokens(value)
        else:
            return False
        return True

    def add_tokens(self, tokens: Sequence[object]) -> None:
        """Adds the tokens of the row, strings or ids; the first that it has count."""
        if len(tokens) and not self.has_tokens:
            tokens = without_batch_dimension(tokens) if len(tokens) == 1 else tokens
            self._tokens[-1] = len(tokens), *last_token_run(tokens)

    def add_value(
        self, name: str, value: object, rank: int = 0, *, strict: bool = False
    ) -> NumberList | None:
        """Adds a logged value as an array of the row, if it is one.

        Args:
            name: name of the array.
            value: the value, as Python's own lists and objects; no empty list.
            rank: see `add_numbers`.
            strict: see `numbers_from_list`; also take no text for a list, and no objects for log-probabilities.

        Returns:
            The numbers; None where the value is no array.
        """
        entries = logprob_entries(value) if name in LOGPROB_ARRAYS and not strict else None
        if isinstance(value, str) and not strict:
            value = list_from_text(value)
        if entries is not None:
            numbers: NumberList | None = entries.numbers
            if entries.tokens is not None:
                self._tokens_of_logprobs.setdefault(len(self._tokens) - 1, {})[name] = entries.tokens
        else:
            numbers = numbers_from_list(value, strict=strict) if isinstance(value, list) else None
        if numbers is not None:
            self.add_numbers(name, numbers.values, rank, numbers.nulls)
        return numbers

    def add_numbers(self, name: str, values: Floats, rank: int = 0, nulls: Bools | None = None) -> None:
        """Adds an array of the row, float64 [length]; of several of one name that with the lowest rank counts."""
        self._arrays[name].append((len(self._tokens) - 1, rank, values, nulls))

    def named_tokens(self, row: int) -> list[str]:
        """The tokens that the log-probabilities of a row name; none where they name none, or its tokens were added."""
        named = self._tokens_of_logprobs.get(row, {}) if not self._tokens[row][0] else {}
        return next((named[name] for name in LOGPROB_ARRAYS if name in named), [])

    def logged(
        self, order: Iterable[str], further: Iterable[str] = (), truncated: Bools | None = None
    ) -> LoggedArrays:
        """The arrays of all rows, flat; the block is empty then, as the next one.

        Args:
            order: names of the arrays; without tokens the first that a row has says how long its response is.
            further: names among them that no format names.
            truncated: bool [rows], whether responses were cut off at the limit of tokens; None where none was.
        """
        tokens = self._tokens
        for row in self._tokens_of_logprobs:
            if named := self.named_tokens(row):
                tokens[row] = len(named), *last_token_run(named)
        n_tokens = np.asarray([n for n, _, _ in tokens], np.int64)
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
        self._tokens, self._arrays, self._tokens_of_logprobs = [], defaultdict(list), {}
        return LoggedArrays(
            widths,
            n_tokens,
            [last for _, last, _ in tokens],
            np.asarray([repeats for _, _, repeats in tokens], np.int64),
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


def number_array(value: Any) -> Floats | None:
    """The numbers of a list of simdjson's as an array, without a Python object for each; None for anything else.

    A list of one number counts as that number.
    """
    try:
        flat = np.frombuffer(value.as_buffer(of_type="d"))
    except (AttributeError, TypeError, ValueError):
        return None
    return flat if len(flat) == len(value) else None


def response_tokens(row: Mapping[str, object], keys: Container[str]) -> list[Any]:
    """The tokens that a row logs under the first of its keys that may hold them, padding included; empty where it has none."""
    logged = (value for key, value in row.items() if key in keys and isinstance(value, list) and value)
    found: list[Any] = without_batch_dimension(next(logged, []))
    return found


def token_text(token: object) -> str:
    """A token as text: a string as it is, an id as `#id`."""
    return f"#{token}" if type(token) is int else str(token)


def token_texts(tokens: Sequence[object]) -> list[str]:
    """Tokens as texts; all of a response are of one type nearly always, which is seen much faster than each is asked."""
    types = set(map(type, tokens))
    if types <= {str}:
        return [*tokens]  # type: ignore[list-item]  # all of them are texts
    return [f"#{token}" for token in tokens] if types == {int} else list(map(token_text, tokens))


def last_token_run(tokens: Sequence[object]) -> tuple[str | None, int]:
    """The last token if it may be padding (`#id` of an id), and how many trailing tokens are equal to it; (None, 0)."""
    last = tokens[len(tokens) - 1] if len(tokens) else None
    name = token_text(last) if type(last) is int else last
    if not (isinstance(name, str) and (SPECIAL_TOKEN.fullmatch(name) or TOKEN_ID.fullmatch(name))):
        return None, 0
    if len(tokens) < 2 or tokens[len(tokens) - 2] != last:
        return name, 1
    whole = list(tokens)
    return name, next((i for i, token in enumerate(reversed(whole)) if token != last), len(whole))
