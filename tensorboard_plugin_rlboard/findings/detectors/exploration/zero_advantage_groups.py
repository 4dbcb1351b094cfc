"""All responses of a group have the same reward, so that its advantages are 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_percent
from tensorboard_plugin_rlboard.findings.robust import persistent_since, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_WINDOW = 7
_USUAL_SIZE = 8.0
"""Responses to a prompt where no setting says how many."""
_ONE_SIDED = 1.645
"""Standard errors of a one-sided interval of 95 %; that of a share is at most the root of a quarter by the number."""
_SHARE = Threshold(
    "zero_advantage_groups_share",
    0.5,
    "",
    "share of a step's groups whose rewards are all equal, as the median of seven steps",
    "miles alarms from 0.5; DAPO (arXiv 2503.14476) samples such groups again",
    high=1.0,
)
_SEVERE = Threshold(
    "zero_advantage_groups_error",
    0.9,
    "",
    "share of such groups from which on it is an error",
    MEASURED,
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    share = data.step_metric("zero_advantage_groups")
    limit = limits[_SHARE.name]
    smooth = smoothed(share, _WINDOW)
    since = persistent_since(np.nan_to_num(smooth) >= limit, 0.8, 4)
    if since is None:
        return []
    start = since
    while start > 0 and share[start - 1] >= limit and since - start < _WINDOW // 2:
        start -= 1
    value = float(np.nanmean(share[start:]))
    groups = float(np.nansum(data.samples[start:])) / max(data.settings.get("group_size", _USUAL_SIZE), 2.0)
    if value - _ONE_SIDED * np.sqrt(0.25 / max(groups, 1.0)) < limit:
        return []  # so few groups have such a share by chance
    good, bad = (
        float(np.nanmean(data.step_metric(name)[start:])) for name in ("all_good_groups", "all_bad_groups")
    )
    first = int(data.step[start])
    return [
        Finding(
            kind="zero_advantage_groups",
            severity="error" if value >= limits[_SEVERE.name] else "warning",
            title=f"{format_percent(value)} of the groups teach nothing: all their rewards are equal",
            summary=f"Since step {first}: {format_percent(good)} of the groups are all good, {format_percent(bad)} all bad; the advantage of each of their samples is 0.",
            first=first,
            last=int(data.step[-1]),
            onset=first,
            is_open=True,
            metric="zero_advantage_groups",
            statistic="",
            value=value,
            threshold=limit,
            threshold_name=_SHARE.name,
            excess=value / max(limit, 1e-9),
            evidence=EvidenceQuery("group_std", "asc", "group_std <= 1e-8", grouped=True),
        )
    ]


DETECTOR = Detector(
    kind="zero_advantage_groups",
    title="Groups that teach nothing",
    question="exploration",
    is_on_curve=True,
    needs=(Need("rewards of two or more responses to a prompt", "zero_advantage_groups", 4),),
    thresholds=(_SHARE, _SEVERE),
    meaning="Where all responses to a prompt score the same their advantages are 0 and the step learns nothing of them: usually the prompts are too easy or too hard by now, or the reward is too coarse.",
    next="See whether the groups are all good or all bad: take solved prompts out or sample others in their place, and give hopeless ones easier variants or a finer reward.",
    find=_find,
)
