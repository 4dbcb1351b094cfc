"""Many responses to one prompt are identical, letter by letter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.lasting_rise import lasting_rise
from tensorboard_plugin_rlboard.findings.number_format import format_number, format_percent
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_WINDOW = 7
_SHARE = Threshold(
    "duplicate_responses_share",
    0.2,
    "",
    "share of responses that repeat another one to their prompt, as the median of seven steps",
    MEASURED,
    high=1.0,
)
_TOKENS = Threshold(
    "duplicate_responses_tokens",
    16.0,
    "tokens",
    "mean length below which equal responses are expected: a word or a number has few other ways to be said",
    MEASURED,
)
_SEVERE = Threshold(
    "duplicate_responses_error",
    0.8,
    "",
    "share of repeated responses from which on it is an error",
    "no group of such responses has a difference to learn from",
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    share, limit = data.step_metric("duplicate_share"), limits[_SHARE.name]
    found = lasting_rise(share, limit, _WINDOW)
    if found is None:
        return []
    lengths = data.statistic("n_tokens")[found.start :]
    length = float(np.nanmean(lengths)) if np.isfinite(lengths).any() else np.nan
    if length < limits[_TOKENS.name]:
        return []
    first = int(data.step[found.start])
    was = f" It was {format_percent(found.before)} at first." if np.isfinite(found.before) else ""
    long = f", {format_number(length)} tokens long on average," if np.isfinite(length) else ""
    return [
        Finding(
            kind="duplicate_responses",
            severity="error" if found.value >= limits[_SEVERE.name] else "warning",
            title=f"{format_percent(found.value)} of the responses repeat another one to the same prompt",
            summary=f"Since step {first} at least {format_percent(limit)} of the responses{long} are equal to another one of their prompt and step, letter by letter.{was}",
            first=first,
            last=int(data.step[-1]),
            onset=first,
            is_open=True,
            metric="duplicate_share",
            statistic="",
            value=found.value,
            threshold=limit,
            threshold_name=_SHARE.name,
            excess=found.value / max(limit, 1e-9),
            evidence=EvidenceQuery(grouped=True, repeated=True),
        )
    ]


DETECTOR = Detector(
    kind="duplicate_responses",
    title="Responses that repeat one another",
    question="exploration",
    is_on_curve=True,
    needs=(Need("two or more responses to a prompt", "duplicate_share", 3),),
    thresholds=(_SHARE, _TOKENS, _SEVERE),
    meaning="Equal responses are one response that is paid for several times, and nothing else is tried: usually the policy has become certain, or the sampler has a temperature of 0, a fixed seed or a cache.",
    next="Compare the responses of one prompt: if all steps have such groups since a restart, look at the sampler's settings; if it grew slowly, look at the entropy.",
    find=_find,
)
