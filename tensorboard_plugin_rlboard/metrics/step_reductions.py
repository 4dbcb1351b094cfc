"""Reduces the samples of each step: shares, sums of tokens, and moments over all tokens; docs/metrics.md, "Per step".

As everywhere the numbers of a step are added in the order of their size (`step_statistics.py`).
"""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_statistics import StepSegments, ordered_mean, ordered_sum
from tensorboard_plugin_rlboard.metrics.step_sums import ROUNDING, Moments


def step_shares(
    segments: StepSegments,
    gap: Floats,
    reward: Floats,
    length: Floats,
    truncated: Floats,
    k3: Floats | None = None,
    k3_tokens: Floats | None = None,
    **added: Floats,
) -> dict[str, Floats]:
    """The step metrics that samples make without their groups, float64 [steps] each; NaN where there is none.

    Args:
        segments: the steps of the rows.
        gap: reward minus that of the reference, float64 [rows], NaN where it does not count.
        reward: float64 [rows], NaN where it or the length does not count.
        length: float64 [rows], NaN where it or the reward does not count.
        truncated: 1 for a response that was cut off, else 0; NaN where it is not known.
        k3: the sum of each row's k3, NaN where it does not count; None where the run has none.
        k3_tokens: how many tokens that are.
        added: sums of tokens that are added up, by name.
    """
    compared = ~np.isnan(gap)
    found = {"n_samples": segments.sizes.astype(np.float64)}
    for name, is_so in (("win", gap > 0), ("tie", gap == 0), ("loss", gap < 0)):
        found[name] = ordered_mean(np.where(compared, is_so, np.nan), segments)
    found["reward_length_correlation"] = _correlation(reward, length, segments)
    found["truncation_share"] = ordered_mean(truncated, segments)
    found |= {name: ordered_sum(values, segments) for name, values in added.items()}
    if k3 is not None and k3_tokens is not None:
        tokens = ordered_sum(k3_tokens, segments)
        found["first_step_kl"] = ordered_sum(k3, segments) / np.where(tokens > 0, tokens, np.nan)
    return found


@np.errstate(over="ignore", invalid="ignore")
def pooled_moments(moments: Moments, segments: StepSegments, **columns: Floats) -> dict[str, Floats]:
    """Means and centred sums over all tokens of each step, of those of each sample; NaN where a step has no token.

    Args:
        moments: how the columns are called, and which is the centred sum of which.
        segments: the steps of the rows.
        columns: number of tokens, means and centred sums of each row, float64 [rows].
    """
    n = np.where(columns[moments.n] > 0, columns[moments.n], np.nan)
    tokens = ordered_sum(n, segments)
    found = {moments.n: tokens}
    centred: dict[str, Floats] = {}
    for name in moments.means:
        rough = ordered_sum(n * columns[name], segments) / tokens
        # The sum of a million samples is rounded by more than they may differ by; that of their differences is not.
        found[name] = rough + ordered_sum(n * (columns[name] - segments.of_rows(rough)), segments) / tokens
        centred[name] = columns[name] - segments.of_rows(found[name])
    counted = np.where(np.isnan(n), np.nan, 1.0)
    for name, (one, other) in moments.products.items():
        within = ordered_sum(columns[name] * counted, segments)
        found[name] = within + ordered_sum(n * centred[one] * centred[other], segments)
    return found


@np.errstate(divide="ignore", invalid="ignore")
def _correlation(x: Floats, y: Floats, segments: StepSegments) -> Floats:
    """Pearson's correlation of each step, float64 [steps]; NaN where one of both varies by no more than its mean is rounded."""
    both = np.where(np.isnan(x) | np.isnan(y), np.nan, 1.0)
    x, y = x * both, y * both
    mean_x, mean_y = ordered_mean(x, segments), ordered_mean(y, segments)
    apart_x, apart_y = x - segments.of_rows(mean_x), y - segments.of_rows(mean_y)
    root_x, root_y = (np.sqrt(ordered_sum(np.square(apart), segments)) for apart in (apart_x, apart_y))
    found = ordered_sum(apart_x * apart_y, segments) / root_x / root_y  # their product may have no float64
    size = np.sqrt(ordered_sum(both, segments))
    varies = (root_x > ROUNDING * size * np.abs(mean_x)) & (root_y > ROUNDING * size * np.abs(mean_y))
    return np.where(varies & np.isfinite(found), np.clip(found, -1.0, 1.0), np.nan)
