"""Rewards spread wider as training goes on while their mean stands still."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding, shown
from tensorboard_plugin_rlboard.findings.observations import Observations
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline, median, noise, rise_since, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_RATIO = Threshold(
    "reward_not_sharpening_ratio",
    1.2,
    "",
    "how many times as wide as in the first steps the rewards of a step are in the last quarter",
    "RL Logging Board: late in training the distribution should be sharper than early; the number was set on planted runs",
    low=1.0,
)
_CLEAR = Threshold(
    "reward_not_sharpening_deviations",
    4.0,
    "standard deviations",
    "how far that is beyond the noise of a step's width",
    MEASURED,
)
_GAIN = Threshold(
    "reward_not_sharpening_gain",
    0.6,
    "standard deviations",
    "by how much the mean may have risen meanwhile, in deviations of the first steps' rewards",
    MEASURED,
)


def _find(seen: Observations, limits: Limits) -> Sequence[Finding]:
    width, reward = seen.statistic("reward", "std"), seen.statistic("reward")
    early = frozen_baseline(width)
    late = width[-max(5, len(width) // 4) :]
    level = median(late)
    if not early.level > 0 or early.steps < 5:
        return []
    error = max(noise(width), 1e-12) * np.sqrt(1 / early.steps + 1 / len(late))
    gain = (median(reward[-len(late) :]) - frozen_baseline(reward).level) / early.level
    if (
        level < limits[_RATIO.name] * early.level
        or (level - early.level) / error < limits[_CLEAR.name]
        or gain > limits[_GAIN.name]
    ):
        return []
    onset = rise_since(smoothed(width, 3), (early.level + level) / 2, len(width) - 1)
    first, last = int(seen.step[onset]), int(seen.step[-1])
    middle = median(reward[-len(late) :])
    return [
        Finding(
            kind="reward_not_sharpening",
            severity="warning",
            title=f"Rewards spread instead of sharpening: {shown(level / early.level)} times as wide as at first",
            summary=f"The standard deviation of a step's rewards was {shown(early.level)} in the first steps and is {shown(level)} since about step {first}, while the mean has moved by {shown(gain)} of it.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="reward",
            statistic="std",
            value=level,
            threshold=limits[_RATIO.name] * early.level,
            threshold_name=_RATIO.name,
            excess=level / early.level / max(limits[_RATIO.name], 1e-9),
            evidence=EvidenceQuery("reward", "desc", f"abs(reward - ({middle:.6g})) > {1.5 * level:.6g}"),
        )
    ]


DETECTOR = Detector(
    kind="reward_not_sharpening",
    question="reward",
    needs=(Need("rewards", "reward", 12),),
    thresholds=(_RATIO, _CLEAR, _GAIN),
    meaning="A policy that learns what is rewarded narrows the distribution of rewards; one that widens at the same mean is pushed about by noise: usually a reward that has little to do with the answer, advantages that are not normalised, or a learning rate that is too high.",
    next="Read responses from both ends of a late step: if good and bad ones score alike, it is the reward; compare it with a second score of the same responses.",
    find=_find,
)
