"""Statistics of groups: of their finite rewards, how many responses were truncated, and the largest logged advantage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints, segment_sum
from tensorboard_plugin_rlboard.metrics.step_statistics import StepSegments, ordered_sum, sorted_without_nan
from tensorboard_plugin_rlboard.metrics.thresholds import ADVANTAGE_EPSILON


@dataclass(frozen=True)
class GroupStatistics:
    """Statistics of groups; none depends on the order of their samples.

    Attributes:
        size: samples, int64 [groups].
        rewarded: those of them with a finite reward, int64 [groups].
        low, high, mean, std: of these rewards (population deviation), float64 [groups]; NaN without any.
        truncated: samples whose response was truncated, int64 [groups].
        largest_advantage: the largest size of a logged advantage, of samples or tokens, float64 [groups]; NaN where none is logged.
    """

    size: Ints
    rewarded: Ints
    low: Floats
    high: Floats
    mean: Floats
    std: Floats
    truncated: Ints
    largest_advantage: Floats


@np.errstate(over="ignore", invalid="ignore")
def group_statistics(
    groups: StepSegments, reward: Floats, truncated: Floats, largest_advantage: Floats
) -> GroupStatistics:
    """The statistics of groups.

    Args:
        groups: which rows belong to which group.
        reward: of each row, float64 [rows], NaN where it is not finite.
        truncated: more than 0 for a response that was truncated, float64 [rows], NaN where that is not known.
        largest_advantage: the largest size of an advantage logged with the row, float64 [rows], NaN where none is.
    """
    values, starts, sizes = sorted_without_nan(reward, groups)
    has = sizes > 0
    low, high, mean, std = (np.full(len(sizes), np.nan) for _ in range(4))
    low[has], high[has] = values[starts[has]], values[starts[has] + sizes[has] - 1]
    same = low == high
    # Equal rewards added up and divided are not themselves to the last digit, which 1e-6 makes an advantage of.
    mean[has] = np.where(same, low, segment_sum(values, starts, sizes) / np.maximum(1, sizes))[has]
    squares = np.square(values - np.repeat(mean, sizes))
    std[has] = np.where(same, 0.0, np.sqrt(segment_sum(squares, starts, sizes) / np.maximum(1, sizes)))[has]
    largest = np.full(len(sizes), np.nan)
    if len(sizes):
        largest = np.fmax.reduceat(groups.by_step(largest_advantage), groups.starts)
    was_cut = groups.by_step((truncated > 0).astype(np.float64))
    n_truncated = segment_sum(was_cut, groups.starts, groups.sizes).astype(np.int64)
    return GroupStatistics(groups.sizes, sizes, low, high, mean, std, n_truncated, largest)


@np.errstate(over="ignore", invalid="ignore")
def group_weights(
    groups: StepSegments, statistics: GroupStatistics, reward: Floats, length: Floats, logged: Floats
) -> Floats:
    """Σ|A| over the tokens of each group, float64 [groups]; NaN where nothing is known of it.

    Args:
        groups: which rows belong to which group.
        statistics: theirs.
        reward: of each row, float64 [rows], NaN where it is not finite.
        length: of each row's response, float64 [rows], NaN where it is not known.
        logged: Σ|A| over the tokens of a row by its logged advantages, float64 [rows], NaN where none is logged: there
            the advantage of GRPO counts, (reward − mean) / (std + 1e-6).
    """
    weights = np.abs(reward - groups.of_rows(statistics.mean)) * length
    computed = ordered_sum(np.where(np.isnan(logged), weights, np.nan), groups)
    computed = np.where(statistics.rewarded > 1, computed / (statistics.std + ADVANTAGE_EPSILON), np.nan)
    own = ordered_sum(logged, groups)
    return np.where(np.isnan(own), computed, own + np.nan_to_num(computed, posinf=np.inf))
