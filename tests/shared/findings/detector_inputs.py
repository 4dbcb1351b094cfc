"""DetectorInput of a run that was never logged: columns as a test writes them down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.registry import THRESHOLDS
from tensorboard_plugin_rlboard.findings.thresholds import limits_of


def detector_input_of(samples: int = 64, first: int = 0, **columns: Any) -> DetectorInput:
    """Steps from `first` on, each with so many samples.

    A column is a step metric; one with two underscores is a statistic of a sample metric (`k3_mean__max`). `settings`,
    `parts`, `prompts`, `token_metrics` and `is_resumed` are what they are there.
    """
    further = {
        name: columns.pop(name)
        for name in ("settings", "parts", "prompts", "token_metrics", "is_resumed")
        if name in columns
    }
    metrics: dict[str, dict[str, Any]] = {}
    step_metrics: dict[str, Any] = {}
    n = max((len(values) for values in columns.values()), default=0)
    for name, values in columns.items():
        metric, _, statistic = name.partition("__")
        array = np.asarray(values, np.float64)
        if statistic:
            metrics.setdefault(metric, {})[statistic] = array
        else:
            step_metrics[name] = array
    counts = np.full(n, float(samples))
    step_metrics.setdefault("n_samples", counts)
    return DetectorInput(
        np.arange(first, first + n, dtype=np.float64), counts, metrics, step_metrics, **further
    )


def found(detector: Detector, data: DetectorInput, **chosen: float) -> Sequence[Finding]:
    """What a detector finds, with some thresholds of the test's choice."""
    assert not detector.missing(data)
    return detector.find(data, limits_of(THRESHOLDS, chosen))
