"""Finds the padding that a batch was filled up with: how many of a response's last tokens are none of its own.

Only a token that looks like no word can be padding, or a token id, and only where it is repeated up to the end. What says
that it is padding is its log-probability (exactly 0.0 or absent), else the response mask, else its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

LOGPROB_ARRAYS = ("logprobs", "rollout_logprobs", "ref_logprobs", "new_logprobs")
"""The arrays that say what padding is, in the order in which they are asked."""
SPECIAL_TOKEN = re.compile(r"<[^<>\s]{1,60}>|\[[A-Z_]{2,30}\]", re.ASCII)
"""Tokens that are no words: <pad>, <|im_end|>, </s>, [PAD]. Only such a token, or an id, is ever taken for padding."""
_TOKEN_ID = re.compile(r"#-?[0-9]{1,10}", re.ASCII)
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
class LoggedArrays:
    """The logged arrays of some samples, flat and padded: sample i has positions 0 … widths[i]-1 of every array.

    Attributes:
        widths: int64 [samples], the longest array of each sample, tokens included.
        n_tokens: int64 [samples], logged tokens (strings or ids); 0 where there are none.
        last_token: the last token of each sample if it may be padding (`#id` of an id), else None.
        trailing_repeats: int64 [samples], how many trailing tokens equal `last_token`; 0 where it is None.
        lengths: array name -> int64 [samples], its logged length, 0 where it is absent or null.
        values: array name -> float64 [sum(widths)], NaN beyond an array's end.
        nulls: array name -> bool [sum(widths)], True beyond the end and where the log has null; absent where that is
            nowhere.
        further: names of arrays that no format names: they do not say how long a response is.
        truncated: bool [samples], whether the response was cut off at the limit of tokens; None where nobody was.
    """

    widths: Ints
    n_tokens: Ints
    last_token: list[str | None]
    trailing_repeats: Ints
    lengths: Mapping[str, Ints]
    values: Mapping[str, Floats]
    nulls: Mapping[str, Bools]
    further: frozenset[str] = frozenset()
    truncated: Bools | None = None

    def is_empty(self, name: str, span: slice) -> Bools:
        """Where a slice of an array has no value or exactly 0."""
        zero: Bools = self.values[name][span] == 0.0
        return np.logical_or(zero, self.nulls[name][span]) if name in self.nulls else zero


def token_text(token: object) -> str:
    """A token as text: a string as it is, an id as `#id`."""
    return f"#{token}" if type(token) is int else str(token)


def last_token_run(tokens: Sequence[object]) -> tuple[str | None, int]:
    """The last token if it may be padding (`#id` of an id), and how many trailing tokens are equal to it; (None, 0)."""
    last = tokens[len(tokens) - 1] if len(tokens) else None
    name = token_text(last) if type(last) is int else last
    if not (isinstance(name, str) and (SPECIAL_TOKEN.fullmatch(name) or _TOKEN_ID.fullmatch(name))):
        return None, 0
    if len(tokens) < 2 or tokens[len(tokens) - 2] != last:
        return name, 1
    whole = list(tokens)
    return name, next((i for i, token in enumerate(reversed(whole)) if token != last), len(whole))


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
    is_id, is_pad = _TOKEN_ID.fullmatch(token) is not None, _says_padding(token)
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
