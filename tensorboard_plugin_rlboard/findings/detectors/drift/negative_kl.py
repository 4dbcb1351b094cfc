"""The mean log-ratio is below 0, which a KL divergence never is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import flagged_spans, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.texts import plural

_LEVEL = Threshold(
    "negative_kl_level",
    0.02,
    "nats a token",
    "how far below 0 the mean log-ratio of a step is, as the median of three",
    "its mean under the policy is the KL, which is never negative (Schulman 2020); the number was set on planted runs",
)
_SEVERE = Threshold("negative_kl_error", 0.3, "nats a token", "how far below 0 is an error", MEASURED)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    ratio = data.statistic("log_ratio_mean")
    limit = limits[_LEVEL.name]
    with np.errstate(invalid="ignore"):
        below = smoothed(ratio, 3) < -limit
        single = ratio < -limit
    places = [stretch for stretch in flagged_spans(below, gap=2) if stretch[1] - stretch[0] >= 1]
    if not places:
        return []
    low, high = max(places, key=lambda stretch: stretch[1] - stretch[0])
    while low > 0 and single[low - 1]:
        low -= 1
    value = float(np.nanmedian(ratio[low : high + 1]))
    first, last = int(data.step[low]), int(data.step[high])
    return [
        Finding(
            kind="negative_kl",
            severity="error" if value < -limits[_SEVERE.name] else "warning",
            title=f"The KL estimate is negative: {format_number(value)} nats a token",
            summary=f"From step {first} to {last} the reference likes what the policy wrote more than the policy itself does, in the mean of {high - low + 1:,} {plural(high - low + 1, 'step', 'steps')}.",
            first=first,
            last=last,
            onset=first,
            is_open=high == len(ratio) - 1,
            metric="log_ratio_mean",
            statistic="mean",
            value=value,
            threshold=-limit,
            threshold_name=_LEVEL.name,
            excess=-value / max(limit, 1e-9),
            evidence=EvidenceQuery("log_ratio_mean", "asc", "", "log_ratio", "lowest"),
        )
    ]


DETECTOR = Detector(
    kind="negative_kl",
    title="A KL estimate that is negative",
    question="drift",
    is_on_curve=True,
    needs=(Need("logprobs and ref_logprobs", "log_ratio_mean", 3),),
    thresholds=(_LEVEL, _SEVERE),
    meaning="Averaged over what the policy samples, log π − log π_ref is a divergence and cannot be negative: usually the two were not computed alike (temperature, precision, mask), or the samples are of older weights; a penalty of this sign rewards going away.",
    next="Look at the tokens with the lowest log-ratio: whether they are certain ones, padding or the ends of responses says which of both was computed otherwise.",
    find=_find,
)
