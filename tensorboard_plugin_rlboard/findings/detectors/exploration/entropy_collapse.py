"""The entropy has collapsed: little is left of what the policy began with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number, format_percent
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline, persistent_since, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_WINDOW = 5
_LEFT = Threshold(
    "entropy_collapse_left",
    0.45,
    "",
    "share of the starting entropy that is left, as the median of five steps",
    "reward is bought with entropy until none is left (arXiv 2505.22617); the number was set on planted runs",
    high=1.0,
)
_SEVERE = Threshold(
    "entropy_collapse_error",
    0.15,
    "",
    "share of the starting entropy below which it is an error",
    MEASURED,
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    entropy = data.statistic("entropies_mean")
    start = frozen_baseline(entropy).level
    if not start > 0:
        return []
    left = smoothed(entropy, _WINDOW) / start
    with np.errstate(invalid="ignore"):
        since = persistent_since(left < limits[_LEFT.name], 0.8, 3)
    if since is None:
        return []
    onset = since
    with np.errstate(invalid="ignore"):
        # it began where it left the usual for good: the median is half a window late
        while onset > 0 and entropy[onset - 1] < 0.8 * start and since - onset < 4 * _WINDOW:
            onset -= 1
    value = float(left[np.isfinite(left)][-1])
    first, last = int(data.step[onset]), int(data.step[-1])
    return [
        Finding(
            kind="entropy_collapse",
            severity="error" if value < limits[_SEVERE.name] else "warning",
            title=f"{format_percent(value)} of the entropy is left",
            summary=f"It was {format_number(start)} nats a token in the first steps and is {format_number(value * start)} now; it has been falling away since step {first}.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="entropies_mean",
            statistic="mean",
            value=value * start,
            threshold=limits[_LEFT.name] * start,
            threshold_name=_LEFT.name,
            excess=limits[_LEFT.name] / max(value, 1e-6),
            evidence=EvidenceQuery("entropies_mean", "asc", "", "entropies", "lowest"),
        )
    ]


DETECTOR = Detector(
    kind="entropy_collapse",
    title="A collapse of the entropy",
    question="exploration",
    is_on_curve=True,
    needs=(Need("entropies", "entropies_mean", 8),),
    thresholds=(_LEFT, _SEVERE),
    meaning="The policy gives almost all probability to one token at each place, so that its samples are alike and nothing new is tried: usually a learning rate that is too high, a clip range that is too tight upwards, or a reward that one answer satisfies.",
    next="See whether the responses of a group are the same; then raise the upper clip range, add an entropy bonus or a KL penalty, or sample hotter, from a checkpoint before the fall.",
    find=_find,
)
