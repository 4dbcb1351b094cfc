"""The KL penalty outweighs the reward, so that the policy learns to stay at the reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import median, persistent_since, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import Limits, Threshold

_RATIO = Threshold(
    "signal_imbalance_ratio",
    1.0,
    "",
    "β times the summed log-ratio of a response, by the deviation of a step's rewards, as the median of five steps",
    "RL Logging Board looks at this balance to set kl_coef; the number was set on planted runs",
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    beta = data.settings["beta"]
    with np.errstate(invalid="ignore", divide="ignore"):
        penalty = beta * np.abs(data.statistic("log_ratio_sum"))
        ratio = penalty / data.statistic("reward", "std")
        since = persistent_since(smoothed(ratio, 5) >= limits[_RATIO.name], 0.8, 4)
    if since is None:
        return []
    value = median(ratio[since:])
    first, last = int(data.step[since]), int(data.step[-1])
    return [
        Finding(
            kind="signal_imbalance",
            severity="warning",
            title=f"The KL penalty is {format_number(value)} times as large as the rewards differ",
            summary=f"Since step {first} β = {format_number(beta)} times the summed log-ratio of a response is {format_number(median(penalty[since:]))}, and the rewards of a step have a standard deviation of {format_number(median(data.statistic('reward', 'std')[since:]))}.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="log_ratio_sum",
            statistic="mean",
            value=value,
            threshold=limits[_RATIO.name],
            threshold_name=_RATIO.name,
            excess=value / max(limits[_RATIO.name], 1e-9),
            evidence=EvidenceQuery("log_ratio_sum", "desc", "", "log_ratio", "highest"),
        )
    ]


DETECTOR = Detector(
    kind="signal_imbalance",
    title="A KL penalty that outweighs the rewards",
    question="reward",
    needs=(
        Need("rewards", "reward", 8),
        Need("logprobs and ref_logprobs", "log_ratio_sum", 8),
        Need("β (kl_coef) in the settings of the training", "beta", is_setting=True),
    ),
    thresholds=(_RATIO,),
    meaning="What holds the policy at the reference is stronger than what tells responses apart, so that the gradient mostly undoes itself: usually β is too large for responses of this length, or the rewards are scaled too small.",
    next="Compare the penalty and the reward of single responses, token by token; then lower β or scale the rewards.",
    find=_find,
)
