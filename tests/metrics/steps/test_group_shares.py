"""Shares of the groups of a step, with numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rewards import rewarded

Row = dict[str, Any]
StepMetrics = Callable[[Iterable[Row]], dict[str, list[float | None]]]


def test_zero_advantage_groups_differ_by_no_more_than_1e_8(step_metrics_of: StepMetrics) -> None:
    # DAPO (arXiv 2503.14476), section 3.2: groups whose rewards are all alike teach nothing. A step for each difference.
    differences = [0.0, 0.99e-8, 1e-8, 1.01e-8, 1e-6, 1e-2]
    rows = [row for step, x in enumerate(differences) for row in rewarded(0.0, x, step=step)]
    assert step_metrics_of(rows)["zero_advantage_groups"] == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]


def test_zero_advantage_all_good_and_all_bad_groups(step_metrics_of: StepMetrics) -> None:
    # Of six groups of two or more: good at 1, 1 and at 1e-8, 0; bad at 0, 0 and at -1, -1, -1; two differ. One sample
    # alone is no group, and neither are one and what is not finite.
    groups: tuple[tuple[float, ...], ...] = (
        *((1.0, 1.0), (1e-8, 0.0), (0.0, 0.0), (-1.0, -1.0, -1.0), (0.0, 1.0), (-1.0, 1.0)),
        *((5.0,), (5.0, math.nan)),
    )
    rows = [row for i, rewards in enumerate(groups) for row in rewarded(*rewards, prompt=f"prompt {i}")]
    found = step_metrics_of(rows)
    assert found["zero_advantage_groups"] == pytest.approx([4 / 6])
    assert found["all_good_groups"] == pytest.approx([2 / 6])
    assert found["all_bad_groups"] == pytest.approx([2 / 6])


def test_shares_of_each_kind_of_group(step_metrics_of: StepMetrics) -> None:
    # Ten groups, the kinds of docs/metrics.md one after the other; three of them differ.
    groups: tuple[tuple[float, ...], ...] = (
        *((0.0, 1.0), (0.5, 1.0), (-1.0, 1.0), (1.0, 1.0), (2.0, 2.0, 2.0), (0.0, 0.0), (0.5, 0.5)),
        *((1.0,), (1.0, math.nan), (math.nan, math.inf)),
    )
    rows = [row for i, rewards in enumerate(groups) for row in rewarded(*rewards, prompt=f"prompt {i}")]
    cut = {"step": 1, "prompt": "cut", "finish_reason": "length", "reward": 0.0}
    rows += [cut | {"response": "a"}, cut | {"response": "b"}]
    dropped = {"step": 1, "prompt": "dropped", "advantage": 0.0}
    rows += [dropped | {"response": x, "reward": float(x)} for x in "01"]
    found = step_metrics_of(rows)
    shares = {kind: n / 12 for kind, n in (("gradient", 3), ("all_right", 2), ("one_member", 2))}
    shares |= dict.fromkeys(("filtered", "all_truncated", "all_wrong", "all_equal", "unrewarded"), 1 / 12)
    assert {kind: found[f"groups_{kind}"] for kind in shares} == {
        kind: pytest.approx([share]) for kind, share in shares.items()
    }


def test_groups_are_judged_by_their_finite_rewards(step_metrics_of: StepMetrics) -> None:
    # Left are 1, 1 of one group; of the other only 5, which is none.
    rows = [*rewarded(1.0, math.inf, 1.0, math.nan, group_id=1), *rewarded(5.0, -math.inf, group_id=2)]
    found = step_metrics_of(rows)
    assert (found["zero_advantage_groups"], found["all_good_groups"]) == ([1.0], [1.0])


def test_samples_without_prompt_and_group_id_are_in_no_group(step_metrics_of: StepMetrics) -> None:
    # Only the group of the prompt p is one, and its rewards differ.
    rows = [*rewarded(0.0, 1.0), *rewarded(5.0, 5.0, prompt=None)]
    assert step_metrics_of(rows)["zero_advantage_groups"] == [0.0]
