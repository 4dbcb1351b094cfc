"""The reward rises, and the trusted score of the same responses does not (reward over-optimisation)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline, median, noise, rise_start, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Floats

_SIZE = Threshold(
    "proxy_gold_gap_size",
    0.7,
    "standard deviations",
    "by how much more the reward has risen than valid_reward, each in deviations of the first steps' samples",
    MEASURED,
)
_DEVIATIONS = Threshold(
    "proxy_gold_gap_deviations",
    5.0,
    "standard deviations",
    "how far that is beyond the noise of a step",
    MEASURED,
)
_GAIN = Threshold(
    "proxy_gold_gap_gain",
    0.3,
    "standard deviations",
    "by how much valid_reward may have risen since they went apart, or else a third of the gap",
    MEASURED,
)
_SHARE_OF_GAP = 0.35


def gap(data: DetectorInput) -> Floats:
    """By how much more reward than valid_reward rose since the first steps, in deviations of their samples; float64 [steps]."""
    return _rise(data, "reward") - _rise(data, "valid_reward")


def _rise(data: DetectorInput, metric: str) -> Floats:
    mean, width = data.statistic(metric), frozen_baseline(data.statistic(metric, "std")).level
    found: Floats = (mean - frozen_baseline(mean).level) / (width if width > 0 else np.nan)
    return found


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    score_gap = gap(data)
    smooth = smoothed(score_gap, 5)
    late = max(5, len(score_gap) // 8)
    size = median(score_gap[-late:])
    early = frozen_baseline(score_gap)
    error = max(early.noise, noise(score_gap), 1e-12) * np.sqrt(1 / max(early.steps, 1) + 1 / late)
    if not size >= limits[_SIZE.name] or size / error < limits[_DEVIATIONS.name]:
        return []
    onset = rise_start(smooth, 0.3 * size, len(smooth) - 1)
    onset = max(0, onset - 2)  # the median of five is two steps late
    gold = _rise(data, "valid_reward")
    gain = median(gold[-late:]) - median(gold[max(0, onset - late) : onset + 1])
    if gain > max(limits[_GAIN.name], _SHARE_OF_GAP * size):
        return []
    first, last = int(data.step[onset]), int(data.step[-1])
    rewards = [median(data.statistic(name)[-late:]) for name in ("reward", "valid_reward")]
    return [
        Finding(
            kind="proxy_gold_gap",
            severity="error" if size >= 3 * limits[_SIZE.name] and gain < 0 else "warning",
            title=f"The reward rises and valid_reward does not follow since step {first}",
            summary=f"They are {format_number(size)} standard deviations further apart than in the first steps: reward is {format_number(rewards[0])} and valid_reward {format_number(rewards[1])}, which has moved by {format_number(gain)} deviations since.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="valid_reward_gap" if "valid_reward_gap" in data.metrics else "valid_reward",
            statistic="mean",
            value=size,
            threshold=limits[_SIZE.name],
            threshold_name=_SIZE.name,
            excess=size / max(limits[_SIZE.name], 1e-9),
            evidence=EvidenceQuery("reward", "desc", f"valid_reward <= {rewards[1]:.6g}"),
        )
    ]


DETECTOR = Detector(
    kind="proxy_gold_gap",
    title="A reward that rises without valid_reward",
    question="reward",
    needs=(Need("reward", "reward", 12), Need("valid_reward", "valid_reward", 12)),
    thresholds=(_SIZE, _DEVIATIONS, _GAIN),
    meaning="What is rewarded and what is wanted go apart: the policy has found something that scores and is not better, which is reward hacking.",
    next="Read the samples with a high reward and a low valid_reward: what they have in common is what is exploited; look at length and at rising phrases too.",
    find=_find,
)
