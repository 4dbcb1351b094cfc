"""Which numbers count in statistics over samples: neither NaN nor infinite, nor so large that their squares are."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.thresholds import HUGE


def is_finite(x: str) -> str:
    """The condition as SQL on a number, NULL where that is; false for NaN, which DuckDB takes for the largest number."""
    return f"(abs({x}) < {HUGE!r})"


def finite_ones(x: Floats) -> Bools:
    """The same of an array, False for NaN."""
    found: Bools = np.abs(x) < HUGE
    return found
