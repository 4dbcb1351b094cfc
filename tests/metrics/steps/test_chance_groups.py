"""Prompts that come up twice by chance are no groups: shares over them would be made of two or three samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rewards import rewarded

from tensorboard_plugin_rlboard.writing.steps.step_means import StepMeans

Row = dict[str, Any]
StepMetrics = Callable[[Iterable[Row]], dict[str, list[float | None]]]
SHARES = ("zero_advantage_groups", "all_good_groups", "all_bad_groups")


def in_pairs(pairs: int, alone: int, step: int = 1) -> list[Row]:
    """Some prompts with two equal rewards each, others with one."""
    rows = [row for i in range(pairs) for row in rewarded(1.0, 1.0, prompt=f"pair {i}", step=step)]
    return rows + [row for i in range(alone) for row in rewarded(0.5, prompt=f"alone {i}", step=step)]


def test_two_equal_prompts_of_a_step_are_no_groups(step_metrics_of: StepMetrics) -> None:
    # One prompt of four has one reward, then one of three, then 46 of 47 as in PPO.
    found = step_metrics_of([*in_pairs(3, 1, 1), *in_pairs(2, 1, 2), *in_pairs(1, 46, 3)])
    assert found["zero_advantage_groups"] == [1.0, None, None]
    assert found["all_good_groups"] == [1.0, None, None]
    assert found["all_bad_groups"] == [0.0, None, None]
    # That many groups have one member is still said.
    assert found["groups_one_member"] == pytest.approx([1 / 4, 1 / 3, 46 / 47])


def test_groups_with_an_id_are_groups_however_many_are_alone(step_metrics_of: StepMetrics) -> None:
    # Of the groups with an id one of three differs in nothing; the pair of equal prompts beside them is none.
    with_id = [
        *rewarded(1.0, 1.0, group_id="a"),
        *rewarded(0.0, 1.0, group_id="b"),
        *rewarded(1.0, group_id="c"),
    ]
    rows = [*with_id, *rewarded(2.0, group_id="d"), *in_pairs(1, 3)]
    assert step_metrics_of(rows)["zero_advantage_groups"] == [0.5]
    means = StepMeans()
    means.add(rows)
    assert means.scalars()["zero_advantage_groups"] == 0.5


def test_two_equal_prompts_of_a_step_tell_nothing_of_duplicates(step_metrics_of: StepMetrics) -> None:
    # One prompt of four has one response, then one of three.
    rows = [row | {"response": "same"} for row in (*in_pairs(3, 1, 1), *in_pairs(2, 1, 2))]
    assert step_metrics_of(rows)["duplicate_share"] == [0.5, None]


def test_a_run_of_lone_prompts_has_no_share_of_groups(step_metrics_of: StepMetrics) -> None:
    rows = [row | {"response": "same"} for row in in_pairs(1, 46)]
    assert not {*SHARES, "duplicate_share"} & step_metrics_of(rows).keys()


@pytest.mark.parametrize(("alone", "is_there"), [(0, True), (1, False), (46, False)])
def test_the_writer_says_the_same(alone: int, is_there: bool) -> None:
    means = StepMeans()
    means.add(in_pairs(2, alone))
    assert ("zero_advantage_groups" in means.scalars()) is is_there
