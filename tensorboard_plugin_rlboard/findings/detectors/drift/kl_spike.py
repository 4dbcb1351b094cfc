"""KL to the reference jumps for a few steps and then is back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.robust import flagged_spans, noise, rolling_median
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Floats

_WINDOW = 10
_DEVIATIONS = Threshold(
    "kl_spike_deviations",
    4.5,
    "standard deviations",
    "how far the mean k3 of a step, without its largest token, lies above the median of the ten steps before it",
    "rlwatch: 3 is a warning, 4.5 critical; here with a robust deviation, so that the spike itself does not widen it",
)
_RATIO = Threshold("kl_spike_ratio", 2.5, "", "how many times that median the step has", MEASURED, low=1.0)
_RISE = Threshold(
    "kl_spike_rise", 0.02, "nats a token", "by how much it lies above that median at least", MEASURED
)
_SEVERE = Threshold(
    "kl_spike_error", 0.5, "nats a token", "mean k3 of a step from which on a spike is an error", MEASURED
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    k3 = _without_largest_token(data)
    usual = rolling_median(k3, _WINDOW)
    deviation = np.maximum(noise(k3), 1e-12)
    with np.errstate(invalid="ignore"):
        flags = (
            (k3 - usual > limits[_DEVIATIONS.name] * deviation)
            & (k3 > limits[_RATIO.name] * usual)
            & (k3 - usual > limits[_RISE.name])
        )
    # what stays up there is no spike
    spikes = [
        (low, high) for low, high in flagged_spans(flags, gap=1) if _is_over_or_new(k3, usual, low, high)
    ]
    if not spikes:
        return []
    tops = [low + int(np.nanargmax(k3[low : high + 1])) for low, high in spikes]
    worst = max(tops, key=lambda place: float(k3[place]))
    start = next(low for low, high in spikes if low <= worst <= high)
    value, before = float(data.statistic("k3_mean")[worst]), float(usual[start])
    limit = max(limits[_RATIO.name] * before, before + limits[_RISE.name])
    first, last = int(data.step[spikes[0][0]]), int(data.step[spikes[-1][1]])
    steps = sum(high - low + 1 for low, high in spikes)
    return [
        Finding(
            kind="kl_spike",
            severity="error" if value >= limits[_SEVERE.name] else "warning",
            title=f"KL to the reference jumps to {format_number(value)} nats a token at step {int(data.step[worst])}",
            summary=f"The mean k3 of the ten steps before is {format_number(before)}, the largest token of each left out. From step {first} to {last}, the steps above {format_number(limits[_RATIO.name])} times what was usual before them are {steps:,}.",
            first=first,
            last=last,
            onset=first,
            is_open=spikes[-1][1] == len(k3) - 1,
            metric="k3_mean",
            statistic="mean",
            value=value,
            threshold=limit,
            threshold_name=_RATIO.name,
            excess=value / limit,
            evidence=EvidenceQuery("k3_mean", "desc", f"k3_mean >= {limit:.4f}", "k3", "highest"),
        )
    ]


def _without_largest_token(data: DetectorInput) -> Floats:
    """The mean k3 of each step as it is without its largest token; as it is where that is not known.

    k3 grows with the exponential of the log-ratio, so that one token which the policy seldom samples and the reference
    likes makes the mean of a thousand tokens: that is chance, and no drift.
    """
    k3, largest = data.statistic("k3_mean"), data.statistic("k3_max", "max")
    tokens = data.samples * data.statistic("n_tokens")
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = (k3 * tokens - largest) / (tokens - 1)
    known: Floats = np.where(np.isfinite(rest) & (tokens > 1), np.maximum(rest, 0.0), k3)
    return known


def _is_over_or_new(k3: Floats, usual: Floats, low: int, high: int) -> bool:
    """Whether the steps behind a stretch are back at half of its height, or there are too few of them to say."""
    behind = k3[high + 1 : high + 1 + _WINDOW]
    behind = behind[np.isfinite(behind)]
    if len(behind) < 3 and high - low < _WINDOW // 2:
        return True
    top, base = float(np.nanmax(k3[low : high + 1])), float(usual[low])
    return len(behind) > 0 and float(np.median(behind)) < (top + base) / 2


DETECTOR = Detector(
    kind="kl_spike",
    title="A jump of the KL to the reference",
    question="drift",
    is_on_curve=True,
    needs=(Need("logprobs and ref_logprobs", "k3_mean", 6),),
    thresholds=(_DEVIATIONS, _RATIO, _RISE, _SEVERE),
    meaning="For a few steps some tokens are far likelier or unlikelier under the policy than under the reference: usually one bad batch, a learning rate that is too high, or a mask that let foreign tokens in.",
    next="Open the samples with the largest k3 and look at the tokens that carry it: if a few tokens have it all, it is their text or their mask; if all have, it is the update before.",
    find=_find,
)
