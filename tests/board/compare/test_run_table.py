"""Every run by a few numbers of its curves."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from rollout_log import TestLog, rollouts

from tensorboard_plugin_rlboard.api import RunMetric
from tensorboard_plugin_rlboard.board.runs.run_table import curve_numbers


def numbers(*points: tuple[int, float]) -> RunMetric | None:
    return curve_numbers(
        np.asarray([step for step, _ in points], np.int64), np.asarray([mean for _, mean in points])
    )


def test_a_curve_in_a_few_numbers() -> None:
    """From 0 to 2 over two steps, then 2 over eight: an area of 2 + 16 over ten steps."""
    assert numbers((0, 0.0), (2, 2.0), (10, 2.0)) == RunMetric(2.0, 2.0, 2, 0.0, 1.8)
    assert numbers((7, 3.0)) == RunMetric(3.0, 3.0, 7, 3.0, 3.0)


def test_what_is_not_finite_is_as_if_it_were_not_there() -> None:
    assert numbers((0, 1.0), (5, math.nan), (10, 3.0), (11, math.nan)) == RunMetric(3.0, 3.0, 10, 1.0, 2.0)
    assert numbers((0, math.nan)) is None
    assert numbers() is None


def test_the_table_has_every_run(test_log: TestLog) -> None:
    test_log.write(*rollouts([1, 2, 3], samples=2), "{broken", file="good/a.jsonl")
    test_log.write(*({"step": 1, "response": "a"} for _ in range(3)), file="silent/a.jsonl")
    board = test_log.open(with_curves=True)
    found = {row.run: row for row in board.run_table().runs}
    assert (set(found), board.run_table().total) == ({"good", "silent"}, 2)
    good, silent = found["good"], found["silent"]
    assert (good.samples, good.steps, good.last_step, good.problems, good.state) == (6, 3, 3, 1, "ready")
    rewards = {row.run: row.last_reward for row in board.runs().runs}
    assert rewards["good"] == good.metrics["reward"].last
    assert silent.metrics.keys() == {"n_chars"}
    assert good.findings is not None
    assert good.metrics["n_chars"].last == pytest.approx(4.0)


def test_the_runs_that_changed_last_come_first_and_are_those_of_a_short_table(
    test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for age, name in enumerate("cab"):
        path = test_log.write(*rollouts([1]), file=f"{name}/a.jsonl")
        os.utime(path, (1e9 - age, 1e9 - age))
    board = test_log.open(with_curves=True)
    monkeypatch.setattr("tensorboard_plugin_rlboard.board.runs.run_table.MAX_RUNS", 2)
    assert [row.run for row in board.run_table().runs] == ["c", "a"]
    assert board.run_table().total == 3


def test_a_run_whose_files_are_gone_has_no_numbers(test_log: TestLog) -> None:
    path = test_log.write(*rollouts([1, 2]), file="gone/a.jsonl")
    test_log.write(*rollouts([1]), file="kept/a.jsonl")
    board = test_log.open(with_curves=True)
    assert all(row.metrics for row in board.run_table().runs)
    path.unlink()
    board.indexer.index_now()
    found = {row.run: row for row in board.run_table().runs}
    assert found["kept"].metrics
    gone = found["gone"]
    assert (gone.samples, gone.steps, gone.metrics) == (0, 0, {})
