"""From one step to the next everything scores more, or less: the scoring has changed, not the policy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding, shown
from tensorboard_plugin_rlboard.findings.observations import Observations
from tensorboard_plugin_rlboard.findings.robust import StepChange, median, noise, step_change
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_WINDOW = 8
_SIZE = Threshold(
    "reward_jump_size",
    0.6,
    "standard deviations",
    "by how much the mean reward changes from one step to the next, in deviations of the rewards within a step",
    MEASURED,
)
_CLEAR = Threshold(
    "reward_jump_deviations",
    5.0,
    "standard deviations",
    "how far that is beyond the noise of a step's mean, eight steps on either side",
    MEASURED,
)
_ALL_MOVE = 0.5
"""Both ends of the distribution have to move by so much of what the mean does: a better policy moves samples, not the ends."""
_AT_ONCE = 0.6
"""So much of the change has to be there between neighbouring steps."""


def _find(seen: Observations, limits: Limits) -> Sequence[Finding]:
    reward, spread = seen.statistic("reward"), median(seen.statistic("reward", "std"))
    if not spread > 0:
        return []
    within = spread / np.sqrt(max(median(seen.samples), 1.0))
    change = step_change(reward, max(noise(reward), within), _WINDOW)
    if (
        change is None
        or abs(change.size) < limits[_SIZE.name] * spread
        or abs(change.deviations) < limits[_CLEAR.name]
        or not _is_at_once(reward, change)
        or not all(_moves(seen.statistic("reward", end), change) for end in ("p05", "p95"))
    ):
        return []
    step, last = int(seen.step[change.index]), int(seen.step[-1])
    size = abs(change.size) / spread
    return [
        Finding(
            kind="reward_jump",
            severity="warning",
            title=f"All rewards {'rise' if change.size > 0 else 'fall'} at once at step {step}: from {shown(change.before)} to {shown(change.after)}",
            summary=f"The mean changes by {shown(size)} standard deviations of a step's rewards from one step to the next, and the lowest and highest rewards move with it.",
            first=step,
            last=last,
            onset=step,
            is_open=True,
            metric="reward",
            statistic="mean",
            value=change.size / spread,
            threshold=limits[_SIZE.name],
            threshold_name=_SIZE.name,
            excess=size / max(limits[_SIZE.name], 1e-9),
            evidence=EvidenceQuery("reward", "desc" if change.size > 0 else "asc"),
        )
    ]


def _is_at_once(reward: np.ndarray, change: StepChange) -> bool:
    """Whether most of it happens between the two steps before and the two from the index on."""
    at = change.index
    near = np.nanmean(reward[at : at + 2]) - np.nanmean(reward[max(0, at - 2) : at])
    return bool(near / change.size >= _AT_ONCE)


def _moves(end: np.ndarray, change: StepChange) -> bool:
    at = change.index
    moved = np.nanmedian(end[at : at + _WINDOW]) - np.nanmedian(end[max(0, at - _WINDOW) : at])
    return bool(moved / change.size >= _ALL_MOVE)


DETECTOR = Detector(
    kind="reward_jump",
    question="reward",
    needs=(Need("rewards", "reward", 8),),
    thresholds=(_SIZE, _CLEAR),
    meaning="A policy changes over many steps and sample by sample; a jump of all rewards is a change of what scores them: usually another reward model, prompt template or normalisation after a restart, or a bug that adds a constant.",
    next="Compare responses of the steps before and after that read alike: if they score differently, look at what was deployed at that step.",
    find=_find,
)
