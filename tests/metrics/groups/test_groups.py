"""Facts, kinds, weights and shares of groups, with numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_plugin_rlboard.metrics.groups.facts import group_facts, group_weights
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
    facts = group_facts(step_segments((GROUP,)), REWARD, CUT, np.asarray([0.5, NAN, NAN, 2.0, NAN, NAN]))
    assert facts.size.tolist() == [2, 3, 1]
    assert facts.rewards.tolist() == [2, 3, 0]
    np.testing.assert_equal(facts.low, [0.1, 0.0, NAN])
    np.testing.assert_equal(facts.high, [0.1, 3.0, NAN])
    np.testing.assert_equal(facts.mean, [0.1, 1.0, NAN])
    np.testing.assert_allclose(facts.std, [0.0, np.sqrt(2.0), NAN])
    assert facts.cut.tolist() == [2, 1, 0]
    np.testing.assert_equal(facts.largest_advantage, [NAN, 2.0, NAN])


def test_weights_by_hand() -> None:
    """|0 − 1| · 5 + |3 − 1| · 2 = 9 by the deviation √2; the row without a length has no part. A logged weight counts first."""
    groups = step_segments((GROUP,))
    facts = group_facts(groups, REWARD, CUT, NOTHING)
    found = group_weights(groups, facts, REWARD, LENGTH, NOTHING)
    np.testing.assert_allclose(found, [0.0, 9 / (np.sqrt(2) + 1e-6), NAN])
    logged = np.asarray([20.0, NAN, NAN, NAN, 3.0, NAN])
    found = group_weights(groups, facts, REWARD, LENGTH, logged)
    np.testing.assert_allclose(found, [0.0, 20 + 4 / (np.sqrt(2) + 1e-6), 3.0])


def test_one_reward_by_hand() -> None:
    """It is the lowest, the highest and the mean; nothing can be compared with it, so no advantage is known."""
    groups = step_segments((np.zeros(2, np.int64),))
    reward = np.asarray([NAN, 0.25])
    facts = group_facts(groups, reward, np.zeros(2), NOTHING[:2])
    assert (facts.low[0], facts.high[0], facts.mean[0], facts.std[0]) == (0.25, 0.25, 0.25, 0.0)
    np.testing.assert_equal(group_weights(groups, facts, reward, np.ones(2), NOTHING[:2]), [NAN])


@pytest.mark.parametrize(
    ("rewards", "cut", "largest_advantage", "kind"),
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
def test_kinds_by_hand(rewards: list[float], cut: list[float], largest_advantage: float, kind: str) -> None:
    groups = step_segments((np.zeros(2, np.int64),))
    facts = group_facts(
        groups, np.asarray(rewards), np.asarray(cut, np.float64), np.asarray([NAN, largest_advantage])
    )
    assert KINDS[group_kinds(facts)[0]] == kind


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
    facts = group_facts(groups, large, np.zeros(2), NOTHING[:2])
    assert facts.std[0] == pytest.approx(9e149)
    assert group_weights(groups, facts, large, np.ones(2), NOTHING[:2])[0] == pytest.approx(2.0)
