"""Whether responses that have something score more than the others of their steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints


@dataclass(frozen=True)
class ScoreDifference:
    """Mean scores with and without it, and how sure the difference is.

    Attributes:
        with_it, without: mean scores, weighted alike over the steps that have both.
        deviations: their difference in standard errors of itself.
    """

    with_it: float
    without: float
    deviations: float


def score_difference(has: Bools, step: Ints, score: Floats) -> ScoreDifference | None:
    """Compares within steps, so that a score which grows along the run is no merit of what grows with it.

    A step counts n₁n₀ / (n₁ + n₀), as the difference of its two means is known (Mantel and Haenszel's weights for means).

    Args:
        has: which responses have it, bool [responses].
        step: of each, int64 [responses].
        score: of each, float64 [responses]; one that is no number leaves its response out.

    Returns:
        None where no step has responses of both kinds, or all scores are equal.
    """
    known = np.isfinite(score)
    total = with_it = without = 0.0
    squares, n = 0.0, 0
    for each in np.unique(step[known]):
        in_step = known & (step == each)
        one, other = score[in_step & has], score[in_step & ~has]
        if not len(one) or not len(other):
            continue
        weight = len(one) * len(other) / (len(one) + len(other))
        total += weight
        with_it += weight * float(one.mean())
        without += weight * float(other.mean())
        squares += float(((one - one.mean()) ** 2).sum() + ((other - other.mean()) ** 2).sum())
        n += len(one) + len(other) - 2
    if not total:
        return None
    deviation = np.sqrt(squares / max(n, 1))
    difference = (with_it - without) / total
    if deviation <= 1e-12:
        return ScoreDifference(with_it / total, without / total, np.inf) if difference > 0 else None
    return ScoreDifference(with_it / total, without / total, float(difference / (deviation / np.sqrt(total))))
