"""The metrics of groups in docs/metrics.md, "Per sample", with numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from tensorboard_plugin_rlboard.api import Neighbours
from tensorboard_plugin_rlboard.board.samples.neighbours import SampleContext, group_metrics

Row = dict[str, Any]
Columns = Callable[..., Mapping[str, list[Any]]]
Opened = Callable[[list[Row]], list[Row]]


def group(*rewards: float | None, **further: object) -> list[Row]:
    return [{"step": 1, "prompt": "p", "response": "a", "reward": x} | further for x in rewards]


GROUP = ("group_mean", "group_std", "group_rank", "advantage")


def test_group_metrics(columns_of: Columns, opened_of: Opened) -> None:
    # Rewards 1, 4, 4 and one that is not finite: mean 3; deviations -2, 1, 1, population variance 6 / 3 = 2.
    # GRPO (arXiv 2402.03300), section 4.1.2, with the ε of its implementations: (1 - 3) / (√2 + 1e-6) = -1.414212562374,
    # (4 - 3) / (√2 + 1e-6) = 0.707106281187.
    rows = group(1.0, 4.0, 4.0, math.inf)
    root = 1.4142135623730951
    expected = {
        "group_mean": [3.0, 3.0, 3.0, 3.0],
        "group_std": [root, root, root, root],
        "group_rank": [3.0, 1.0, 1.0, None],
        "advantage": [-1.414212562374, 0.707106281187, 0.707106281187, None],
    }
    found = columns_of(rows, *GROUP)
    opened = opened_of(rows)
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, abs=1e-11), name
        assert [sample.get(name) for sample in opened] == pytest.approx(values, abs=1e-11), name


def test_advantage_epsilon(columns_of: Columns, opened_of: Opened) -> None:
    # Rewards 0 and 2e-6: mean 1e-6, standard deviation 1e-6, so 1e-6 / (1e-6 + 1e-6) = 1/2.
    rows = group(0.0, 2e-6)
    assert columns_of(rows, "advantage")["advantage"] == pytest.approx([-0.5, 0.5])
    assert [sample["advantage"] for sample in opened_of(rows)] == pytest.approx([-0.5, 0.5])


def test_equal_rewards_have_no_advantage_whatever_their_size(columns_of: Columns, opened_of: Opened) -> None:
    # 1e6 / 3 three times over three is another number, and the difference over 1e-6 would be -6e-5.
    rows = [*group(*[1e6 / 3] * 3), *group(*[0.1] * 3, prompt="q")]
    found = columns_of(rows, *GROUP)
    assert found["advantage"] == [0.0] * 6
    assert found["group_mean"] == [1e6 / 3] * 3 + [0.1] * 3
    assert [sample["advantage"] for sample in opened_of(rows)] == [0.0] * 6
    assert [sample["group_std"] for sample in opened_of(rows)] == [0.0] * 6


def test_a_group_of_one_has_no_advantage(columns_of: Columns, opened_of: Opened) -> None:
    rows = [*group(2.0), *group(3.0, None, prompt="q")]
    found = columns_of(rows, *GROUP)
    assert found["group_mean"] == [2.0, 3.0, 3.0]
    assert found["group_std"] == [0.0, 0.0, 0.0]
    assert found["group_rank"] == [1.0, 1.0, None]
    assert found["advantage"] == [None] * 3
    opened = opened_of(rows)
    assert [sample.get("group_rank") for sample in opened] == [1.0, 1.0, None]
    assert [sample.get("advantage") for sample in opened] == [None] * 3


def test_without_prompt_and_group_id_there_is_no_group(columns_of: Columns, opened_of: Opened) -> None:
    # The first two share a logged id, the others have nothing to be grouped by.
    rows = [*group(2.0, 4.0, prompt=None, group_id="g"), *group(4.0, 6.0, prompt=None)]
    found = columns_of(rows, *GROUP)
    assert found["group_mean"] == [3.0, 3.0, None, None]
    assert found["group_std"] == [1.0, 1.0, None, None]
    assert found["group_rank"] == [2.0, 1.0, None, None]
    assert found["advantage"] == [pytest.approx(-1.0, abs=1e-5), pytest.approx(1.0, abs=1e-5), None, None]
    opened = opened_of(rows)
    assert [name for name in GROUP if name in opened[3]] == []
    assert opened[1]["group_rank"] == 1.0


def test_groups_are_of_one_step_and_id(columns_of: Columns) -> None:
    # Group g at step 1: 0 and 4; h at step 1: 10; g at step 2: 20 and 22.
    rows = [
        {"step": step, "prompt": "p", "response": "a", "reward": reward, "group_id": name}
        for step, name, reward in (
            (1, "g", 0.0),
            (1, "g", 4.0),
            (1, "h", 10.0),
            (2, "g", 20.0),
            (2, "g", 22.0),
        )
    ]
    found = columns_of(rows, "group_mean", "group_rank")
    assert found == {"group_mean": [2.0, 2.0, 10.0, 21.0, 21.0], "group_rank": [2.0, 1.0, 1.0, 2.0, 1.0]}


def test_a_logged_advantage_wins(columns_of: Columns, opened_of: Opened) -> None:
    rows = group(0.0, 2.0, advantage=0.125)
    assert columns_of(rows, "advantage")["advantage"] == [0.125, 0.125]
    assert [sample["advantage"] for sample in opened_of(rows)] == [0.125, 0.125]


def test_a_logged_advantage_is_chosen_sample_by_sample(columns_of: Columns, opened_of: Opened) -> None:
    # One of its own; one that all tokens share; the mean of -1, 0 and a masked 7; none: (2 - 1) / (1 + 1e-6).
    first, second, third, fourth = group(0.0, 0.0, 2.0, 2.0)
    tokens: Row = {"response_tokens": list("abc"), "response_mask": [1, 1, 0]}
    rows = [
        first | {"advantage": 0.125, "advantages": [3.0]},
        second | tokens | {"advantages": [0.1, 0.1, 0.1]},
        third | tokens | {"advantages": [-1.0, 0.0, 7.0]},
        fourth,
    ]
    expected = [0.125, 0.1, -0.5, pytest.approx(1.0, abs=1e-5)]
    assert columns_of(rows, "advantage")["advantage"] == expected
    assert [sample["advantage"] for sample in opened_of(rows)] == expected


def test_an_advantage_without_any_reward(columns_of: Columns) -> None:
    rows = [{"step": 1, "response": "a", "advantages": [0.5]}, {"step": 1, "response": "b", "advantage": 2.0}]
    assert columns_of(rows, "advantage")["advantage"] == [0.5, 2.0]


def test_rewards_too_large_to_be_squared_are_in_no_group(columns_of: Columns, opened_of: Opened) -> None:
    rows = group(1.0, 3.0, -1e150)
    assert columns_of(rows, "group_mean")["group_mean"] == [2.0] * 3
    assert columns_of(rows, "group_rank")["group_rank"] == [2.0, 1.0, None]
    assert [sample.get("group_rank") for sample in opened_of(rows)] == [2.0, 1.0, None]


@pytest.mark.parametrize("rewards", [(), (None,), (math.nan, None)])
def test_where_no_reward_is_finite_there_are_no_group_metrics(
    rewards: tuple[float | None, ...], opened_of: Opened
) -> None:
    for sample in opened_of(group(*rewards) or [{"step": 1, "response": "a"}]):
        assert all(sample.get(name) is None for name in GROUP)


def test_a_sample_that_is_in_no_group_has_no_group_metrics() -> None:
    nobody = Neighbours(previous=None, next=None, group=[], group_rewards=[], prompt=[])
    assert group_metrics(SampleContext(nobody, np.asarray([1.0, 2.0]), None)) == {}
