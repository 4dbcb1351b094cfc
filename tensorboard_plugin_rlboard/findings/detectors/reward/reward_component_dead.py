"""A component of the reward no longer varies, or never did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.texts import plural

_STEPS = Threshold(
    "reward_component_dead_steps",
    4.0,
    "steps",
    "for how many of the newest steps a part of the reward has one value for all samples",
    MEASURED,
    low=1.0,
)
_CHANCE = Threshold(
    "reward_component_dead_chance",
    1e-6,
    "",
    "how likely it would be that all of these samples have that value by chance, as often as it was there before",
    MEASURED,
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    found = []
    for part in data.parts:
        finding = _dead(data, part, limits)
        if finding is not None:
            found.append(finding)
    return found


def _dead(data: DetectorInput, part: str, limits: Limits) -> Finding | None:
    low, high, count = (data.statistic(part, name) for name in ("min", "max", "count"))
    is_measured = np.isfinite(low) & (count > 0)
    if not is_measured.any():
        return None
    value = float(low[is_measured][-1])
    same = is_measured & (low == value) & (high == value)
    varied = np.flatnonzero(is_measured & ~same)
    start = int(varied[-1]) + 1 if len(varied) else 0
    steps = int(same[start:].sum())
    samples = float(np.nansum(count[start:][same[start:]]))
    if steps < limits[_STEPS.name]:
        return None
    if len(varied):
        if value > float(np.nanmin(low)) or not _is_unlikely(
            data, part, start, samples, limits[_CHANCE.name]
        ):
            return None  # everybody gets the best of it by now, or it is chance
        before = float(np.nanmean(data.statistic(part)[:start]))
        sentence = f"Its mean was {format_number(before)} before step {int(data.step[start])}; since then all {int(samples):,} {plural(int(samples), 'sample', 'samples')} have {format_number(value)}."
    elif "reward" in part.lower() or f"reward_weight_{part}" in data.settings:
        if samples < 50 or steps < 2 * limits[_STEPS.name]:
            return None
        sentence = f"All {int(samples):,} {plural(int(samples), 'sample', 'samples')} of {steps:,} {plural(steps, 'step', 'steps')} have {format_number(value)}."
    else:
        return None  # a number that is the same all along need not be a part of the reward
    first, last = int(data.step[start]), int(data.step[-1])
    return Finding(
        kind="reward_component_dead",
        severity="warning",
        title=f"{part} is {format_number(value)} whatever is written",
        summary=sentence,
        first=first,
        last=last,
        onset=first,
        is_open=True,
        metric=part,
        statistic="max",
        value=float(steps),
        threshold=limits[_STEPS.name],
        threshold_name=_STEPS.name,
        excess=steps / max(limits[_STEPS.name], 1.0),
        evidence=EvidenceQuery("reward", "desc"),
    )


def _is_unlikely(data: DetectorInput, part: str, start: int, samples: float, chance: float) -> bool:
    """Whether so many samples with the value would be odd, by how often others had another one in the ten steps before."""
    before = slice(max(0, start - 10), start)
    count = float(np.nansum(data.statistic(part, "count")[before]))
    zero = float(np.nansum(data.statistic(part, "zero")[before]))
    value = float(data.statistic(part, "min")[start])
    if value != 0:  # how many had it is not kept: one step of ten at least
        zero = 0.9 * count
    share = min(max(zero / count if count else 0.0, 0.0), 1.0 - 1e-9)
    return bool(samples * np.log(max(share, 1e-300)) < np.log(max(chance, 1e-300)))


DETECTOR = Detector(
    kind="reward_component_dead",
    title="A part of the reward that is dead",
    question="reward",
    needs=(Need("rewards and at least one further number of each sample", "reward", 8),),
    thresholds=(_STEPS, _CHANCE),
    meaning="A part of the reward that is the same for all samples teaches nothing and hides in the sum: usually a parser that no longer matches, a judge that fails and is taken for 0, or a weight of 0.",
    next="Open a few samples that should have earned it, and call the reward function on them by hand.",
    find=_find,
)
