"""Metrics of groups over many steps come from a join, those of one step from windows: the same numbers."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.compare.group_sums import sums_by_prompt
from tensorboard_plugin_rlboard.board.compare.shared_prompts import (
    _sums_of_samples,
    metric_sql,
    side_samples,
)
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
            rows = select_samples(session, selection, needs_groups=True, many_steps=many_steps)
            sql = f"SELECT rowid, {METRICS} FROM {rows.table_sql} WHERE {rows.where} ORDER BY rowid"
            answers.append(session.cursor.execute(sql, rows.values).fetchall())
    windows, joined = answers
    assert len(windows) == len(joined) > 20
    assert sum(value is not None for row in windows for value in row) > 100
    for ours, theirs in zip(joined, windows, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-12, nan_ok=True)


def test_groups_whose_numbers_collide_stay_apart(test_log: TestLog) -> None:
    """All hashes are made one: group g of step 1 has rewards 0 and 1, of step 2 two of 5."""
    rewards = {1: (0.0, 1.0), 2: (5.0, 5.0)}
    test_log.write(
        *(
            {"step": step, "response": "r", "prompt": "p", "group_id": "g", "reward": reward}
            for step, of_step in rewards.items()
            for reward in of_step
        )
    )
    session = test_log.open().session(".")
    with session.snapshot():
        session.cursor.execute("CREATE TEMP MACRO hash(a) AS 1, (a, b) AS 1, (a, b, c) AS 1")
        assert session.cursor.execute(
            "SELECT hash(step, attempt, 1) FROM (VALUES (7, 8)) t(step, attempt)"
        ).fetchall() == [(1,)]
        rows = select_samples(session, Selection("."), needs_groups=True, many_steps=True)
        found = session.cursor.execute(
            f"SELECT step, group_mean, group_std FROM {rows.table_sql} WHERE {rows.where} ORDER BY ALL",
            rows.values,
        ).fetchall()
    assert found == [(1, 0.5, 0.5), (1, 0.5, 0.5), (2, 5.0, 0.0), (2, 5.0, 0.0)]


def as_lists(found: dict[str, Any]) -> dict[str, list[Any]]:
    """The sums of each prompt, by prompt."""
    order = np.argsort(np.ma.filled(found["k"].astype(np.float64), -1.0))
    return {
        name: np.ma.asarray(found[name])[order].tolist()
        for name in ("k", "mean", "size", "n", "valued", "samples")
    }


@pytest.mark.parametrize("metric", ["group_mean", "group_std", "group_rank", "advantage"])
@pytest.mark.parametrize("selection", [Selection("."), Selection(".", step_min=2), Selection(".", attempt=1)])
def test_groups_alone_and_their_members_agree(test_log: TestLog, metric: str, selection: Selection) -> None:
    draw = random.Random(3)
    # Where rewards differ in their last digit only, the advantages of members add up to its rounding over 1e-6.
    apart = [reward for reward in REWARDS if reward != 0.3]
    test_log.write(
        *(
            {
                "step": step,
                "response": "r",
                "prompt": prompt,
                "group_id": None if draw.random() < 0.5 else f"of {prompt}",
                "reward": draw.choice(apart),
            }
            for step in (1, 2, 3, 2, 3, 4)
            for prompt in ("a", "b", "c", None)
            for _ in range(draw.randint(3, 9))
        )
    )
    session = test_log.open().session(".")
    with session.snapshot():
        found = sums_by_prompt(session, selection, metric)
        assert found is not None
        rows = side_samples(session, selection, metric)
        expected = as_lists(_sums_of_samples(session, rows, metric_sql(session, metric)))
    ours = as_lists(found)
    sizes, means = expected.pop("size"), expected.pop("mean")
    our_sizes, our_means = ours.pop("size"), ours.pop("mean")
    assert ours == expected
    assert sum(expected["n"]) > 20
    for mean, our_mean, size, our_size in zip(means, our_means, sizes, our_sizes, strict=True):
        assert our_mean == pytest.approx(mean, rel=1e-12, abs=1e-12 * size)
        assert size <= our_size * (1 + 1e-12)
        assert our_size <= 3 * size or not size, "of so few the root of squares is no more"
    if metric != "advantage":
        assert our_sizes == pytest.approx(sizes, rel=1e-12)


def test_ranks_with_ties_by_hand(test_log: TestLog) -> None:
    """Rewards 1, 1 and 0 have ranks 1, 1 and 3: 5 thirds. One without a reward has none."""
    test_log.write(*({"step": 1, "response": "r", "prompt": "p", "reward": x} for x in (1.0, 0.0, 1.0, None)))
    session = test_log.open().session(".")
    found = sums_by_prompt(session, Selection("."), "group_rank")
    assert found is not None
    assert {name: found[name].tolist() for name in ("mean", "n", "samples")} == {
        "mean": [5 / 3],
        "n": [3],
        "samples": [4],
    }


def test_ranks_of_a_large_group_by_hand(test_log: TestLog) -> None:
    """70 rewards of 1 and 30 of 0: 70 ranks of 1 and 30 of 71, 22 in the mean."""
    test_log.write(
        *({"step": 1, "response": "r", "prompt": "p", "reward": float(i < 70)} for i in range(100))
    )
    found = sums_by_prompt(test_log.open().session("."), Selection("."), "group_rank")
    assert found is not None
    assert found["mean"].tolist() == [22.0]


@pytest.mark.parametrize(
    ("row", "selection", "metric"),
    [
        ({"prompt": "q"}, Selection("."), "group_mean"),
        ({"prompt": None}, Selection("."), "group_rank"),
        ({"advantage": 2.0}, Selection("."), "advantage"),
        ({}, Selection(".", where="reward > 0"), "group_mean"),
        ({}, Selection(".", search="r"), "group_mean"),
        ({}, Selection("."), "reward"),
    ],
    ids=["two prompts", "one without", "logged", "filter", "search", "no group's"],
)
def test_groups_alone_do_not_always_tell(
    test_log: TestLog, row: dict[str, Any], selection: Selection, metric: str
) -> None:
    plain = {"step": 1, "response": "r", "prompt": "p", "group_id": "g", "reward": 1.0}
    test_log.write(plain, plain | row)
    assert sums_by_prompt(test_log.open().session("."), selection, metric) is None


@pytest.mark.parametrize("n", [64, 66])
def test_the_mean_rank_of_a_small_and_of_a_large_group(test_log: TestLog, n: int) -> None:
    """One half is better: it has rank 1, the other rank n / 2 + 1, on average 1 + n / 4. Ties are counted in two ways."""
    made = {"step": 1, "response": "r", "prompt": "p"}
    test_log.write(
        *(made | {"reward": float(member % 2)} for member in range(n)), made | {"reward": math.nan}
    )
    session = test_log.open().session(".")
    with session.snapshot():
        found = sums_by_prompt(session, Selection("."), "group_rank")
    assert found is not None
    assert (as_lists(found)["mean"], as_lists(found)["n"]) == ([1 + n / 4], [n])


def test_the_size_of_advantages_by_hand(test_log: TestLog) -> None:
    """Rewards of 0 and 2e-6 deviate by 1e-6, and advantages are divided by 1e-6 more: 0.5 and -0.5."""
    made = {"step": 1, "response": "r", "prompt": "p"}
    test_log.write(*(made | {"reward": reward} for reward in (0.0, 2e-6)))
    session = test_log.open().session(".")
    with session.snapshot():
        found = sums_by_prompt(session, Selection("."), "advantage")
    assert found is not None
    assert (as_lists(found)["mean"], as_lists(found)["size"]) == ([0.0], [pytest.approx(0.5, rel=1e-9)])


def test_one_group_of_two_prompts_among_others_is_enough_to_ask_the_samples(test_log: TestLog) -> None:
    """Group g has a mean of 0.5; its members by prompt would have 0 and 1."""
    rows = (("g", "p", 0.0), ("g", "q", 1.0), ("h", "p", 1.0), ("h", "p", 1.0))
    test_log.write(
        *(
            {"step": 1, "response": "r", "prompt": prompt, "group_id": group, "reward": reward}
            for group, prompt, reward in rows
        )
    )
    session = test_log.open().session(".")
    with session.snapshot():
        assert sums_by_prompt(session, Selection("."), "group_mean") is None
