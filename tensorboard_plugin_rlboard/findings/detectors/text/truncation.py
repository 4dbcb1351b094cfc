"""Responses are truncated at the maximum length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_percent
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline, persistent_since, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_WINDOW = 5
_SHARE = Threshold(
    "truncation_share",
    0.2,
    "",
    "share of a step's responses that were cut at the maximum length",
    "DAPO (arXiv 2503.14476) leaves out what is cut, because it is noise in the reward; the number was set on planted runs",
    high=1.0,
)
_SEVERE = Threshold(
    "truncation_error", 0.6, "", "share of cut responses from which on it is an error", MEASURED, high=1.0
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    share = data.step_metric("truncation_share")
    limit = limits[_SHARE.name]
    # a step with few samples has a share of a half by chance: the median of five steps has not
    smooth = smoothed(share, _WINDOW)
    with np.errstate(invalid="ignore"):
        since = persistent_since(np.nan_to_num(smooth) >= limit, 0.8, 3)
    if since is None:
        return []
    start = since
    while start > 0 and share[start - 1] >= limit and since - start < _WINDOW:
        start -= 1
    before = frozen_baseline(share).level if start >= _WINDOW else np.nan
    late = share[start:]
    value = float(np.nanmedian(late[-max(_WINDOW, len(late) // 2) :]))
    first, last = int(data.step[start]), int(data.step[-1])
    was = f" It was {format_percent(float(before))} at first." if np.isfinite(before) else ""
    return [
        Finding(
            kind="truncation",
            severity="error" if value >= limits[_SEVERE.name] else "warning",
            title=f"{format_percent(value)} of the responses are cut at the maximum length",
            summary=f"Since step {first} at least {format_percent(limit)} of the responses of a step did not end by themselves.{was}",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="truncation_share",
            statistic="",
            value=value,
            threshold=limit,
            threshold_name=_SHARE.name,
            excess=value / max(limit, 1e-9),
            evidence=EvidenceQuery("n_tokens", "desc", "truncated = 1", end="last"),
        )
    ]


DETECTOR = Detector(
    kind="truncation",
    title="Responses that are cut at the maximum length",
    question="text",
    is_on_curve=True,
    needs=(Need("finish_reason, or an end token that is told apart", "truncation_share", 3),),
    thresholds=(_SHARE, _SEVERE),
    meaning="A response that is cut gets the reward of an unfinished one whatever it was about to say, so the policy is taught by accident: usually the maximum length is too short for the task, or responses grow or loop.",
    next="Read the ends of the longest ones: if they are still at work, raise the maximum length or leave them out of the loss; if they loop, look at repetition.",
    find=_find,
)
