"""All rewards rise or fall from one step to the next: the scoring has changed, not the policy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import StepChange, median, noise, step_change
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Floats

_WINDOW = 8
_SIZE = Threshold(
    "reward_jump_size",
    0.6,
    "standard deviations",
    "by how much the mean reward changes from one step to the next, in deviations of the rewards within a step",
    MEASURED,
)
_DEVIATIONS = Threshold(
    "reward_jump_deviations",
    5.0,
    "standard deviations",
    "how far that is beyond the noise of a step's mean, eight steps on either side",
    MEASURED,
)
_MIN_SHIFT_OF_ENDS = 0.5
"""Both ends of the distribution have to move by so much of what the mean does: a better policy moves samples, not the ends."""
_RAMP_STEPS = (6, 8)
"""Steps of the ramps that a jump is told from."""
_MAX_MISFIT_RATIO = 1.35
"""So many times as badly as the better ramp may a step fit: few noisy steps cannot tell them apart."""


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    reward, spread = data.statistic("reward"), median(data.statistic("reward", "std"))
    if not spread > 0:
        return []
    within = spread / np.sqrt(max(median(data.samples), 1.0))
    change = step_change(reward, max(noise(reward), within), _WINDOW)
    if (
        change is None
        or abs(change.size) < limits[_SIZE.name] * spread
        or abs(change.deviations) < limits[_DEVIATIONS.name]
        or not _is_at_once(reward, change)
        or not all(_moves(data.statistic("reward", end), change) for end in ("p05", "p95"))
    ):
        return []
    step, last = int(data.step[change.index]), int(data.step[-1])
    size = abs(change.size) / spread
    return [
        Finding(
            kind="reward_jump",
            severity="warning",
            title=f"All rewards {'rise' if change.size > 0 else 'fall'} at once at step {step}: from {format_number(change.before)} to {format_number(change.after)}",
            summary=f"The mean changes by {format_number(size)} standard deviations of a step's rewards from one step to the next, and the lowest and highest rewards move with it.",
            first=step,
            last=last,
            onset=step,
            is_open=True,
            metric="reward",
            statistic="mean",
            value=change.size / spread,
            threshold=math.copysign(limits[_SIZE.name], change.size),
            threshold_name=_SIZE.name,
            excess=size / max(limits[_SIZE.name], 1e-9),
            evidence=EvidenceQuery("reward", "desc" if change.size > 0 else "asc"),
        )
    ]


def _is_at_once(reward: Floats, change: StepChange) -> bool:
    """Whether a step fits the steps around about as well as a ramp does, wherever either of both is near the index."""
    near = reward[max(0, change.index - _WINDOW) : change.index + _WINDOW]
    near = near[np.isfinite(near)]
    at, centre = np.arange(len(near)), min(change.index, _WINDOW)
    centres = range(max(2, centre - 3), min(len(near) - 2, centre + 3) + 1)
    step = min((_misfit(near, (at >= c).astype(float)) for c in centres), default=np.inf)
    ramps = (
        _misfit(near, np.clip((at - c) / length + 0.5, 0.0, 1.0)) for c in centres for length in _RAMP_STEPS
    )
    return step < _MAX_MISFIT_RATIO * min(ramps, default=np.inf)


def _misfit(x: Floats, shape: Floats) -> float:
    """The sum of squares that is left of numbers when a level and a shape are fitted to them."""
    columns = np.stack([np.ones(len(x)), shape], axis=1)
    fitted = columns @ np.linalg.lstsq(columns, x, rcond=None)[0]
    return float(((x - fitted) ** 2).sum())


def _moves(end: Floats, change: StepChange) -> bool:
    at = change.index
    moved = np.nanmedian(end[at : at + _WINDOW]) - np.nanmedian(end[max(0, at - _WINDOW) : at])
    return bool(moved / change.size >= _MIN_SHIFT_OF_ENDS)


DETECTOR = Detector(
    kind="reward_jump",
    title="A jump of all rewards at once",
    question="reward",
    needs=(Need("rewards", "reward", 8),),
    thresholds=(_SIZE, _DEVIATIONS),
    meaning="A policy changes over many steps and sample by sample; a jump of all rewards is a change of what scores them: usually another reward model, prompt template or normalisation after a restart, or a bug that adds a constant.",
    next="Compare responses of the steps before and after that read alike: if they score differently, look at what was deployed at that step.",
    find=_find,
)
