"""A share of a step's samples that rises and stays up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.findings.robust import frozen_baseline, persistent_since, rise_start, smoothed
from tensorboard_plugin_rlboard.metrics.segments import Floats

_SHARE_OF_STEPS = 0.8


@dataclass(frozen=True)
class LastingRise:
    """A share that has risen and stays up.

    Attributes:
        start: index of the first step.
        before: the median of the run's first steps, which do not reach into it; NaN where it begins with them.
        value: the mean of the later half of its steps, five at least.
    """

    start: int
    before: float
    value: float


def lasting_rise(share: Floats, limit: float, window: int = 5, least: int = 3) -> LastingRise | None:
    """Finds since when a share, as a median over a window, is at a limit or above in four of five steps up to the newest.

    Args:
        share: float64 [steps], NaN where a step has no value.
        limit: of the share.
        window: of how many steps the median is. A step with few samples has a share of a half by chance.
        least: steps that show it.
    """
    start = persistent_since(np.nan_to_num(smoothed(share, window)) >= limit, _SHARE_OF_STEPS, least)
    if start is None:
        return None
    usual = frozen_baseline(share).level
    # the median is half a window late: it began where the share left the middle between the usual and the limit
    start = rise_start(share, min((usual + limit) / 2, limit) if np.isfinite(usual) else limit, start)
    late = share[start:][np.isfinite(share[start:])]
    value = float(late[-max(window, len(late) // 2) :].mean())
    before = frozen_baseline(share[:start]).level if start >= window else np.nan
    return LastingRise(start, before, value)
