"""Responses grow longer and are rewarded for it, without another sign that they are better."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.detectors.reward.proxy_gold_gap import gap
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline, median, noise, rise_start, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Floats

_GROWTH = Threshold(
    "length_hacking_growth",
    1.3,
    "",
    "how many times as long as in the first steps responses are",
    MEASURED,
    low=1.0,
)
_CORRELATION = Threshold(
    "length_hacking_correlation",
    0.2,
    "",
    "Pearson correlation of reward and length within the newest steps",
    "0.45 for a plain reward model (ODIN, arXiv 2402.07319); the number was set on planted runs",
    high=1.0,
)
_GAP = Threshold(
    "length_hacking_gap",
    0.2,
    "standard deviations",
    "by how much more the reward has risen than valid_reward, where that is logged",
    MEASURED,
)
_MIN_STANDARD_ERRORS = 3.0
"""So many standard errors has the correlation to be above that of the first steps."""
_WARNING_RATIO = 2.0
"""A gap that is so many times its threshold is a warning where the correlation says nothing; less is a hint."""
_MIN_GAP_CORRELATION = 0.6


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    length = data.statistic("n_tokens")
    usual = frozen_baseline(length).level
    late = max(5, len(length) // 4)
    now = median(length[-late:])
    if not (usual > 0 and now >= limits[_GROWTH.name] * usual):
        return []
    early_r, early_error = _pooled(data, slice(0, frozen_baseline(length).steps))
    late_r, late_error = _pooled(data, slice(-late, None))
    error = float(np.hypot(early_error, late_error))
    pays = late_r >= limits[_CORRELATION.name] and late_r - early_r >= _MIN_STANDARD_ERRORS * error
    reward_gap = gap(data)
    part = median(reward_gap[-late:])
    wide = (
        part >= limits[_GAP.name]
        and part >= 5 * noise(reward_gap) / np.sqrt(late)
        and _go_together(reward_gap, length)
    )
    if not (pays or wide):
        return []
    onset = rise_start(smoothed(length, 3), usual + 0.3 * (now - usual), len(length) - 1)
    first, last = int(data.step[onset]), int(data.step[-1])
    reason = f"within a step reward and length correlate with {format_number(late_r)}, at first with {format_number(early_r)}"
    if not pays:
        reason = f"the reward has risen by {format_number(part)} standard deviations more than valid_reward"
    return [
        Finding(
            kind="length_hacking",
            severity="warning" if pays or part >= _WARNING_RATIO * limits[_GAP.name] else "info",
            title=f"Responses are paid for length: {format_number(now / usual)} times as long as at first",
            summary=f"They have grown from {format_number(usual)} to {format_number(now)} tokens since about step {first}, and {reason}.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="n_tokens",
            statistic="mean",
            value=now,
            threshold=limits[_GROWTH.name] * usual,
            threshold_name=_GROWTH.name,
            excess=max(
                now / usual / max(limits[_GROWTH.name], 1e-9),
                late_r / max(limits[_CORRELATION.name], 1e-9) if pays else 0.0,
            ),
            evidence=EvidenceQuery("n_tokens", "desc"),
        )
    ]


def _go_together(reward_gap: Floats, length: Floats) -> bool:
    """Whether the gap to valid_reward follows the length from step to step."""
    is_measured = np.isfinite(reward_gap) & np.isfinite(length)
    if is_measured.sum() < 8 or not (reward_gap[is_measured].std() > 0 and length[is_measured].std() > 0):
        return False
    return bool(np.corrcoef(reward_gap[is_measured], length[is_measured])[0, 1] >= _MIN_GAP_CORRELATION)


def _pooled(data: DetectorInput, steps: slice) -> tuple[float, float]:
    """The correlation within some steps, weighted by their samples, and its standard error for independent samples."""
    r, weight = data.step_metric("reward_length_correlation")[steps], data.samples[steps] - 1
    is_measured = np.isfinite(r) & (weight > 0)
    total = float(weight[is_measured].sum())
    return (
        (float((r[is_measured] * weight[is_measured]).sum() / total), 1 / np.sqrt(total))
        if total
        else (0.0, 1.0)
    )


DETECTOR = Detector(
    kind="length_hacking",
    title="Rewards for length alone",
    question="reward",
    is_on_curve=True,
    needs=(Need("rewards", "reward", 12), Need("tokens or their number", "n_tokens", 12)),
    thresholds=(_GROWTH, _CORRELATION, _GAP),
    meaning="Longer responses score more than better ones, so the policy writes more: usually a reward model that likes length, a sum over tokens where a mean was meant, or a loss that punishes short wrong answers harder than long ones.",
    next="Compare a long and a short response to the same prompt with the same answer: if the long one scores more, penalise length or compare within equal lengths.",
    find=_find,
)
