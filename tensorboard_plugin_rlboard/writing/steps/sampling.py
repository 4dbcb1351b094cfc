"""Which samples of a step are written where not all are: half of them drawn by lot, half the most extreme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from tensorboard_plugin_rlboard.writing.arrays import as_array
from tensorboard_plugin_rlboard.writing.output.json_lines import Row

OF, AS = "sampled_of", "sampled_as"
"""Keys of the rows: how many samples the step had, and why this one was kept."""


def pick(rows: Sequence[Row], most: int, seed: str) -> list[Row]:
    """At most so many of a step's rows, in their order, each with the two keys above.

    Those kept as `random` are drawn first, and by lot over all samples: their means are those of the step. Then come,
    in turn, the best and the worst reward and the largest |logprobs - ref_logprobs| of a token, as far as those are logged.

    Args:
        rows: the samples of one step.
        most: how many are kept, at least 1.
        seed: the same seed draws the same samples.
    """
    if len(rows) <= most:
        why = dict.fromkeys(range(len(rows)), "random")
    else:
        lots = sorted(range(len(rows)), key=lambda at: blake2b(f"{seed}/{at}".encode()).digest())
        orders = _extremes(rows)
        drawn = most - most // 2 if orders else most
        why = dict.fromkeys(lots[:drawn], "random")
        turn = 0
        while len(why) < most and any(order for _, order in orders):
            name, order = orders[turn % len(orders)]
            turn += 1
            while order:
                at = order.pop(0)
                if at not in why:
                    why[at] = name
                    break
        for at in lots:
            if len(why) >= most:
                break
            why.setdefault(at, "random")
    return [{**rows[at], OF: len(rows), AS: why[at]} for at in sorted(why)]


def _extremes(rows: Sequence[Row]) -> list[tuple[str, list[int]]]:
    """Row numbers in the order in which they are worth keeping, by what makes them extreme."""
    rewards = {
        at: reward for at, row in enumerate(rows) if math.isfinite(reward := number(row.get("reward")))
    }
    ratios = {at: ratio for at, row in enumerate(rows) if math.isfinite(ratio := _log_ratio(row))}
    found = []
    if len(set(rewards.values())) > 1:
        found.append(("best", sorted(rewards, key=lambda at: (-rewards[at], at))))
        found.append(("worst", sorted(rewards, key=lambda at: (rewards[at], at))))
    if ratios:
        found.append(("log_ratio", sorted(ratios, key=lambda at: (-ratios[at], at))))
    return found


def number(value: Any) -> float:
    """A value as a number; NaN for anything that is none."""
    try:
        return math.nan if value is None else float(value)
    except Exception:
        return math.nan


def _log_ratio(row: Row) -> float:
    """The largest |logprobs - ref_logprobs| of a token; NaN where they are not there."""
    ours, theirs = row.get("logprobs"), row.get("ref_logprobs")
    if ours is None or theirs is None:
        return math.nan
    try:
        import numpy as np  # noqa: PLC0415 - the writer also serves trainings without NumPy

        one, other = (as_array(value).astype(np.float64).ravel() for value in (ours, theirs))
        many = min(len(one), len(other))
        with np.errstate(invalid="ignore"):
            apart = np.abs(one[:many] - other[:many])
        apart = apart[np.isfinite(apart)]
        return float(apart.max()) if len(apart) else math.nan
    except Exception:
        return math.nan
