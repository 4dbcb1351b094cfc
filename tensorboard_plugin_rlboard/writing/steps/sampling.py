"""Chooses which samples of a step are written where not all are: half at random, half the most extreme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from tensorboard_plugin_rlboard.writing.arrays import to_numpy
from tensorboard_plugin_rlboard.writing.output.json_lines import Row

SAMPLED_OF_KEY, SAMPLED_AS_KEY = "sampled_of", "sampled_as"
"""Keys of the rows: how many samples the step had, and why this one was chosen."""


def choose_samples(rows: Sequence[Row], max_samples: int, seed: str) -> list[Row]:
    """Choose some of a step's samples.

    Those chosen as `random` come first, drawn uniformly from all samples: their means are estimates of the step's. Then
    come, in turn, the best and the worst reward and the largest |logprobs - ref_logprobs| of a token, where logged.

    Args:
        rows: the samples of one step.
        max_samples: how many are chosen at most, at least 1.
        seed: the same seed draws the same samples.

    Returns:
        The chosen rows in their order, each with the two keys above.
    """
    if len(rows) <= max_samples:
        reasons = dict.fromkeys(range(len(rows)), "random")
    else:
        shuffled = sorted(range(len(rows)), key=lambda at: blake2b(f"{seed}/{at}".encode()).digest())
        rankings = _extreme_rankings(rows)
        drawn = max_samples - max_samples // 2 if rankings else max_samples
        reasons = dict.fromkeys(shuffled[:drawn], "random")
        taken = 0
        while len(reasons) < max_samples and any(order for _, order in rankings):
            name, order = rankings[taken % len(rankings)]
            taken += 1
            while order:
                at = order.pop(0)
                if at not in reasons:
                    reasons[at] = name
                    break
        for at in shuffled:
            if len(reasons) >= max_samples:
                break
            reasons.setdefault(at, "random")
    return [{**rows[at], SAMPLED_OF_KEY: len(rows), SAMPLED_AS_KEY: reasons[at]} for at in sorted(reasons)]


def _extreme_rankings(rows: Sequence[Row]) -> list[tuple[str, list[int]]]:
    """Rank the rows by each property that makes a sample extreme: name of the property, row numbers best first."""
    rewards = {
        at: reward for at, row in enumerate(rows) if math.isfinite(reward := number_or_nan(row.get("reward")))
    }
    ratios = {at: ratio for at, row in enumerate(rows) if math.isfinite(ratio := _max_log_ratio(row))}
    found = []
    if len(set(rewards.values())) > 1:
        found.append(("best", sorted(rewards, key=lambda at: (-rewards[at], at))))
        found.append(("worst", sorted(rewards, key=lambda at: (rewards[at], at))))
    if ratios:
        found.append(("log_ratio", sorted(ratios, key=lambda at: (-ratios[at], at))))
    return found


def number_or_nan(value: Any) -> float:
    """A value as a float; NaN for anything that is no number."""
    try:
        return math.nan if value is None else float(value)
    except Exception:
        return math.nan


def _max_log_ratio(row: Row) -> float:
    """The largest |logprobs - ref_logprobs| of a token; NaN where either is missing."""
    ours, theirs = row.get("logprobs"), row.get("ref_logprobs")
    if ours is None or theirs is None:
        return math.nan
    try:
        import numpy as np

        one, other = (to_numpy(value).astype(np.float64).ravel() for value in (ours, theirs))
        many = min(len(one), len(other))
        with np.errstate(invalid="ignore"):
            apart = np.abs(one[:many] - other[:many])
        apart = apart[np.isfinite(apart)]
        return float(apart.max()) if len(apart) else math.nan
    except Exception:
        return math.nan
