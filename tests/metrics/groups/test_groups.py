"""Facts, kinds, weights and shares of groups, with numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_plugin_rlboard.metrics.groups.group_statistics import group_statistics, group_weights
from tensorboard_plugin_rlboard.metrics.groups.kinds import KINDS, group_kinds, group_shares
from tensorboard_plugin_rlboard.metrics.step_statistics import step_segments

NAN = float("nan")
GROUP = np.asarray([2, 1, 1, 2, 3, 2])
"""Group 1 has rows 1 and 2, group 2 rows 0, 3 and 5, group 3 row 4."""
REWARD = np.asarray([0.0, 0.1, 0.1, 3.0, NAN, 0.0])
LENGTH = np.asarray([5.0, 7.0, 9.0, 2.0, 4.0, NAN])
CUT = np.asarray([1.0, 1.0, 1.0, NAN, 0.0, 0.0])
NOTHING = np.full(6, NAN)


def test_facts_by_hand() -> None:
    """0, 3 and 0: mean 1, deviation √((1 + 4 + 1) / 3) = √2; rewards of 0.1 are alike to the last digit."""
    statistics = group_statistics(
        step_segments((GROUP,)), REWARD, CUT, np.asarray([0.5, NAN, NAN, 2.0, NAN, NAN])
    )
    assert statistics.size.tolist() == [2, 3, 1]
    assert statistics.rewarded.tolist() == [2, 3, 0]
    np.testing.assert_equal(statistics.low, [0.1, 0.0, NAN])
    np.testing.assert_equal(statistics.high, [0.1, 3.0, NAN])
    np.testing.assert_equal(statistics.mean, [0.1, 1.0, NAN])
    np.testing.assert_allclose(statistics.std, [0.0, np.sqrt(2.0), NAN])
    assert statistics.truncated.tolist() == [2, 1, 0]
    np.testing.assert_equal(statistics.largest_advantage, [NAN, 2.0, NAN])


def test_weights_by_hand() -> None:
    """|0 − 1| · 5 + |3 − 1| · 2 = 9 by the deviation √2; the row without a length has no part. A logged weight counts first."""
    groups = step_segments((GROUP,))
    statistics = group_statistics(groups, REWARD, CUT, NOTHING)
    found = group_weights(groups, statistics, REWARD, LENGTH, NOTHING)
    np.testing.assert_allclose(found, [0.0, 9 / (np.sqrt(2) + 1e-6), NAN])
    logged = np.asarray([20.0, NAN, NAN, NAN, 3.0, NAN])
    found = group_weights(groups, statistics, REWARD, LENGTH, logged)
    np.testing.assert_allclose(found, [0.0, 20 + 4 / (np.sqrt(2) + 1e-6), 3.0])


def test_one_reward_by_hand() -> None:
    """It is the lowest, the highest and the mean; nothing can be compared with it, so no advantage is known."""
    groups = step_segments((np.zeros(2, np.int64),))
    reward = np.asarray([NAN, 0.25])
    statistics = group_statistics(groups, reward, np.zeros(2), NOTHING[:2])
    assert (statistics.low[0], statistics.high[0], statistics.mean[0], statistics.std[0]) == (
        0.25,
        0.25,
        0.25,
        0.0,
    )
    np.testing.assert_equal(group_weights(groups, statistics, reward, np.ones(2), NOTHING[:2]), [NAN])


@pytest.mark.parametrize(
    ("rewarded", "truncated", "largest_advantage", "kind"),
    [
        ([0.0, 1.0], [0, 0], NAN, "gradient"),
        ([1.0, 1.0], [0, 0], 0.5, "gradient"),
        ([0.0, 1.0], [0, 0], 0.0, "filtered"),
        ([NAN, NAN], [1, 1], NAN, "unrewarded"),
        ([NAN, 0.0], [1, 1], NAN, "one_member"),
        ([0.5, 0.5], [1, 1], NAN, "all_truncated"),
        ([1.0, 1.0 + 1e-9], [0, 1], NAN, "all_right"),
        ([0.0, -2e-9], [0, 1], NAN, "all_wrong"),
        ([0.5, 0.5], [0, NAN], NAN, "all_equal"),
        (
            [0.0, 1e-8],
            [0, 0],
            NAN,
            "all_equal",
        ),  # the threshold itself is no difference, and no largest_advantage
        ([1.0, 1.0], [0, 0], 1e-8, "all_right"),
    ],
)
def test_kinds_by_hand(
    rewarded: list[float], truncated: list[float], largest_advantage: float, kind: str
) -> None:
    groups = step_segments((np.zeros(2, np.int64),))
    statistics = group_statistics(
        groups, np.asarray(rewarded), np.asarray(truncated, np.float64), np.asarray([NAN, largest_advantage])
    )
    assert KINDS[group_kinds(statistics)[0]] == kind


def test_shares_by_hand() -> None:
    """Step 1 has groups 1 (all equal), 2 (a gradient) and 3 (without a reward), step 2 a sample without a group."""
    steps = step_segments((np.asarray([1, 1, 1, 1, 1, 1, 2]),))
    group, more = np.append(GROUP, NAN), NAN
    with np.errstate(all="raise"):  # the share of no group is none, and not 0 / 0
        found = group_shares(
            steps,
            group,
            np.zeros(7),
            np.append(REWARD, 1.0),
            np.append(np.zeros(6), more),
            np.append(NOTHING, more),
        )
    np.testing.assert_equal(found["zero_advantage_groups"], [0.5, NAN])
    np.testing.assert_equal(found["all_good_groups"], [0.5, NAN])
    np.testing.assert_equal(found["all_bad_groups"], [0.0, NAN])
    for kind in KINDS:
        third = kind in {"gradient", "all_equal", "unrewarded"}
        np.testing.assert_equal(found[f"groups_{kind}"], [1 / 3 if third else 0.0, NAN])


def test_rewards_as_large_as_count_make_no_warning() -> None:
    large = np.asarray([9e149, -9e149])
    groups = step_segments((np.zeros(2, np.int64),))
    statistics = group_statistics(groups, large, np.zeros(2), NOTHING[:2])
    assert statistics.std[0] == pytest.approx(9e149)
    assert group_weights(groups, statistics, large, np.ones(2), NOTHING[:2])[0] == pytest.approx(2.0)
