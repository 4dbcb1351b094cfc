"""Numbers that are NaN or infinite: in the tokens of responses, and as rewards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.number_format import format_percent
from tensorboard_plugin_rlboard.findings.thresholds import Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.texts import plural

_ERROR_SHARE = Threshold(
    "non_finite_share",
    0.0,
    "",
    "share of a step's samples that hold a NaN or an infinity; more than this is an error",
    "any of them makes the loss of its batch NaN (docs/metrics.md)",
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    limit = limits[_ERROR_SHARE.name]
    found = []
    if (_shares(data, "nonfinite") > limit).any():
        total = int(np.nan_to_num(data.statistic("nonfinite", "sum")).sum())
        found.append(
            _finding(
                data,
                limit,
                "nonfinite",
                EvidenceQuery(
                    "nonfinite", "desc", "nonfinite > 0", next(iter(data.token_metrics), ""), "nonfinite"
                ),
                f"NaN or infinite numbers of tokens: {total:,}",
            )
        )
    if (_shares(data, "reward") > limit).any():
        total = int(np.nan_to_num(data.statistic("reward", "nonfinite")).sum())
        found.append(
            _finding(
                data,
                limit,
                "reward",
                EvidenceQuery("", "asc", "isnan(reward) OR isinf(reward)"),
                f"NaN or infinite rewards: {total:,}",
            )
        )
    return found


def _shares(data: DetectorInput, metric: str) -> Floats:
    """The share of each step's samples that hold such a number: of a token, or as the reward."""
    counts = data.statistic(metric, "nonfinite" if metric == "reward" else "positive")
    found: Floats = np.nan_to_num(counts) / np.maximum(data.samples, 1.0)
    return found


def _finding(data: DetectorInput, limit: float, metric: str, evidence: EvidenceQuery, title: str) -> Finding:
    shares = _shares(data, metric)
    places = np.flatnonzero(shares > limit)
    first, last = int(data.step[places[0]]), int(data.step[places[-1]])
    worst = int(np.argmax(shares))
    n_samples = round(float((shares * data.samples)[places].sum()))
    return Finding(
        kind="non_finite",
        severity="error",
        title=title,
        summary=f"Samples with one: {n_samples:,}, in {len(places):,} of {len(shares):,} {plural(len(shares), 'step', 'steps')}, from step {first} to {last}; at the worst, step {int(data.step[worst])}, {format_percent(float(shares[worst]))} of the samples.",
        first=first,
        last=last,
        onset=first,
        is_open=bool(places[-1] == len(shares) - 1),
        metric=metric,
        statistic="share",
        value=float(shares[worst]),
        threshold=limit,
        threshold_name=_ERROR_SHARE.name,
        excess=1.0 + float(shares[worst]) * 100,
        evidence=evidence,
    )


DETECTOR = Detector(
    kind="non_finite",
    title="NaN and infinite numbers",
    question="log",
    needs=(Need("at least one sample", "n_samples"),),
    thresholds=(_ERROR_SHARE,),
    meaning="A NaN or an infinity in a log-probability, a value or a reward makes the loss NaN, and from then on the weights: usually an overflow in half precision, a log of 0, or a division by a deviation of 0.",
    next="Open the first sample that has one and see which number it is and at which token; then look at the step before it for a spike of the KL or of the gradient.",
    find=_find,
    own_curve=_shares,
)
