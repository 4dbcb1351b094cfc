"""The curve of a finding's metric: which of its points are drawn, and the line they make."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tensorboard_plugin_rlboard.api import FindingInfo, Steps, StepStatistics
from tensorboard_plugin_rlboard.api.values import Number
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.registry import DETECTORS_BY_KIND
from tensorboard_plugin_rlboard.metrics.catalog.catalog import METRICS, sample_metric
from tensorboard_plugin_rlboard.report.document import Curve

MAX_POINTS = 400
"""Of a curve at most, two for each pixel or so."""


def curve(finding: FindingInfo, steps: Steps, address: str) -> Curve | None:
    """The curve of a finding; None where /steps has none of its metric.

    Args:
        finding: with its metric.
        steps: the answer about the run and this metric.
        address: where the tab shows it.
    """
    statistic, values = "", steps.step_metrics.get(finding.metric)
    if values is None:
        if (found := steps.metrics.get(finding.metric)) is None:
            return None
        known = finding.statistic in StepStatistics.__dataclass_fields__
        statistic = finding.statistic if known else "mean"
        values = getattr(found, statistic)
    known_unit = METRICS.get(finding.metric) or sample_metric(finding.metric)
    places = thinned_places(values, MAX_POINTS)
    return Curve(
        metric=finding.metric,
        statistic=statistic,
        unit="" if statistic in {"count", "nonfinite"} else known_unit.unit,
        step=[int(steps.step[i]) for i in places],
        value=[finite_or_none(values[i]) for i in places],
        of_steps=len(steps.step),
        threshold=finding.threshold
        if DETECTORS_BY_KIND[finding.kind].is_on_curve and math.isfinite(finding.threshold)
        else None,
        address=address,
    )


def own_curve(finding: FindingInfo, data: DetectorInput, address: str) -> Curve | None:
    """The curve of what a finding counts, where its detector has one of its own; None where it has none.

    Args:
        finding: with its kind.
        data: the input of its detector.
        address: where the tab shows it.
    """
    own_values = DETECTORS_BY_KIND[finding.kind].own_curve
    if own_values is None:
        return None
    values: list[Number] = own_values(data, finding.metric).tolist()
    places = thinned_places(values, MAX_POINTS)
    return Curve(
        metric=finding.metric,
        statistic=finding.statistic,
        unit=finding.unit,
        step=[int(data.step[i]) for i in places],
        value=[finite_or_none(values[i]) for i in places],
        of_steps=len(values),
        threshold=finding.threshold,
        address=address,
    )


def finite_or_none(value: Number) -> Number:
    """The value where it is a finite number, else None."""
    return None if value is None or not math.isfinite(value) else value


def thinned_places(values: Sequence[Number], most: int) -> list[int]:
    """The places of the points to draw: all where they are few, else the lowest and the highest of neighbours.

    Args:
        values: one for each step.
        most: points at most; at least 2.
    """
    count = len(values)
    if count <= most:
        return list(range(count))
    bins, kept = most // 2, []
    for k in range(bins):
        places = range(k * count // bins, (k + 1) * count // bins)
        finite = [(value, i) for i in places if (value := finite_or_none(values[i])) is not None]
        kept += sorted({min(finite)[1], max(finite)[1]}) if finite else [places[0]]
    return kept


def svg_path(places: Sequence[tuple[float, float] | None]) -> str:
    """The `d` of an SVG path through places in a drawing; a gap where there is None, a dash where a place is alone."""
    commands = []
    for i, place in enumerate(places):
        if place is None:
            continue
        begins = i == 0 or places[i - 1] is None
        ends = i + 1 == len(places) or places[i + 1] is None
        commands.append(
            f"{'M' if begins else 'L'}{place[0]:.1f} {place[1]:.1f}{'h2' if begins and ends else ''}"
        )
    return "".join(commands)
