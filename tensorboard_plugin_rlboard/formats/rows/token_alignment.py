"""From logged arrays to response tokens: trailing padding trimmed, arrays of other lengths aligned or set aside.

The same code reads a range of a file (many samples, flat) and one opened sample, so the index and the token view
cannot disagree. Positions everywhere else in the project are positions after this trimming.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

SPECIAL = re.compile(r"<[^<>\s]{1,60}>|\[[A-Z_]{2,30}\]", re.ASCII)
"""Tokens that are no words: <pad>, <|im_end|>, </s>, [PAD]. Only such a token is ever taken for padding."""
_PAD_NAME = re.compile(r"pad", re.IGNORECASE)
_LOGPROBS = ("logprobs", "rollout_logprobs", "ref_logprobs", "new_logprobs")


def from_list(value: list[object], *, strict: bool) -> tuple[Floats, Bools | None] | None:
    """The elements of a list and where they are null (None: nowhere); None where it is no list of numbers.

    An element in a list of its own counts as that element (`[[0.1], [0.2]]`). `strict` takes numbers, truth values and
    null only; else a text that holds a number is one, and anything that is no number is null.
    """
    if set(map(type, value)) <= {float, int}:
        try:
            return np.asarray(value, np.float64), None
        except OverflowError:  # a whole number of more than 308 digits
            pass
    elements = [_element(x) for x in value]
    if strict and any(
        isinstance(x, str) or (found is None and x is not None)
        for x, found in zip(value, elements, strict=True)
    ):
        return None
    null = np.asarray([x is None for x in elements], bool)
    numbers = np.asarray([np.nan if x is None else x for x in elements], np.float64)
    return numbers, null if null.any() else None


def _element(value: object) -> float | None:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return as_number(value)


def as_number(value: object) -> float | None:
    """A number, a truth value or a text that holds a number; None for anything else."""
    try:
        return float(value) if isinstance(value, (bool, int, float, str)) else None
    except ValueError:
        return None
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf if isinstance(value, int) and value > 0 else -math.inf


@dataclass(frozen=True)
class Trim:
    """What was cut from one sample and why."""

    sample: int
    what: str
    count: int
    reason: str


@dataclass(frozen=True)
class Misfit:
    """An array that cannot be laid onto the response tokens and is left out of every statistic."""

    sample: int
    what: str
    length: int
    tokens: int


@dataclass(frozen=True)
class Logged:
    """Arrays as logged, flat, row-padded: row i holds positions 0 … widths[i]-1 of every array.

    Attributes:
        widths: int64 [samples], the longest array of each sample, tokens included.
        n_tokens: int64 [samples], logged token strings; 0 where there are none.
        last_token: the last token string of each sample that looks special, else None.
        tail: int64 [samples], how many trailing tokens equal `last_token`; 0 where it is None.
        lengths: array name -> int64 [samples], its logged length, 0 where it is absent or null.
        values: array name -> float64 [sum(widths)], NaN beyond an array's end.
        null: array name -> bool [sum(widths)], True beyond the end and where the log says null; absent where that is
            nowhere.
    """

    widths: Ints
    n_tokens: Ints
    last_token: list[str | None]
    tail: Ints
    lengths: Mapping[str, Ints]
    values: Mapping[str, Floats]
    null: Mapping[str, Bools]

    def empty(self, name: str, part: slice) -> Bools:
        """Where a stretch of an array has no value or exactly 0."""
        zero: Bools = self.values[name][part] == 0.0
        return np.logical_or(zero, self.null[name][part]) if name in self.null else zero


def _padding(logged: Logged, starts: Ints) -> list[Trim]:
    """Trailing pads: repeats of a special token whose log-probabilities are 0.0 or absent."""
    trims: list[Trim] = []
    for i in np.flatnonzero(logged.tail).tolist():
        source = next(
            (name for name in _LOGPROBS if name in logged.lengths and logged.lengths[name][i] > 0), None
        )
        token, run, n = logged.last_token[i] or "", int(logged.tail[i]), int(logged.n_tokens[i])
        empty = run
        if source is not None:
            part = slice(int(starts[i]) + n - run, int(starts[i]) + n)
            used = ~logged.empty(source, part)
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


def _zero_tail(logged: Logged, starts: Ints, i: int, size: int) -> int:
    """Without token strings: trailing positions where every log-probability is exactly 0.0 (at least two)."""
    names = [name for name in _LOGPROBS if name in logged.lengths and logged.lengths[name][i] > 0]
    if not names or size == 0:
        return 0
    part = slice(int(starts[i]), int(starts[i]) + size)
    used = np.logical_or.reduce([~logged.empty(name, part) for name in names])
    zeros = int(np.argmax(used[::-1])) if used.any() else 0
    return zeros if zeros > 1 else 0


def align(logged: Logged, mask: str | None = None) -> tuple[Tokens, list[Trim], list[Misfit]]:
    """Lays every array onto the response tokens.

    An array that ends with the padding, with the tokens, or one token earlier is read from its start; a longer one is
    cut where its surplus is empty (0 or null); any other length says nothing about positions and is a misfit.
    `mask` names the array that is the response mask (0 = left out of statistics).
    """
    starts = _starts(logged.widths)
    sizes = logged.n_tokens.copy()
    trims = _padding(logged, starts)
    for trim in trims:
        sizes[trim.sample] -= trim.count
    for i in np.flatnonzero((logged.n_tokens == 0) & (logged.widths > 0)).tolist():
        lengths = [
            int(logged.lengths[name][i]) for name in (*_LOGPROBS, *logged.lengths) if name in logged.lengths
        ]
        size = next((length for length in lengths if length), 0)
        cut = _zero_tail(logged, starts, i, size)
        if cut:
            trims.append(Trim(i, "logprobs", cut, "trailing log-probabilities of exactly 0.0 are padding"))
        sizes[i] = size - cut
    misfits = _misfits(logged, starts, sizes)
    dropped = [(misfit.what, misfit.sample) for misfit in misfits]
    keep = None if np.array_equal(sizes, logged.widths) else _positions(starts, sizes)
    new_starts = _starts(sizes)
    values: dict[str, Floats] = {}
    missing: dict[str, Bools] = {}
    for name in logged.values:
        array, absent = logged.values[name], logged.null.get(name)
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
    return Tokens(new_starts, sizes, values, missing, seen), trims, misfits


def _misfits(logged: Logged, starts: Ints, sizes: Ints) -> list[Misfit]:
    found: list[Misfit] = []
    for name, lengths in logged.lengths.items():
        ends_well = (lengths == 0) | (lengths >= sizes - 1) & (lengths <= np.maximum(logged.n_tokens, sizes))
        for i in np.flatnonzero(~ends_well).tolist():
            length, size = int(lengths[i]), int(sizes[i])
            surplus = slice(int(starts[i]) + max(size, 0), int(starts[i]) + length)
            if length < size or not logged.empty(name, surplus).all():
                found.append(Misfit(i, name, length, size))
    return found


def _starts(sizes: Ints) -> Ints:
    """Where each row begins in a flat array."""
    return np.asarray(np.cumsum(sizes) - sizes, np.int64)


def _positions(starts: Ints, sizes: Ints) -> Ints:
    """Flat positions of the first `sizes[i]` places of each row."""
    total = int(sizes.sum())
    new_starts = _starts(sizes)
    return np.arange(total, dtype=np.int64) + np.repeat(starts - new_starts, sizes)
