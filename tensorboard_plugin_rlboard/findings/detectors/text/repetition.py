"""Responses repeat themselves in loops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import RESPONSES, DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.lasting_rise import lasting_rise
from tensorboard_plugin_rlboard.findings.number_format import format_percent
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.texts import plural

_WINDOW = 5
_LOOP = Threshold(
    "repetition_loop",
    0.4,
    "",
    "share of the sequences of four words that a response has had before, from which on it is called a loop",
    "distinct-4, the usual measure; a loop is far above what tables, code and equations have. Set on planted runs",
    high=1.0,
)
_SHARE = Threshold(
    "repetition_share",
    0.08,
    "of the responses",
    "share of a step's responses that are loops, above that of the first steps",
    MEASURED,
    high=1.0,
)
_SEVERE = Threshold(
    "repetition_error",
    0.5,
    "of the responses",
    "share of such responses from which on it is an error",
    MEASURED,
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    with np.errstate(invalid="ignore"):  # one that is too short for a loop is none
        loops = [each.repeated >= limits[_LOOP.name] for each in data.texts]
    share = np.asarray([float(flags.mean()) for flags in loops])
    usual = frozen_baseline(share).level
    # a task whose answers are lists is full of repeats from the first step on: only what is more than that is looked at
    limit = limits[_SHARE.name] + (usual if np.isfinite(usual) and usual < limits[_SEVERE.name] else 0.0)
    found = lasting_rise(share, limit, _WINDOW)
    if found is None:
        return []
    first = data.texts[found.start].step
    count = sum(int(flags.sum()) for flags in loops[found.start :])
    responses = sum(len(each.responses) for each in data.texts[found.start :])
    was = f" It was {format_percent(found.before)} at first." if np.isfinite(found.before) else ""
    return [
        Finding(
            kind="repetition",
            severity="error" if found.value >= limits[_SEVERE.name] else "warning",
            title=f"{format_percent(found.value)} of the responses go round in circles",
            summary=f"Of {responses:,} {plural(responses, 'response', 'responses')} that were looked at since step {first}, {count:,} {plural(count, 'repeats', 'repeat')} at least {format_percent(limits[_LOOP.name])} of the sequences of four words.{was}",
            first=first,
            last=int(data.step[-1]),
            onset=first,
            is_open=True,
            metric="repetition",
            statistic="mean",
            value=found.value,
            threshold=limit,
            threshold_name=_SHARE.name,
            excess=found.value / max(limit, 1e-9),
            evidence=EvidenceQuery("repetition", "desc", end="loop"),
        )
    ]


DETECTOR = Detector(
    kind="repetition",
    title="Responses that go round in circles",
    question="text",
    needs=(Need("responses as text", RESPONSES, 3),),
    thresholds=(_LOOP, _SHARE, _SEVERE),
    meaning="A response that repeats itself until it is cut says nothing and fills the batch with its tokens: usually the policy has lost entropy, the length is paid for, or the end token is not in the loss.",
    next="Open the most repetitive ones at the place where the loop begins and look at the entropy there; see whether they are cut, and whether their reward is lower.",
    find=_find,
)
