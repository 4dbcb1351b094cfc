"""Computes the step means that the writer logs as scalars, sample by sample.

Definitions and formulas are those of docs/metrics.md, computed by the same code as in the tab: padding is cut as there,
means of token metrics are weighted by tokens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.array_block import ArrayBlock
from tensorboard_plugin_rlboard.formats.arrays.token_alignment import align_arrays
from tensorboard_plugin_rlboard.metrics.running_moments import RunningMoments
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.thresholds import (
    HUGE,
    MAX_LONE_PROMPT_SHARE,
    ZERO_ADVANTAGE_SPREAD,
    is_truncated,
)
from tensorboard_plugin_rlboard.metrics.tokens import Tokens, k3, log_ratio, mismatch_k3
from tensorboard_plugin_rlboard.writing.arrays import is_array, to_numpy
from tensorboard_plugin_rlboard.writing.output.json_lines import Row
from tensorboard_plugin_rlboard.writing.steps.sampling import number_or_nan

_LOGPROB_ARRAYS = ("logprobs", "rollout_logprobs", "ref_logprobs", "new_logprobs")
_LENGTH_ARRAYS = ("values", "token_rewards", "advantages", "returns")
"""Arrays that tell the length of a response without tokens and log-probabilities: the first that has numbers does."""
_ORDER = (*_LOGPROB_ARRAYS, *_LENGTH_ARRAYS, "entropies", "mask")
"""The order in which arrays are asked for that length, as in the tab."""
_MASKS = ("response_mask", "token_mask", "loss_mask", "action_mask", "new_response_mask")
_PAIR_METRICS = (
    ("k3_mean", "logprobs", "ref_logprobs", k3),
    ("log_ratio_mean", "logprobs", "ref_logprobs", log_ratio),
    ("mismatch_k3_mean", "logprobs", "rollout_logprobs", mismatch_k3),
)


class StepMeans:
    """The means of one step and split; samples are added in any number of calls."""

    def __init__(self) -> None:
        self.samples = 0
        self._means: dict[str, RunningMoments] = {}
        self._groups: dict[tuple[bool, int], tuple[int, float, float]] = {}

    def add(self, rows: Sequence[Row]) -> None:
        """Add samples; values that are no numbers are left out."""
        self.samples += len(rows)
        for name in ("reward", "ref_reward"):
            self._add_values(name, np.asarray([number_or_nan(row.get(name)) for row in rows]))
        self._add_values(
            "reward_gap",
            np.asarray(
                [number_or_nan(row.get("reward")) - number_or_nan(row.get("ref_reward")) for row in rows]
            ),
        )
        reasons = [row["finish_reason"] for row in rows if isinstance(row.get("finish_reason"), str)]
        self._add_values("truncation_share", np.asarray([float(_is_truncated(reason)) for reason in reasons]))
        for row in rows:
            self._add_to_group(row)
        self._add_tokens(rows)

    def _add_values(self, name: str, values: Floats) -> None:
        self._means.setdefault(name, RunningMoments()).add(values)

    def _add_to_group(self, row: Row) -> None:
        reward = number_or_nan(row.get("reward"))
        # An empty id is none, as the reader has it. Compared by its type: an array has no single truth value.
        group = None if isinstance(row.get("group_id"), str) and not row["group_id"] else row.get("group_id")
        key = row.get("prompt") if group is None else group
        if key is None or not abs(reward) < HUGE:
            return
        mark = group is None, hash(str(key))  # texts as keys would hold on to all prompts of the step
        count, low, high = self._groups.get(mark, (0, math.inf, -math.inf))
        self._groups[mark] = count + 1, min(low, reward), max(high, reward)

    def _add_tokens(self, rows: Sequence[Row]) -> None:
        tokens = align_rows(rows)
        self._add_values("n_tokens", np.where(tokens.sizes > 0, tokens.sizes, np.nan))
        for name, one, other, formula in _PAIR_METRICS:
            if one in tokens.values and other in tokens.values:
                values = formula(tokens.values[one], tokens.values[other])
                self._add_values(name, values[_counted_tokens(tokens, one) & _counted_tokens(tokens, other)])
        if "logprobs" in tokens.values:
            self._add_values("surprise_mean", -tokens.values["logprobs"][_counted_tokens(tokens, "logprobs")])
        if "entropies" in tokens.values:
            self._add_values(
                "entropies_mean", tokens.values["entropies"][_counted_tokens(tokens, "entropies")]
            )

    def scalars(self) -> dict[str, float]:
        """Name in docs/metrics.md -> value, for all metrics whose values the samples have."""
        found = {name: mean.mean for name, mean in self._means.items() if mean.count}
        if "reward" in found:
            found["reward_std"] = self._means["reward"].std
        if "entropies_mean" in found:
            found.pop("surprise_mean", None)
        prompts = [count for (by_prompt, _), (count, _, _) in self._groups.items() if by_prompt]
        is_chance = prompts.count(1) > MAX_LONE_PROMPT_SHARE * len(prompts)
        groups = [
            high - low
            for (by_prompt, _), (count, low, high) in self._groups.items()
            if count > 1 and not (by_prompt and is_chance)
        ]
        if groups:
            found["zero_advantage_groups"] = sum(apart <= ZERO_ADVANTAGE_SPREAD for apart in groups) / len(
                groups
            )
        return found | {"n_samples": float(self.samples)}


def _counted_tokens(tokens: Tokens, name: str) -> Bools:
    is_counted = np.ones(len(tokens.values[name]), bool) if tokens.mask is None else tokens.mask
    return is_counted & ~tokens.missing[name] if name in tokens.missing else is_counted


def align_rows(rows: Sequence[Row]) -> Tokens:
    """Align the token arrays of some samples with their tokens, as the index does."""
    block = ArrayBlock()
    for row in rows:
        block.begin_row()
        tokens = row.get("response_tokens")
        block.add_tokens(tokens if isinstance(tokens, list) else [])
        found = {name: _add_array(block, name, row.get(name)) for name in (*_LOGPROB_ARRAYS, "entropies")}
        if not block.has_tokens and not any(found[name] for name in _LOGPROB_ARRAYS):
            for name in _LENGTH_ARRAYS:
                _add_array(block, name, row.get(name))
        _add_array(block, "mask", next((row[name] for name in _MASKS if row.get(name) is not None), None))
    reasons = np.asarray([_is_truncated(row.get("finish_reason")) for row in rows], bool)
    logged = block.logged(_ORDER, truncated=reasons)
    return align_arrays(logged, "mask").tokens


def _add_array(block: ArrayBlock, name: str, value: Any) -> bool:
    """Add an array of the row that the block is at; whether it has numbers: an empty one is as good as absent."""
    if isinstance(value, list | tuple):
        return len(value) > 0 and block.add_value(name, list(value)) is not None
    array = to_numpy(value) if is_array(value) else np.zeros(0)
    array = array.ravel() if array.ndim == 1 or array.shape[-1:] == (1,) else np.zeros(0)
    if not len(array) or array.dtype.kind not in "fiub":
        return False
    with np.errstate(invalid="ignore"):  # any NaN may come
        block.add_numbers(name, array.astype(np.float64))
    return True


def _is_truncated(reason: object) -> bool:
    return isinstance(reason, str) and is_truncated(reason)
