"""The sampler's log-probabilities equal the trainer's to the last digit: one was copied from the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_percent
from tensorboard_plugin_rlboard.findings.robust import flagged_spans, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import Limits, Threshold

_SHARE = Threshold(
    "copied_logprobs_share",
    0.3,
    "",
    "share of a step's samples whose logprobs equal their rollout_logprobs at every token, as the median of five steps",
    "two engines that round never agree on a whole response (docs/metrics.md); the number was set on planted runs",
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    with np.errstate(invalid="ignore", divide="ignore"):
        share = data.statistic("mismatch_absmean", "zero") / data.statistic("mismatch_absmean", "count")
        flags = smoothed(share, 5) >= limits[_SHARE.name]
    places = flagged_spans(flags, gap=2)
    if not places:
        return []
    low, high = max(places, key=lambda stretch: stretch[1] - stretch[0])
    while low > 0 and share[low - 1] >= limits[_SHARE.name]:
        low -= 1
    value = float(np.nanmean(share[low : high + 1]))
    first, last = int(data.step[low]), int(data.step[high])
    return [
        Finding(
            kind="copied_logprobs",
            severity="warning",
            title=f"{format_percent(value)} of the samples have the same log-probabilities from sampler and trainer",
            summary=f"From step {first} to {last} logprobs and rollout_logprobs are equal at every token of these responses, to the last digit.",
            first=first,
            last=last,
            onset=first,
            is_open=high == len(share) - 1,
            metric="mismatch_absmean",
            statistic="share",
            value=value,
            threshold=limits[_SHARE.name],
            threshold_name=_SHARE.name,
            excess=value / max(limits[_SHARE.name], 1e-9),
            evidence=EvidenceQuery("n_tokens", "desc", "mismatch_absmean = 0", "mismatch"),
        )
    ]


DETECTOR = Detector(
    kind="copied_logprobs",
    title="Log-probabilities of sampler and trainer that are copies",
    question="sampler",
    needs=(Need("logprobs and rollout_logprobs", "mismatch_absmean", 3),),
    thresholds=(_SHARE,),
    meaning="One of both is a copy of the other, so that every importance ratio is 1 and the mismatch between sampler and trainer goes unseen: usually the log writes one array under two names, or the trainer takes the sampler's numbers for its own.",
    next="See in the training's code where both come from; if sampler and trainer are the same engine bit by bit, this is as it should be.",
    find=_find,
)
