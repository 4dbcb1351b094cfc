"""Makes the input of detectors from the materialised curves of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tensorboard_plugin_rlboard.board.steps.aggregates import FIRST_STEP_KL
from tensorboard_plugin_rlboard.board.steps.materialized import METRIC_PREFIX, CurvesSnapshot
from tensorboard_plugin_rlboard.board.steps.step_aggregates import (
    FINDING_METRICS,
    FINDINGS,
    STEP_AGGREGATES,
    at_first_step,
)
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.detectors.log.log_integrity import DROPPED
from tensorboard_plugin_rlboard.metrics.segments import Floats


def examined_split(snapshot: CurvesSnapshot, split: str | None) -> str:
    """The split that is examined: the named one, else `train`, else the only one."""
    return split or ("train" if "train" in snapshot.tables or not snapshot.tables else min(snapshot.tables))


def input_from_curves(
    snapshot: CurvesSnapshot,
    split: str,
    attempt: int | None,
    settings: Mapping[str, float],
    token_metrics: Sequence[str] = (),
) -> DetectorInput:
    """The input of detectors, without samples.

    Args:
        snapshot: the curves of the run.
        split: which split.
        attempt: which start of a resumed training; None for the newest of each step.
        settings: the hyperparameters that are known, numbers only.
        token_metrics: those that are logged.
    """
    table = snapshot.tables.get(split, StepTable())
    rows = table.row_positions(attempt, None, None)
    step = table.step[rows]
    metrics: dict[str, dict[str, Floats]] = {
        name.removeprefix(METRIC_PREFIX): {column: values[rows] for column, values in columns.items()}
        for name, columns in table.columns.items()
        if name.startswith(METRIC_PREFIX)
    }
    further: dict[str, None] = {}
    for name, values in table.columns.get(FINDINGS, {}).items():
        metric, _, statistic = name.rpartition(":")
        if metric:
            metrics.setdefault(metric, {})[statistic] = values[rows]
            further[metric] = None
    is_resumed = any((other.attempt > 1).any() for other in snapshot.tables.values())
    step_metrics = {
        name: values[rows]
        for aggregate in STEP_AGGREGATES
        for name, values in table.columns.get(aggregate, {}).items()
    }
    if FIRST_STEP_KL in step_metrics:
        first = int(step[0]) if len(step) and not is_resumed else None
        step_metrics[FIRST_STEP_KL] = at_first_step(step_metrics[FIRST_STEP_KL], step, first)
    return DetectorInput(
        step=step.astype(np.float64),
        samples=step_metrics.get("n_samples", np.zeros(len(step))),
        metrics=metrics,
        step_metrics=step_metrics,
        settings=settings,
        # Whether somebody has asked for the curve of a part as well says nothing of it.
        parts=tuple(name for name in further if name != DROPPED and name not in FINDING_METRICS),
        token_metrics=tuple(token_metrics),
        is_resumed=is_resumed,
    )
