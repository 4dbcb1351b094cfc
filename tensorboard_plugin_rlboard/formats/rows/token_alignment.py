"""Aligns logged arrays with the response tokens: trims trailing padding, and leaves out arrays of another length.

The same code reads a range of a file (many samples, flat) and one opened sample, so the index and the token view
cannot disagree. Token positions everywhere else in the project are positions after this trimming.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

SPECIAL_TOKEN = re.compile(r"<[^<>\s]{1,60}>|\[[A-Z_]{2,30}\]", re.ASCII)
"""Tokens that are no words: <pad>, <|im_end|>, </s>, [PAD]. Only such a token is ever taken for padding."""
_PAD_NAME = re.compile(r"pad", re.IGNORECASE)
_LOGPROB_ARRAYS = ("logprobs", "rollout_logprobs", "ref_logprobs", "new_logprobs")


def numbers_from_list(value: list[object], *, strict: bool) -> tuple[Floats, Bools | None] | None:
    """Read a list of numbers.

    Args:
        value: the list. An element in a list of its own counts as that element (`[[0.1], [0.2]]`).
        strict: take numbers, truth values and null only; else a text that holds a number counts as that number, and
            anything that is no number as null.

    Returns:
        The numbers, NaN where they are null, and where they are null (None: nowhere); None for any other list.
    """
    if set(map(type, value)) <= {float, int}:
        try:
            return np.asarray(value, np.float64), None
        except OverflowError:  # a whole number of more than 308 digits
            pass
    elements = [_list_element(x) for x in value]
    if strict and any(
        isinstance(x, str) or (found is None and x is not None)
        for x, found in zip(value, elements, strict=True)
    ):
        return None
    null = np.asarray([x is None for x in elements], bool)
    numbers = np.asarray([np.nan if x is None else x for x in elements], np.float64)
    return numbers, null if null.any() else None


def _list_element(value: object) -> float | None:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return number_from_value(value)


def number_from_value(value: object) -> float | None:
    """A number, a truth value or a text that holds a number, as a float; None for anything else."""
    try:
        return float(value) if isinstance(value, (bool, int, float, str)) else None
    except ValueError:
        return None
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf if isinstance(value, int) and value > 0 else -math.inf


@dataclass(frozen=True)
class Trim:
    """Trailing padding that was cut from an array.

    Attributes:
        sample: number of the sample among those aligned together.
        array: name of the array.
        count: how many positions were cut.
        reason: why these are padding.
    """

    sample: int
    array: str
    count: int
    reason: str


@dataclass(frozen=True)
class LengthMismatch:
    """An array whose length does not fit the response tokens; it is left out of every statistic.

    Attributes:
        sample: number of the sample among those aligned together.
        array: name of the array.
        length: how many values it has.
        n_tokens: how many response tokens the sample has.
    """

    sample: int
    array: str
    length: int
    n_tokens: int


@dataclass(frozen=True)
class LoggedArrays:
    """The logged arrays of some samples, flat and padded: sample i has positions 0 … widths[i]-1 of every array.

    Attributes:
        widths: int64 [samples], the longest array of each sample, tokens included.
        n_tokens: int64 [samples], logged token strings; 0 where there are none.
        last_token: the last token string of each sample that looks special, else None.
        trailing_repeats: int64 [samples], how many trailing tokens equal `last_token`; 0 where it is None.
        lengths: array name -> int64 [samples], its logged length, 0 where it is absent or null.
        values: array name -> float64 [sum(widths)], NaN beyond an array's end.
        nulls: array name -> bool [sum(widths)], True beyond the end and where the log has null; absent where that is
            nowhere.
    """

    widths: Ints
    n_tokens: Ints
    last_token: list[str | None]
    trailing_repeats: Ints
    lengths: Mapping[str, Ints]
    values: Mapping[str, Floats]
    nulls: Mapping[str, Bools]

    def is_empty(self, name: str, span: slice) -> Bools:
        """Where a slice of an array has no value or exactly 0."""
        zero: Bools = self.values[name][span] == 0.0
        return np.logical_or(zero, self.nulls[name][span]) if name in self.nulls else zero


def _trailing_padding(logged: LoggedArrays, starts: Ints) -> list[Trim]:
    """Find trailing padding: repeats of a special token whose log-probabilities are 0.0 or absent."""
    trims: list[Trim] = []
    for i in np.flatnonzero(logged.trailing_repeats).tolist():
        source = next(
            (name for name in _LOGPROB_ARRAYS if name in logged.lengths and logged.lengths[name][i] > 0), None
        )
        token, run, n = logged.last_token[i] or "", int(logged.trailing_repeats[i]), int(logged.n_tokens[i])
        empty = run
        if source is not None:
            span = slice(int(starts[i]) + n - run, int(starts[i]) + n)
            used = ~logged.is_empty(source, span)
            empty = int(np.argmax(used[::-1])) if used.any() else run
        elif not _PAD_NAME.search(token):
            empty = (
                run - 1
            )  # an end token without any log-probability: it ended the response, the rest is padding
        if empty == run and not _PAD_NAME.search(token):
            empty -= 1  # the first end token stays, even where it equals the pad token
        if empty > 0:
            reason = f"trailing {token} with log-probability 0.0 or none is padding"
            trims.append(Trim(i, "response_tokens", empty, reason))
    return trims


def _trailing_zeros(logged: LoggedArrays, starts: Ints, i: int, size: int) -> int:
    """Count the trailing positions without token strings where every log-probability is exactly 0.0; 1 counts as 0."""
    names = [name for name in _LOGPROB_ARRAYS if name in logged.lengths and logged.lengths[name][i] > 0]
    if not names or size == 0:
        return 0
    span = slice(int(starts[i]), int(starts[i]) + size)
    used = np.logical_or.reduce([~logged.is_empty(name, span) for name in names])
    zeros = int(np.argmax(used[::-1])) if used.any() else 0
    return zeros if zeros > 1 else 0


def align_arrays(
    logged: LoggedArrays, mask: str | None = None
) -> tuple[Tokens, list[Trim], list[LengthMismatch]]:
    """Align every array with the response tokens.

    An array that ends with the padding, with the tokens, or one token earlier is read from its start; a longer one is
    cut where its surplus is empty (0 or null); any other length says nothing about positions and is a mismatch.

    Args:
        logged: the arrays of some samples.
        mask: name of the array that is the response mask (0 = left out of statistics).

    Returns:
        The aligned arrays, the padding that was cut, and the arrays that were left out.
    """
    starts = _starts(logged.widths)
    sizes = logged.n_tokens.copy()
    trims = _trailing_padding(logged, starts)
    for trim in trims:
        sizes[trim.sample] -= trim.count
    for i in np.flatnonzero((logged.n_tokens == 0) & (logged.widths > 0)).tolist():
        lengths = [
            int(logged.lengths[name][i])
            for name in (*_LOGPROB_ARRAYS, *logged.lengths)
            if name in logged.lengths
        ]
        size = next((length for length in lengths if length), 0)
        cut = _trailing_zeros(logged, starts, i, size)
        if cut:
            trims.append(Trim(i, "logprobs", cut, "trailing log-probabilities of exactly 0.0 are padding"))
        sizes[i] = size - cut
    mismatches = _length_mismatches(logged, starts, sizes)
    dropped = [(mismatch.array, mismatch.sample) for mismatch in mismatches]
    keep = None if np.array_equal(sizes, logged.widths) else _kept_positions(starts, sizes)
    new_starts = _starts(sizes)
    values: dict[str, Floats] = {}
    missing: dict[str, Bools] = {}
    for name in logged.values:
        array, absent = logged.values[name], logged.nulls.get(name)
        if keep is not None:
            array, absent = array[keep], None if absent is None else absent[keep]
        gone = [i for what, i in dropped if what == name]
        if gone:
            array, absent = array.copy(), np.zeros(len(array), bool) if absent is None else absent.copy()
            for i in gone:
                array[new_starts[i] : new_starts[i] + sizes[i]] = np.nan
                absent[new_starts[i] : new_starts[i] + sizes[i]] = True
        if len(array) and (absent is None or not absent.all()):
            values[name] = array
            if absent is not None and absent.any():
                missing[name] = absent
    seen: Bools | None = None
    if mask is not None and mask in values:
        seen = (values.pop(mask) != 0.0) | missing.pop(mask, np.zeros(int(sizes.sum()), bool))
    return Tokens(new_starts, sizes, values, missing, seen), trims, mismatches


def _length_mismatches(logged: LoggedArrays, starts: Ints, sizes: Ints) -> list[LengthMismatch]:
    found: list[LengthMismatch] = []
    for name, lengths in logged.lengths.items():
        ends_well = (lengths == 0) | (lengths >= sizes - 1) & (lengths <= np.maximum(logged.n_tokens, sizes))
        for i in np.flatnonzero(~ends_well).tolist():
            length, size = int(lengths[i]), int(sizes[i])
            surplus = slice(int(starts[i]) + max(size, 0), int(starts[i]) + length)
            if length < size or not logged.is_empty(name, surplus).all():
                found.append(LengthMismatch(i, name, length, size))
    return found


def _starts(sizes: Ints) -> Ints:
    """Where each sample begins in a flat array."""
    return np.asarray(np.cumsum(sizes) - sizes, np.int64)


def _kept_positions(starts: Ints, sizes: Ints) -> Ints:
    """Flat positions of the first `sizes[i]` values of each sample."""
    total = int(sizes.sum())
    new_starts = _starts(sizes)
    return np.arange(total, dtype=np.int64) + np.repeat(starts - new_starts, sizes)
