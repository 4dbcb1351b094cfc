"""The logged token arrays of some samples, flat, before they are aligned with the tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

LOGPROB_ARRAYS = ("logprobs", "rollout_logprobs", "ref_logprobs", "new_logprobs")
"""The arrays that say what padding is, in the order in which they are asked."""


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
