"""Confidence intervals of a comparison over shared prompts: paired bootstrap over prompts, percentile intervals.

Each resample draws as many prompts as there are, with replacement, and takes both sides' values of a drawn prompt together:
Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; for comparing two systems on the same inputs
Koehn, Statistical Significance Tests for Machine Translation Evaluation (EMNLP 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats

CONFIDENCE = 0.95
RESAMPLES = 2000
_MAX_DRAWS = 8_000_000
"""Prompts that are drawn for a mean at most, about a tenth of a second."""
_DRAWS_PER_BATCH = 1_000_000
_NORMAL_QUANTILE = 1.959963984540054
"""Quantile of the normal distribution that leaves 2.5 % above it."""


@dataclass(frozen=True)
class Interval:
    """The ends of an interval, and how they were found: `bootstrap`, or `normal` where there are too many prompts to draw."""

    low: float
    high: float
    method: str


def win_rate(wins: int, ties: int, losses: int) -> float | None:
    """(wins + ties / 2) / prompts; None without a prompt."""
    prompts = wins + ties + losses
    return (wins + ties / 2) / prompts if prompts else None


def win_rate_interval(wins: int, ties: int, losses: int, seed: int = 0) -> Interval | None:
    """The percentile bootstrap interval of the win rate; None without a prompt.

    What a resample of prompts has of wins, ties and losses is multinomially distributed with their shares, so the counts are
    drawn in place of the prompts: the same distribution at any number of prompts.
    """
    prompts = wins + ties + losses
    if not prompts:
        return None
    shares = np.asarray([wins, ties, losses], np.float64) / prompts
    drawn = np.random.default_rng(seed).multinomial(prompts, shares, RESAMPLES)
    return _percentiles((drawn[:, 0] + drawn[:, 1] / 2) / prompts)


def mean_interval(values: Floats, seed: int = 0) -> Interval | None:
    """The interval of the mean of one value a prompt; None without a value.

    Up to `_DRAWS / RESAMPLES` = 4,000 values it is the percentile bootstrap interval; of more, the mean ± 1.96 standard errors
    (population standard deviation by √n), which is what the bootstrap's tends to.

    Args:
        values: finite, float64 [prompts].
        seed: of the draws.
    """
    n = len(values)
    if not n:
        return None
    if n * RESAMPLES > _MAX_DRAWS:
        mean, error = float(values.mean()), float(values.std()) / np.sqrt(n)
        return Interval(mean - _NORMAL_QUANTILE * error, mean + _NORMAL_QUANTILE * error, "normal")
    random, means = np.random.default_rng(seed), []
    at_once = max(1, _DRAWS_PER_BATCH // n)
    for begin in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - begin)
        means.append(values[random.integers(0, n, (rows, n), np.int32)].mean(axis=1))
    return _percentiles(np.concatenate(means))


def _percentiles(drawn: Floats) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(float(low), float(high), "bootstrap")
