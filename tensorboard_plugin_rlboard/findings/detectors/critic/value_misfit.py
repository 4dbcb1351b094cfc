"""The critic predicts no better than a constant: its explained variance is at or below 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import persistent_since, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_WINDOW = 5
_LEVEL = Threshold(
    "value_misfit_level",
    0.0,
    "",
    "explained variance of a step's value targets, as the median of five steps after the first quarter of the run",
    "at or below 0 the critic adds variance instead of taking it away (CleanRL; proved in EVPO, arXiv 2604.19485)",
    low=-10.0,
    high=1.0,
)
_SEVERE = Threshold(
    "value_misfit_error",
    -2.0,
    "",
    "explained variance below which it is an error",
    MEASURED,
    low=-1e6,
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    explained = data.step_metric("explained_variance")
    level = smoothed(explained, _WINDOW)
    with np.errstate(invalid="ignore"):
        flags = level <= limits[_LEVEL.name]
        single = explained <= limits[_LEVEL.name]
    flags[: len(flags) // 4] = False  # a critic has to learn first
    since = persistent_since(flags, 0.8, 4)
    if since is None:
        return []
    while since > 0 and single[since - 1]:
        since -= 1
    value = float(np.nanmedian(explained[since:]))
    first, last = int(data.step[since]), int(data.step[-1])
    return [
        Finding(
            kind="value_misfit",
            severity="error" if value < limits[_SEVERE.name] else "warning",
            title=f"The critic explains nothing: explained variance {format_number(value)}",
            summary=f"Since step {first} a constant would predict the returns better than the critic does; 1 is perfect, 0 is a constant.",
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="explained_variance",
            statistic="",
            value=value,
            threshold=limits[_LEVEL.name],
            threshold_name=_LEVEL.name,
            excess=1 + limits[_LEVEL.name] - value,
            evidence=EvidenceQuery("value_mse", "desc", "", "value_error", "furthest"),
        )
    ]


DETECTOR = Detector(
    kind="value_misfit",
    title="A critic that explains nothing",
    question="critic",
    is_on_curve=True,
    needs=(Need("values, and returns or token_rewards", "explained_variance", 8),),
    thresholds=(_LEVEL, _SEVERE),
    meaning="Advantages are returns minus a guess that is worse than none, so they are noisier than without a critic: usually a critic that is frozen or starts from the wrong weights, too small a learning rate for it, or a reward whose scale has changed.",
    next="Compare values and returns along a response: a constant offset is a matter of scale, a flat line of values a critic that does not learn.",
    find=_find,
)
