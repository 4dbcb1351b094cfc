"""Prompts all of whose responses score below the reference."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_percent
from tensorboard_plugin_rlboard.findings.robust import median
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.texts import plural

_SHARE = Threshold(
    "never_beats_reference_share",
    0.15,
    "",
    "share of the prompts with six samples or more of which none ever scored as much as the reference",
    "RL Logging Board: look at the samples that never beat the initial policy; the number was set on planted runs",
    high=1.0,
)
_PROMPTS = Threshold(
    "never_beats_reference_prompts",
    10.0,
    "prompts",
    "how many such prompts there have to be to judge by",
    MEASURED,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    record = data.prompts
    if record.judged < limits[_PROMPTS.name]:
        return []
    share = record.always_below / record.judged
    if share < limits[_SHARE.name]:
        return []
    loss = data.step_metric("loss")
    third = max(1, len(loss) // 3)
    early, late = median(loss[:third]), median(loss[-third:])
    first, last = int(data.step[0]), int(data.step[-1])
    keys = ", ".join(f"'{key}'" for key in record.keys if "'" not in key)
    return [
        Finding(
            kind="never_beats_reference",
            severity="warning",
            title=f"{format_percent(share)} of the prompts never score as much as the reference",
            summary=f"{record.always_below:,} of {record.judged:,} {plural(record.judged, 'prompt', 'prompts')} with six samples or more lost every time. Of all samples of a step {format_percent(early)} lost in the first third of the steps, and {format_percent(late)} in the last.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="loss",
            statistic="",
            value=share,
            threshold=limits[_SHARE.name],
            threshold_name=_SHARE.name,
            excess=share / max(limits[_SHARE.name], 1e-9),
            evidence=EvidenceQuery(
                "reward_gap", "asc", f"prompt_key IN ({keys})" if keys else "reward_gap < 0", grouped=True
            ),
        )
    ]


DETECTOR = Detector(
    kind="never_beats_reference",
    title="Prompts that never score as much as the reference",
    question="reward",
    needs=(Need("reward and ref_reward", "loss", 8),),
    thresholds=(_SHARE, _PROMPTS),
    meaning="After all these steps the policy is still worse on these prompts than what it started from: usually they, or the responses to them, are outside of what the reward model or the initial policy can judge or do.",
    next="Read a response and the reference's to one of these prompts: if the reference's is really better, the data or the reward does not fit them; if it is not, it is the reward.",
    find=_find,
)
