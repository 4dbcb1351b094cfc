"""What became of prompts, once more in plain Python: one row after the other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any

Row = dict[str, Any]


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def history(rows: Sequence[Row], threshold: float) -> dict[str, Any]:
    """What `/prompts` says of the samples of one prompt."""
    steps: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        steps[row["step"]].append(row)
    first, last = steps[min(steps)], steps[max(steps)]

    def rewards(of: Sequence[Row]) -> list[float]:
        return [row["reward"] for row in of if row["reward"] is not None and math.isfinite(row["reward"])]

    def passing(of: Sequence[Row]) -> float | None:
        return _mean([float(reward >= threshold) for reward in rewards(of)])

    gaps = [
        row["reward"] - row["ref_reward"]
        for row in rows
        if row.get("ref_reward") is not None and row["reward"] is not None and math.isfinite(row["reward"])
    ]
    return {
        "visits": len(steps),
        "samples": len(rows),
        "first_step": min(steps),
        "last_step": max(steps),
        "reward_first": _mean(rewards(first)),
        "reward_last": _mean(rewards(last)),
        "reward_mean": _mean(rewards(rows)),
        "reward_best": max(rewards(rows), default=None),
        "pass_rate": passing(rows),
        "best_gap": max(gaps, default=None),
        "status": status(passing(first), passing(last), passing(rows)),
        "never_beats_reference": bool(gaps) and max(gaps) < 0,
        "line": [(step, _mean(rewards(steps[step]))) for step in sorted(steps) if rewards(steps[step])],
    }


def status(first: float | None, last: float | None, overall: float | None) -> str:
    """The one word for it."""
    if overall is None:
        return "unscored"
    if overall == 0:
        return "never_solved"
    if overall == 1:
        return "always_solved"
    if first is None or last is None:
        return "mixed"
    if first < 0.5 <= last:
        return "solved"
    return "regressed" if last < 0.5 <= first else "mixed"


def pass_at_k(passes: Sequence[bool], k: int) -> float:
    """The share of all draws of k samples in which one passes: every draw is looked at."""
    draws = list(combinations(passes, k))
    return sum(any(draw) for draw in draws) / len(draws)
