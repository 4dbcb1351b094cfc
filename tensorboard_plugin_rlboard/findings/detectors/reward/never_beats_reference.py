"""Most responses go on scoring below the reference's, and their share does not fall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding, percent
from tensorboard_plugin_rlboard.findings.observations import Observations
from tensorboard_plugin_rlboard.findings.robust import median
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_SHARE = Threshold(
    "never_beats_reference_share",
    0.5,
    "",
    "share of a step's samples with a reward below the reference's, as the median of the last third of the steps",
    "RL Logging Board: it should fall as training goes on; the number was set on planted runs",
    high=1.0,
)
_FALL = Threshold(
    "never_beats_reference_fall",
    0.85,
    "",
    "how many times that of the first third of the steps it is at least",
    MEASURED,
)
_ONE_SIDED = 1.645
"""Standard errors of a one-sided interval of 95 %; that of a share is at most the root of a quarter by the number."""


def _find(seen: Observations, limits: Limits) -> Sequence[Finding]:
    loss = seen.step_metric("loss")
    third = max(4, len(loss) // 3)
    early, late = median(loss[:third]), median(loss[-third:])
    samples = float(seen.samples[-third:].sum())
    by_chance = _ONE_SIDED * np.sqrt(0.25 / max(samples, 1.0))
    if not (late - by_chance >= limits[_SHARE.name] and late >= limits[_FALL.name] * early):
        return []
    first, last = int(seen.step[0]), int(seen.step[-1])
    win = median(seen.step_metric("win")[-third:])
    return [
        Finding(
            kind="never_beats_reference",
            severity="warning",
            title=f"{percent(late)} of the responses score below the reference's, and it does not get less",
            summary=f"In the first third of the steps it was {percent(early)}, in the last third it is {percent(late)}; {percent(win)} score above it.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="loss",
            statistic="",
            value=late,
            threshold=limits[_SHARE.name],
            threshold_name=_SHARE.name,
            excess=late / max(limits[_SHARE.name], 1e-9),
            evidence=EvidenceQuery("reward_gap", "asc", "reward_gap < 0", grouped=True),
        )
    ]


DETECTOR = Detector(
    kind="never_beats_reference",
    question="reward",
    needs=(Need("reward and ref_reward", "loss", 12),),
    thresholds=(_SHARE, _FALL),
    meaning="After all these steps the policy is still worse than what it started from on most prompts: usually these prompts, or their responses, are outside of what the reward model or the initial policy can judge or do.",
    next="Look at which prompts these are: if the same ones lose each time, see whether the reference's answers to them are really better; if they are, the reward or the data does not fit them.",
    find=_find,
)
