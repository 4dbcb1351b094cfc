"""KL to the reference is not 0 at the first step, though nothing was trained yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.thresholds import Limits, Threshold

_LEVEL = Threshold(
    "first_step_kl_level",
    0.01,
    "nats a token",
    "mean k3 of the first step of a training that was not resumed",
    "slime's debugging guide: it is 0 before the first update; what rounding leaves is 100 times less than this",
)
_SEVERE = Threshold(
    "first_step_kl_error",
    0.1,
    "nats a token",
    "mean k3 of the first step from which on it is an error",
    "ten times what is a warning",
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    column = data.step_metric("first_step_kl")
    places = np.flatnonzero(np.isfinite(column))
    if not len(places) or column[places[0]] < limits[_LEVEL.name]:
        return []
    value, step = float(column[places[0]]), int(data.step[places[0]])
    return [
        Finding(
            kind="first_step_kl",
            severity="error" if value >= limits[_SEVERE.name] else "warning",
            title=f"The first step is {format_number(value)} nats a token away from the reference",
            summary=f"Before anything is trained policy and reference are the same model, so that the mean k3 of step {step} should be 0.",
            first=step,
            last=step,
            onset=step,
            is_open=True,
            metric="first_step_kl",
            statistic="",
            value=value,
            threshold=limits[_LEVEL.name],
            threshold_name=_LEVEL.name,
            excess=value / max(limits[_LEVEL.name], 1e-9),
            evidence=EvidenceQuery("k3_mean", "desc", "", "k3", "highest"),
        )
    ]


DETECTOR = Detector(
    kind="first_step_kl",
    title="A KL to the reference before anything is trained",
    question="drift",
    needs=(Need("logprobs and ref_logprobs of a first step that was not resumed", "first_step_kl"),),
    thresholds=(_LEVEL, _SEVERE),
    meaning="Policy and reference do not agree before the first update, so every KL of this run is measured from the wrong place: usually the wrong reference checkpoint, a mask or padding that one of both counts, or another temperature.",
    next="Look at which tokens differ at the first step: only the first or last ones point at the mask, all of them at the checkpoint or the temperature.",
    find=_find,
)
