"""KL to the reference grows faster and faster, or is large and stays so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import median, persistent_since, rise_start, smoothed
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Floats

_LEVEL = Threshold(
    "kl_runaway_level", 0.1, "nats a token", "mean k3 of a step, as the median of three", MEASURED
)
_FAR = Threshold(
    "kl_runaway_far",
    0.25,
    "nats a token",
    "mean k3 at which the policy stays, as the median of five steps, however it came there",
    "Ziegler et al. 2019 (arXiv 1909.08593) steer the KL of 24 tokens to 6 nats, which is this a token",
)
_RATIO = Threshold(
    "kl_runaway_ratio",
    2.0,
    "",
    "how many times the straight line through the first third of the steps it is",
    MEASURED,
    low=1.0,
)
_GROWTH = Threshold(
    "kl_runaway_growth",
    1.5,
    "",
    "how many times itself of a quarter of the steps ago it is",
    MEASURED,
    low=1.0,
)
_SEVERE = Threshold(
    "kl_runaway_error",
    1.0,
    "nats a token",
    "mean k3 from which on it is an error",
    "at 1 nat the reference gives the sampled tokens a third of the policy's probability on average",
)
_SHARE_OF_STEPS = 0.8


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    k3 = data.statistic("k3_mean")
    level, line = smoothed(k3, 3), _first_line(k3)
    ago = max(3, len(k3) // 4)
    earlier = np.concatenate([np.full(ago, np.nan), level[:-ago]])
    with np.errstate(invalid="ignore"):
        fast = np.flatnonzero(
            (level >= limits[_LEVEL.name])
            & (level >= limits[_RATIO.name] * line)
            & (level >= limits[_GROWTH.name] * earlier)
        )
        far = persistent_since(smoothed(k3, 5) >= limits[_FAR.name], _SHARE_OF_STEPS, 3)
    onset, limit = -1, _FAR
    if len(fast) and _stays(level, limits[_LEVEL.name], int(fast[0])):
        onset, limit = _onset(k3, line, int(fast[0])), _LEVEL
    elif far is not None and _stays(level, limits[_FAR.name], far):
        onset = rise_start(k3, limits[_FAR.name] / 2, far)
    if onset < 0:
        return []
    newest = float(level[np.isfinite(level)][-1])
    first, last = int(data.step[onset]), int(data.step[-1])
    before = float(np.nanmedian(k3[max(0, onset - 5) : onset + 1]))
    summary = f"The mean k3 was {format_number(before)} at step {first} and has grown to {format_number(newest)} by step {last}; the line of the first steps would lead to {format_number(float(line[-1]))}."
    if limit is _FAR:
        summary = f"Since step {first} the mean k3 has gone to {format_number(newest)} and stays there.{_of_response(data, newest)}"
    return [
        Finding(
            kind="kl_runaway",
            severity="error" if newest >= limits[_SEVERE.name] else "warning",
            title=f"The policy runs away from the reference: KL is {format_number(newest)} nats a token"
            if limit is _LEVEL
            else f"The policy is far from the reference and stays there: KL is {format_number(newest)} nats a token",
            summary=summary,
            first=first,
            last=last,
            onset=first,
            is_open=True,
            metric="k3_mean",
            statistic="mean",
            value=newest,
            threshold=limits[limit.name],
            threshold_name=limit.name,
            excess=newest / max(limits[limit.name], 1e-9),
            evidence=EvidenceQuery("k3_mean", "desc", "", "k3", "highest"),
        )
    ]


def _of_response(data: DetectorInput, k3: float) -> str:
    """The KL of a whole response, in words: guides of trainers give it so (TRL: keep it between 0 and 10)."""
    tokens = median(data.statistic("n_tokens")[-5:])
    if not np.isfinite(tokens):
        return ""
    return f" These are {format_number(k3 * tokens)} nats for a response of {format_number(tokens)} tokens."


def _first_line(k3: Floats) -> Floats:
    """The straight line through the first third of the steps, 8 at least, over all steps; never below its own start."""
    count = min(len(k3), max(8, len(k3) // 3))
    at = np.flatnonzero(np.isfinite(k3[:count]))
    if len(at) < 3:
        return np.full(len(k3), np.nan)
    slope, start = np.polyfit(at, k3[at], 1)
    floor = max(float(np.median(k3[at])), 1e-6)
    found: Floats = np.maximum(start + max(slope, 0.0) * np.arange(len(k3)), floor)
    return found


def _stays(level: Floats, limit: float, since: int) -> bool:
    """Whether the level stays above a limit from then on, and at the end."""
    rest = level[since:]
    rest = rest[np.isfinite(rest)]
    return len(rest) >= 2 and bool((rest >= limit).mean() >= _SHARE_OF_STEPS) and bool(rest[-1] >= limit)


def _onset(k3: Floats, line: Floats, place: int) -> int:
    """The step at which the curve left the straight line."""
    if place < 3:
        return 0
    return rise_start(k3 / np.maximum(line, 1e-6), 1.3, place)


DETECTOR = Detector(
    kind="kl_runaway",
    title="A policy that runs away from the reference",
    question="drift",
    is_on_curve=True,
    needs=(Need("logprobs and ref_logprobs", "k3_mean", 8),),
    thresholds=(_LEVEL, _FAR, _RATIO, _GROWTH, _SEVERE),
    meaning="The divergence from the reference grows by a factor and not by an amount, or is as large as if there were nothing to hold it: usually the KL penalty is missing or too weak for the learning rate, and the reward is being exploited.",
    next="Compare the samples of the newest step with those before the onset: if they score more and read worse, raise the penalty or lower the learning rate, and go back to a checkpoint before.",
    find=_find,
)
