"""Statistics that a few odd steps do not move: medians, noise between neighbours, baselines, stretches, step changes.

Everything takes float64 [steps] with NaN where a step has no value, and none of it looks ahead of what it judges unless it
says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats

MAD_TO_STD = 1.4826
"""The standard deviation of normal numbers in units of their median absolute deviation (Hampel 1974)."""
_FROZEN_SHARE, _FROZEN_MIN_STEPS, _FROZEN_MAX_STEPS = 0.25, 5, 50


@dataclass(frozen=True)
class Baseline:
    """The usual level of a metric, and its noise.

    Attributes:
        level: the median.
        noise: standard deviation of a step around it, of neighbours' differences, so that a trend is no noise.
        steps: of how many steps.
    """

    level: float
    noise: float
    steps: int


def median(x: Floats) -> float:
    """The median of the values that are there; NaN where there is none."""
    finite = x[np.isfinite(x)]
    return float(np.median(finite)) if len(finite) else np.nan


def noise(x: Floats) -> float:
    """How far a step lies from a smooth line, as a standard deviation: from the differences of neighbouring values.

    The differences of independent numbers have twice their variance, and a slow trend hardly changes them. Their median is
    taken off first, so that a steady climb is none. 0 for fewer than three values.
    """
    finite = x[np.isfinite(x)]
    if len(finite) < 3:
        return 0.0
    steps = np.diff(finite)
    return float(np.median(np.abs(steps - np.median(steps))) * MAD_TO_STD / np.sqrt(2.0))


def frozen_baseline(x: Floats) -> Baseline:
    """The baseline of the first quarter of the steps, at least 5 and at most 50. It does not follow slow drift."""
    count = int(np.clip(round(len(x) * _FROZEN_SHARE), _FROZEN_MIN_STEPS, _FROZEN_MAX_STEPS))
    return baseline(x[:count])


def baseline(x: Floats) -> Baseline:
    """The baseline of some steps: their median and noise."""
    return Baseline(median(x), noise(x), int(np.isfinite(x).sum()))


def rolling_median(x: Floats, window: int) -> Floats:
    """The median of the `window` steps before each one; NaN where fewer than three of them have a value."""
    padded = np.concatenate([np.full(window, np.nan), x])[: len(x) + window - 1]
    if not len(x):
        return np.zeros(0)
    windows = sliding_window_view(padded, window)[: len(x)]
    enough = np.isfinite(windows).sum(axis=1) >= 3
    found = np.full(len(x), np.nan)
    if enough.any():
        found[enough] = np.nanmedian(windows[enough], axis=1)
    return found


def flagged_spans(flags: Bools, gap: int = 0) -> list[tuple[int, int]]:
    """The stretches of steps that are flagged, as first and last index; gaps of up to so many steps join two of them."""
    found: list[tuple[int, int]] = []
    for index in np.flatnonzero(flags).tolist():
        if found and index - found[-1][1] <= gap + 1:
            found[-1] = found[-1][0], index
        else:
            found.append((index, index))
    return found


def persistent_since(flags: Bools, share: float, least: int) -> int | None:
    """The index of the first flagged step from which on so large a share of the steps is flagged to the end.

    Args:
        flags: bool [steps].
        share: of the steps from there on.
        least: how many flagged steps there have to be.

    Returns:
        None where there is no such step. Of the possible ones the earliest whose next steps hold as well.
    """
    if flags.sum() < least:
        return None
    total = len(flags) - np.arange(len(flags))
    rest = np.cumsum(flags[::-1])[::-1]
    counted = np.concatenate([[0], np.cumsum(flags)])
    ends = np.minimum(np.arange(len(flags)) + least, len(flags))
    near = (counted[ends] - counted[:-1]) / (ends - np.arange(len(flags)))
    possible = np.flatnonzero(flags & (rest >= share * total) & (rest >= least) & (near >= share))
    return int(possible[0]) if len(possible) else None


def smoothed(x: Floats, window: int) -> Floats:
    """The median of each step and those before it, `window` in all; NaN where fewer than three of them have a value."""
    return rolling_median(np.concatenate([x, [np.nan]]), window)[1:]


@dataclass(frozen=True)
class StepChange:
    """Where a number goes from one level to another.

    Attributes:
        index: the first step of the new level.
        before, after: the means of up to `window` steps on either side.
        deviations: their difference in standard deviations of itself.
    """

    index: int
    before: float
    after: float
    deviations: float

    @property
    def size(self) -> float:
        """By how much it changes, with its sign."""
        return self.after - self.before


def step_change(x: Floats, deviation: float, window: int = 8, least: int = 3) -> StepChange | None:
    """The clearest change from one level to another, up or down (two means, Welch 1947, with one robust deviation).

    Args:
        x: float64 [steps].
        deviation: of a single step.
        window: steps that are compared on either side at most.
        least: steps with a value that both sides have to have.

    Returns:
        None where no step has enough on both sides.
    """
    is_finite = np.isfinite(x)
    if is_finite.sum() < 2 * least:
        return None
    middle = float(np.median(x[is_finite]))
    sums = np.concatenate([[0.0], np.cumsum(np.where(is_finite, x - middle, 0.0))])
    counts = np.concatenate([[0], np.cumsum(is_finite)])
    at = np.arange(1, len(x))
    low, high = np.maximum(at - window, 0), np.minimum(at + window, len(x))
    n_before, n_after = counts[at] - counts[low], counts[high] - counts[at]
    enough = (n_before >= least) & (n_after >= least)
    if not enough.any():
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        before, after = (sums[at] - sums[low]) / n_before, (sums[high] - sums[at]) / n_after
        deviations = (after - before) / (max(deviation, 1e-12) * np.sqrt(1 / n_before + 1 / n_after))
    best = int(np.argmax(np.where(enough, np.abs(deviations), -1.0)))
    return StepChange(
        int(at[best]), middle + float(before[best]), middle + float(after[best]), float(deviations[best])
    )


def rise_start(x: Floats, level: float, end: int) -> int:
    """The index since which, up to `end`, every step but one in a row is above a level: where a rise to there began."""
    start = end
    misses = 0
    for index in range(end, -1, -1):
        if np.isfinite(x[index]) and x[index] > level:
            start, misses = index, 0
        else:
            misses += 1
            if misses > 1:
                break
    return start
