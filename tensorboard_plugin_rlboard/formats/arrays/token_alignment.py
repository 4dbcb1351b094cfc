"""Aligns logged arrays with the response tokens: trims trailing padding, and leaves out arrays of another length.

The same code reads a range of a file (many samples, flat) and one opened sample, so the index and the token view
cannot disagree. Token positions everywhere else in the project are positions after this trimming.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.token_padding import (
    LOGPROB_ARRAYS,
    LoggedArrays,
    Trim,
    trailing_padding,
    trailing_zeros,
)
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.tokens import Tokens


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


def align_arrays(
    logged: LoggedArrays, mask: str | None = None
) -> tuple[Tokens, list[Trim], list[LengthMismatch]]:
    """Align every array with the response tokens.

    An array that ends with the padding, with the tokens, or one token earlier is read from its start; a longer one is
    cut where its surplus is empty (0 or null); any other length says nothing about positions and is a mismatch. Without
    tokens the first array that a format names says how long a response is; a further one is none of a sample whose length
    is not known.

    Args:
        logged: the arrays of some samples.
        mask: name of the array that is the response mask (0 = left out of statistics).

    Returns:
        The aligned arrays, the padding that was cut, and the arrays that were left out.
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
    return Tokens(new_starts, sizes, values, missing, seen), trims, mismatches


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
