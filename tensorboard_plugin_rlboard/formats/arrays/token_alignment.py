"""Aligns logged arrays with the response tokens: trims trailing padding, and leaves out arrays of another length.

The same code reads a range of a file (many samples, flat) and one opened sample, so the index and the token view
cannot disagree. Token positions everywhere else in the project are positions after this trimming.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.array_block import TOKEN_ID
from tensorboard_plugin_rlboard.formats.arrays.logged_arrays import LOGPROB_ARRAYS, LoggedArrays
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

_PAD_NAME = re.compile(r"pad", re.IGNORECASE)
_PAD_ID = re.compile(r"#(?:0|-[0-9]+)")
"""Ids that stand for padding by themselves: 0 of many vocabularies, and negative ones, which are in none."""


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
class AlignedArrays:
    """The arrays of some samples, laid onto their tokens.

    Attributes:
        logged: the arrays as logged.
        tokens: the aligned ones.
        trims: the padding that was cut.
        mismatches: the arrays that were left out.
    """

    logged: LoggedArrays
    tokens: Tokens
    trims: list[Trim]
    mismatches: list[LengthMismatch]


def align_arrays(logged: LoggedArrays, mask: str | None = None) -> AlignedArrays:
    """Align every array with the response tokens.

    An array that ends with the padding, with the tokens, or one token earlier is read from its start; a longer one is
    cut where its surplus is empty (0 or null); any other length says nothing about positions and is a mismatch. Without
    tokens the first array that a format names says how long a response is; a further one is none of a sample whose length
    is not known.

    Args:
        logged: the arrays of some samples.
        mask: name of the array that is the response mask (0 = left out of statistics).
    """
    starts = _starts(logged.widths)
    sizes = logged.n_tokens.copy()
    trims = trailing_padding(logged, starts, mask)
    known = [name for name in (*LOGPROB_ARRAYS, *logged.lengths) if name in logged.lengths]
    known = [name for name in known if name not in logged.further]
    for i in np.flatnonzero((logged.n_tokens == 0) & (logged.widths > 0)).tolist():
        sizes[i] = next((length for name in known if (length := int(logged.lengths[name][i]))), 0)
        cut = trailing_zeros(logged, starts, i, int(sizes[i]))
        if cut:
            trims.append(Trim(i, "logprobs", cut, "trailing log-probabilities of exactly 0.0 are padding"))
    padded = sizes.copy()
    for trim in trims:
        sizes[trim.sample] -= trim.count
    mismatches = _length_mismatches(logged, starts, sizes, padded)
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
    return AlignedArrays(logged, Tokens(new_starts, sizes, values, missing, seen), trims, mismatches)


def _length_mismatches(logged: LoggedArrays, starts: Ints, sizes: Ints, padded: Ints) -> list[LengthMismatch]:
    """The arrays that do not fit; `sizes` and `padded` count the tokens without and with their padding."""
    found: list[LengthMismatch] = []
    for name, lengths in logged.lengths.items():
        ends_well = (lengths == 0) | (lengths >= sizes - 1) & (lengths <= padded)
        if name in logged.further:
            ends_well |= padded == 0
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


def trailing_padding(logged: LoggedArrays, starts: Ints, mask: str | None) -> list[Trim]:
    """Find trailing padding among the logged tokens.

    Args:
        logged: the arrays of some samples.
        starts: int64 [samples], where each of them begins in the flat arrays.
        mask: name of the response mask.
    """
    trims: list[Trim] = []
    for i in np.flatnonzero(logged.trailing_repeats).tolist():
        token, n = logged.last_token[i] or "", int(logged.n_tokens[i])
        run = slice(int(starts[i]) + n - int(logged.trailing_repeats[i]), int(starts[i]) + n)
        count, why = _padding_of_run(logged, i, token, run, mask)
        if count > 0:
            trims.append(Trim(i, "response_tokens", count, why))
    return trims


def _padding_of_run(
    logged: LoggedArrays, i: int, token: str, run: slice, mask: str | None
) -> tuple[int, str]:
    """How many tokens of the run of equal last tokens are padding, and how that is known, in a sentence."""
    n, size = int(logged.n_tokens[i]), run.stop - run.start
    is_id, is_pad = TOKEN_ID.fullmatch(token) is not None, _says_padding(token)
    has_mask = mask is not None and mask in logged.lengths and logged.lengths[mask][i] >= n
    is_masked = logged.values[mask][run] == 0.0 if mask is not None and has_mask else np.zeros(size, bool)
    truncated = logged.truncated is not None and bool(logged.truncated[i])
    source = next(
        (name for name in LOGPROB_ARRAYS if name in logged.lengths and logged.lengths[name][i] > 0), None
    )
    if is_id and source is not None and logged.lengths[source][i] < n - 1:
        source = None  # it says nothing of the last ids, and any id may be repeated by the model
    why = f"trailing {token} with log-probability 0.0 or none is padding"
    if source is not None:
        count = _trailing(logged.is_empty(source, run))
        if count < size or is_pad or (is_masked[0] and size > 1):
            return count if count > 1 or not is_id or is_pad else 0, why
        is_surely_padding = truncated and (size > 1 or bool(logged.values[source][run.start] == 0.0))
        if is_id:
            return count if size > 1 or is_surely_padding else 0, why
        # The first end token stays, even where it equals the pad token: it may have had probability 1.
        return count if is_surely_padding else count - 1, why
    if is_masked.any() and (is_pad or size > 1):
        return _trailing(is_masked), f"trailing {token} outside the response mask is padding"
    if is_id:
        return size if is_pad and not has_mask and (
            size > 1 or "-" in token
        ) else 0, f"trailing {token} without log-probabilities is padding"
    # An end token without any log-probability: it ended the response, the rest is padding.
    return size if is_pad or (truncated and size > 1) else size - 1, why


def _says_padding(token: str) -> bool:
    """Whether the name of a token or its id says that it is padding."""
    pattern = _PAD_ID.fullmatch if token.startswith("#") else _PAD_NAME.search
    return pattern(token) is not None


def _trailing(where: Bools) -> int:
    """How many values at the end are True."""
    return len(where) if where.all() else int(np.argmax(~where[::-1]))


def trailing_zeros(logged: LoggedArrays, starts: Ints, i: int, size: int) -> int:
    """Count the trailing positions without tokens where every log-probability is exactly 0.0; 1 counts as 0."""
    names = [name for name in LOGPROB_ARRAYS if name in logged.lengths and logged.lengths[name][i] > 0]
    if not names or size == 0:
        return 0
    span = slice(int(starts[i]), int(starts[i]) + size)
    zeros = _trailing(np.logical_and.reduce([logged.is_empty(name, span) for name in names]))
    return zeros if zeros > 1 else 0
