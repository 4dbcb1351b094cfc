"""The sampling engine and the trainer give the same tokens other probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import flagged_spans, frozen_baseline, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_LEVEL = Threshold(
    "logprob_mismatch_level",
    1.05,
    "",
    "mean of exp(|mismatch|) over the tokens of a step, as the median of three",
    "NeMo-RL: investigate above 1.05",
    low=1.0,
)
_RATIO = Threshold(
    "logprob_mismatch_ratio",
    4.0,
    "",
    "how many times as far from 1 as in the first steps it is, where it is 1.03 at least",
    MEASURED,
    low=1.0,
)
_SEVERE = Threshold(
    "logprob_mismatch_error", 1.3, "", "mean of exp(|mismatch|) that is an error", MEASURED, low=1.0
)
_MIN_LEVEL = 1.03


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    error = data.step_metric("token_mult_prob_error")
    usual = frozen_baseline(error).level
    level = smoothed(error, 3)
    bound = limits[_LEVEL.name]
    with np.errstate(invalid="ignore"):
        risen = (level >= _MIN_LEVEL) & (level - 1 >= limits[_RATIO.name] * max(usual - 1, 1e-6))
        flags = (level >= bound) | risen
    places = [stretch for stretch in flagged_spans(flags, gap=1) if stretch[1] - stretch[0] >= 2]
    if not places:
        return []
    low, high = max(places, key=lambda stretch: stretch[1] - stretch[0])
    value = float(np.nanmedian(error[low : high + 1]))
    threshold = bound if value >= bound else 1 + limits[_RATIO.name] * (usual - 1)
    while low > 0 and error[low - 1] >= min(threshold, (1 + value) / 2):
        low -= 1
    first, last = int(data.step[low]), int(data.step[high])
    return [
        Finding(
            kind="logprob_mismatch",
            severity="error" if value >= limits[_SEVERE.name] else "warning",
            title=f"Sampler and trainer disagree by a factor of {format_number(value)} a token",
            summary=f"The mean of exp(|logprobs − rollout_logprobs|) is {format_number(value)} from step {first} to {last}; it was {format_number(usual)} in the first steps.",
            first=first,
            last=last,
            onset=first,
            is_open=high == len(error) - 1,
            metric="token_mult_prob_error",
            statistic="",
            value=value,
            threshold=threshold,
            threshold_name=_LEVEL.name if value >= bound else _RATIO.name,
            excess=(value - 1) / max(threshold - 1, 1e-6),
            evidence=EvidenceQuery("mismatch_absmean", "desc", "", "mismatch_k3", "highest"),
        )
    ]


DETECTOR = Detector(
    kind="logprob_mismatch",
    title="A disagreement of sampler and trainer",
    question="sampler",
    is_on_curve=True,
    needs=(Need("logprobs and rollout_logprobs", "token_mult_prob_error", 3),),
    thresholds=(_LEVEL, _RATIO, _SEVERE),
    meaning="The samples are not of the policy that is trained, so the gradient is biased: usually another precision or kernel in the sampler, a temperature that only one of both applies, or old weights.",
    next="Look whether it is all tokens (temperature, weights) or rare ones (precision); compare it with the staleness of the samples, and correct with truncated importance weights until it is found.",
    find=_find,
)
