"""The kind of a group: it gives a gradient, or why it gives none; docs/metrics.md defines the kinds.

The list of groups and the shares per step are both made of this, so the two cannot disagree.
"""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_rlboard.metrics.groups.group_statistics import GroupStatistics, group_statistics
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import StepSegments, step_segments
from tensorboard_plugin_rlboard.metrics.thresholds import (
    MAX_LONE_PROMPT_SHARE,
    RIGHT_REWARD,
    ZERO_ADVANTAGE_SPREAD,
)

GRADIENT = "gradient"
KINDS = (
    GRADIENT,
    "filtered",
    "all_truncated",
    "all_right",
    "all_wrong",
    "all_equal",
    "one_member",
    "unrewarded",
)
"""Every group is of exactly one kind. All but the first give no gradient."""


def group_kinds(statistics: GroupStatistics) -> Ints:
    """The kind of each group as its place in `KINDS`, int64 [groups]."""
    differ = statistics.high - statistics.low > ZERO_ADVANTAGE_SPREAD
    has_gradient = np.where(
        np.isnan(statistics.largest_advantage),
        (statistics.rewarded >= 2) & differ,
        statistics.largest_advantage > ZERO_ADVANTAGE_SPREAD,
    )
    decided = [
        (has_gradient, GRADIENT),
        (statistics.rewarded == 0, "unrewarded"),
        (statistics.rewarded == 1, "one_member"),
        (differ, "filtered"),
        (statistics.truncated == statistics.size, "all_truncated"),
        (statistics.low >= RIGHT_REWARD, "all_right"),
        (statistics.high <= 0, "all_wrong"),
    ]
    places = [KINDS.index(kind) for _, kind in decided]
    found: Ints = np.select([is_so for is_so, _ in decided], places, KINDS.index("all_equal")).astype(
        np.int64
    )
    return found


def group_shares(
    segments: StepSegments,
    group: Floats,
    has_id: Floats,
    reward: Floats,
    truncated: Floats,
    largest_advantage: Floats,
) -> dict[str, Floats]:
    """Shares over the groups of each step, float64 [steps]; NaN where a step has no such group.

    Those without advantage are shares of the groups with two rewards or more, each kind is one of all. Where more than a
    quarter of the prompts of a step have one reward, those that come up twice do so by chance and are none of these groups.

    Args:
        segments: the steps of the rows.
        group: a number for the group of each row that no other group of its step has, float64 [rows]; NaN for none.
        has_id: 1 where the group is told by a logged id, 0 where it is by the prompt, float64 [rows].
        reward: as `group_statistics` takes it, and so are the others.
        truncated: see there.
        largest_advantage: see there.
    """
    is_in = ~np.isnan(group)
    step = segments.of_rows(np.arange(len(segments.sizes), dtype=np.float64))[is_in].astype(np.int64)
    groups = step_segments((step, group[is_in].astype(np.int64)))
    statistics = group_statistics(groups, reward[is_in], truncated[is_in], largest_advantage[is_in])
    of_step = groups.by_step(step)[groups.starts]
    steps, kinds = len(segments.sizes), group_kinds(statistics)

    def share(which: Bools, among: Bools) -> Floats:
        whole = np.bincount(of_step[among], minlength=steps).astype(np.float64)
        part = np.bincount(of_step[which & among], minlength=steps)
        return part / np.where(whole > 0, whole, np.nan)

    every = np.ones(len(kinds), bool)
    by_prompt = groups.by_step(has_id[is_in])[groups.starts] == 0
    alone, prompts = (
        np.bincount(of_step[by_prompt & which], minlength=steps)
        for which in (statistics.rewarded == 1, statistics.rewarded > 0)
    )
    is_chance = by_prompt & (alone > MAX_LONE_PROMPT_SHARE * prompts)[of_step]
    several = (statistics.rewarded >= 2) & ~is_chance
    still = ~(statistics.high - statistics.low > ZERO_ADVANTAGE_SPREAD)
    return {
        "zero_advantage_groups": share(still, several),
        "all_good_groups": share(still & (statistics.mean > 0), several),
        "all_bad_groups": share(still & (statistics.mean <= 0), several),
        **{f"groups_{kind}": share(kinds == place, every) for place, kind in enumerate(KINDS)},
    }
