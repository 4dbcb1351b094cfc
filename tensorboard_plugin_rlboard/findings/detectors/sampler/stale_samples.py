"""Samples that were drawn by weights of many steps ago."""

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

_STEPS = Threshold(
    "stale_samples_steps",
    5.0,
    "steps",
    "how many steps older than the trainer's the weights of a step's oldest sample are, as the median of three steps",
    MEASURED,
)
_SEVERE = Threshold("stale_samples_error", 12.0, "steps", "how many steps older is an error", MEASURED)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    oldest, mean = data.statistic("staleness", "max"), data.statistic("staleness")
    limit = limits[_STEPS.name]
    with np.errstate(invalid="ignore"):
        places = flagged_spans(smoothed(oldest, 3) >= limit, gap=2)
    if not places:
        return []
    low, high = max(places, key=lambda stretch: stretch[1] - stretch[0])
    while low > 0 and oldest[low - 1] >= limit:
        low -= 1
    value = float(np.nanmedian(oldest[low : high + 1]))
    first, last = int(data.step[low]), int(data.step[high])
    return [
        Finding(
            kind="stale_samples",
            severity="error" if value >= limits[_SEVERE.name] else "warning",
            title=f"Samples are up to {format_number(value)} {plural(value, 'step', 'steps')} old",
            summary=f"From step {first} to {last} the weights that sampled are {format_number(float(np.nanmean(mean[low : high + 1])))} steps behind the trainer's on average, and {format_number(value)} at the most.",
            first=first,
            last=last,
            onset=first,
            is_open=high == len(oldest) - 1,
            metric="staleness",
            statistic="max",
            value=value,
            threshold=limit,
            threshold_name=_STEPS.name,
            excess=value / max(limit, 1e-9),
            evidence=EvidenceQuery("staleness", "desc"),
        )
    ]


DETECTOR = Detector(
    kind="stale_samples",
    question="sampler",
    on_curve=True,
    needs=(Need("policy_version", "staleness", 3),),
    thresholds=(_STEPS, _SEVERE),
    meaning="What is learnt from was written by a policy of long ago, so that ratios are clipped or wrong: usually long responses that wait in an asynchronous queue, or weights that no longer reach the sampler.",
    next="See whether all samples are old (the weights are not sent) or the longest ones (the queue): then bound the age, or correct with importance weights.",
    find=_find,
)
