"""Rewards spread wider as training goes on while their mean stands still."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline, median, rise_start, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_RATIO = Threshold(
    "reward_not_sharpening_ratio",
    1.25,
    "",
    "how many times as wide as in the first quarter the rewards of a step are in the last",
    "RL Logging Board: late in training the distribution should be sharper than early; the number was set on planted runs",
    low=1.0,
)
_DEVIATIONS = Threshold(
    "reward_not_sharpening_deviations",
    3.3,
    "standard deviations",
    "how far that is beyond what so many samples differ in width by chance",
    MEASURED,
)
_GAIN = Threshold(
    "reward_not_sharpening_gain",
    0.7,
    "standard deviations",
    "by how much the mean may have risen meanwhile, in deviations of the first steps' rewards",
    MEASURED,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    width, reward = data.statistic("reward", "std"), data.statistic("reward")
    steps = frozen_baseline(width).steps
    early, early_samples = _pooled(data, slice(0, steps))
    late, late_samples = _pooled(data, slice(-steps, None))
    if not (early > 0 and late > 0):
        return []
    # the logarithm of a variance of normal numbers has about the variance 2 / (n − 1)
    clear = 2 * np.log(late / early) / np.sqrt(2 / early_samples + 2 / late_samples)
    gain = (median(reward[-steps:]) - median(reward[:steps])) / early
    if late < limits[_RATIO.name] * early or clear < limits[_DEVIATIONS.name] or gain > limits[_GAIN.name]:
        return []
    onset = rise_start(smoothed(width, 3), (early + late) / 2, len(width) - 1)
    first, last = int(data.step[onset]), int(data.step[-1])
    middle = median(reward[-steps:])
    return [
        Finding(
            kind="reward_not_sharpening",
            severity="warning",
            title=f"Rewards spread instead of sharpening: {format_number(late / early)} times as wide as at first",
            summary=f"The standard deviation of a step's rewards was {format_number(early)} in the first steps and is {format_number(late)} since about step {first}, while the mean has moved by {format_number(gain)} of it.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="reward",
            statistic="std",
            value=late,
            threshold=limits[_RATIO.name] * early,
            threshold_name=_RATIO.name,
            excess=late / early / max(limits[_RATIO.name], 1e-9),
            evidence=EvidenceQuery("reward", "desc", f"abs(reward - ({middle:.6g})) > {1.5 * late:.6g}"),
        )
    ]


def _pooled(data: DetectorInput, steps: slice) -> tuple[float, float]:
    """The standard deviation of rewards within some steps, and of how many samples beyond their means."""
    width, samples = data.statistic("reward", "std")[steps], data.samples[steps]
    is_measured = np.isfinite(width) & (samples > 1)
    free = float((samples[is_measured] - 1).sum())
    if not free:
        return 0.0, 1.0
    return float(np.sqrt((width[is_measured] ** 2 * samples[is_measured]).sum() / free)), free


DETECTOR = Detector(
    kind="reward_not_sharpening",
    title="Rewards that spread instead of sharpening",
    question="reward",
    is_on_curve=True,
    needs=(Need("rewards", "reward", 12),),
    thresholds=(_RATIO, _DEVIATIONS, _GAIN),
    meaning="A policy that learns what is rewarded narrows the distribution of rewards; one that widens at the same mean is pushed about by noise: usually a reward that has little to do with the answer, advantages that are not normalised, or a learning rate that is too high.",
    next="Read responses from both ends of a late step: if good and bad ones score alike, it is the reward; compare it with a second score of the same responses.",
    find=_find,
)
