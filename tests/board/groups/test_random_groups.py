"""The list of groups against plain Python, over random rows."""

from __future__ import annotations

from typing import Any

import plain_groups
import pytest
from example_counts import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain_groups import member
from rollout_log import TestLog

from tensorboard_plugin_rlboard.api import Groups
from tensorboard_plugin_rlboard.board.groups.listing import SORTS
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection

members = st.builds(
    member,
    st.sampled_from("abcd"),
    st.sampled_from([None, 0.0, 0.5, 1.0, 1.0 + 1e-9, 2.0, -1.0]),
    st.integers(1, 4),
    st.integers(1, 12),
    advantage=st.sampled_from([None, None, None, 0.0, -1.5, 1e-9]),
    finish_reason=st.sampled_from([None, "stop", "length", "length"]),
    response=st.sampled_from("xyz"),
)
NUMBERS = {"weight": "weight", "reward_mean": "reward_mean", "reward_std": "reward_std"}
NUMBERS |= {"n_tokens": "length_mean", "distinct": "distinct"}


# Shrinking so many rows would take minutes: the seed that is printed brings them back.
@settings(
    max_examples=examples(3),
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(rows=st.lists(members, min_size=60, max_size=150))
def test_every_number_is_that_of_plain_python(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    rows = sorted(rows, key=lambda row: int(row["step"]))  # a step that comes back is another attempt
    groups: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["step"], row["group_id"]), []).append(row)
    with TestLog(tmp_path_factory.mktemp("log")) as log:
        log.write(*rows)
        board = log.open()
        for sort in SORTS:
            found = board.groups(GroupsQuestion(Selection("."), sort=sort, limit=200))
            check(found, groups)
            if sort in NUMBERS:
                numbers = [x for x in found.columns[NUMBERS[sort]] if x is not None]
                assert numbers == sorted(numbers, key=number, reverse=True)
                assert found.columns[NUMBERS[sort]][: len(numbers)] == numbers, "what is missing comes last"


def number(x: object) -> float:
    assert isinstance(x, (int, float))
    return x


def check(found: Groups, groups: dict[tuple[Any, Any], list[dict[str, Any]]]) -> None:
    """Every number of every group against plain Python."""
    columns = found.columns
    keys = list(zip(columns["step"], columns["group"], strict=True))
    assert set(keys) == set(groups)
    assert len(keys) == found.total == len(groups)
    totals: dict[Any, float] = {}
    for (step, _), own in groups.items():
        totals[step] = totals.get(step, 0) + (plain_groups.weight_of(own) or 0)
    for place, key in enumerate(keys):
        own = groups[key]
        weight = plain_groups.weight_of(own)
        assert columns["kind"][place] == plain_groups.kind_of(own)
        assert columns["size"][place] == len(own)
        assert columns["distinct"][place] == len({m["response"] for m in own})
        assert columns["weight"][place] == near(weight)
        if weight is not None and totals[key[0]] > 0:
            assert columns["share"][place] == near(weight / totals[key[0]])
        shown = [
            w for row, w in zip(found.members["row"], found.members["weight"], strict=True) if row == place
        ]
        assert shown == [near(w) for w in plain_groups.weights_of(own)]


def near(x: float | None) -> Any:
    return None if x is None else pytest.approx(x, abs=1e-9)
