"""The newest mean of a metric, which runs are ranked by."""

from __future__ import annotations

import math

import numpy as np

from tensorboard_plugin_rlboard.board.steps.materialized import CurvesSnapshot
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable


def table(*means: float) -> StepTable:
    steps = np.arange(len(means), dtype=np.int64)
    return StepTable(steps, np.ones(len(means), np.int64), {"m:reward": {"mean": np.array(means)}})


def test_it_is_that_of_the_newest_step_with_a_number_in_what_was_trained_on() -> None:
    tables = {"eval": table(9.0), "train": table(1.0, 2.5, math.nan)}
    assert CurvesSnapshot(tables=tables).last_mean("reward") == 2.5


def test_it_is_another_splits_where_nothing_was_trained_on() -> None:
    assert CurvesSnapshot(tables={"eval": table(0.25)}).last_mean("reward") == 0.25


def test_there_is_none_before_the_curves_are_computed_or_without_the_metric() -> None:
    assert CurvesSnapshot().last_mean("reward") is None
    assert CurvesSnapshot(tables={"train": table(math.nan)}).last_mean("reward") is None
    assert CurvesSnapshot(tables={"train": table(1.0)}).last_mean("k3_mean") is None
