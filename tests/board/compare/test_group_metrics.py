"""Metrics of groups over many steps come from a join, those of one step from windows: the same numbers."""

from __future__ import annotations

import math
import random

import pytest
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.selection import Selection, select_samples

REWARDS = (0.0, 1.0, 0.1 + 0.2, 0.3, None, math.nan, 1e200, -1.0)
METRICS = "group_mean, group_std, group_rank, advantage"


@pytest.mark.parametrize(
    "selection",
    [
        Selection(".", step_min=2),
        Selection(".", attempt=1),
        Selection(".", where="advantage < 5", step_min=1),
    ],
    ids=["steps", "attempt", "filter"],
)
def test_both_ways_to_the_metrics_of_groups_agree(test_log: TestLog, selection: Selection) -> None:
    draw = random.Random(2)
    test_log.write(
        *(
            {
                "step": step,
                "response": "r",
                "prompt": draw.choice(["a", "b", None]),
                "group_id": draw.choice([None, "g"]),
                "reward": draw.choice(REWARDS),
            }
            for step in (1, 2, 3, 2, 3, 4)
            for _ in range(12)
        )
    )
    board = test_log.open()
    session = board.session(".")
    answers = []
    with session.snapshot():
        for many_steps in (False, True):
            rows = select_samples(session, selection, groups=True, many_steps=many_steps)
            sql = f"SELECT rowid, {METRICS} FROM {rows.source} WHERE {rows.where} ORDER BY rowid"
            answers.append(session.cursor.execute(sql, rows.values).fetchall())
    windows, joined = answers
    assert len(windows) == len(joined) > 20
    assert sum(value is not None for row in windows for value in row) > 100
    for ours, theirs in zip(joined, windows, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-12, nan_ok=True)
