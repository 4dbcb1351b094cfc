"""From logged arrays to response tokens: trailing padding trimmed, arrays of other lengths aligned or set aside.

The same code reads a range of a file (many samples, flat) and one opened sample, so the index and the token view
cannot disagree. Positions everywhere else in the project are positions after this trimming.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics import Bools, Floats, Ints, Tokens

SPECIAL = r"^(<[^<>\s]{1,60}>|\[[A-Z_]{2,30}\])$"
"""Tokens that are no words: <pad>, <|im_end|>, </s>, [PAD]. Only such a token is ever taken for padding."""
_PAD_NAME = re.compile(r"pad", re.IGNORECASE)
_LOGPROBS = ("logprobs", "rollout_logprobs", "ref_logprobs", "new_logprobs")


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
        null: array name -> bool [sum(widths)], True beyond the end and where the log says null.
    """

    widths: Ints
    n_tokens: Ints
    last_token: list[str | None]
    tail: Ints
    lengths: Mapping[str, Ints]
    values: Mapping[str, Floats]
    null: Mapping[str, Bools]


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
            used = ~logged.null[source][part] & (logged.values[source][part] != 0.0)
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
    used = np.logical_or.reduce(
        [(logged.values[name][part] != 0.0) & ~logged.null[name][part] for name in names]
    )
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
    for i in np.flatnonzero(logged.n_tokens == 0).tolist():
        lengths = [
            int(logged.lengths[name][i]) for name in (*_LOGPROBS, *logged.lengths) if name in logged.lengths
        ]
        size = next((length for length in lengths if length), 0)
        cut = _zero_tail(logged, starts, i, size)
        if cut:
            trims.append(Trim(i, "logprobs", cut, "trailing log-probabilities of exactly 0.0 are padding"))
        sizes[i] = size - cut
    misfits = _misfits(logged, starts, sizes)
    dropped = {(misfit.what, misfit.sample) for misfit in misfits}
    keep = _positions(starts, sizes)
    new_starts = _starts(sizes)
    values: dict[str, Floats] = {}
    missing: dict[str, Bools] = {}
    for name in logged.values:
        array, absent = logged.values[name][keep], logged.null[name][keep]
        for _, i in (pair for pair in dropped if pair[0] == name):
            array[new_starts[i] : new_starts[i] + sizes[i]] = np.nan
            absent[new_starts[i] : new_starts[i] + sizes[i]] = True
        if not absent.all():
            values[name] = array
            if absent.any():
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
            empty = logged.null[name][surplus] | (logged.values[name][surplus] == 0.0)
            if length < size or not empty.all():
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
