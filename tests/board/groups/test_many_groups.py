"""A selection of many groups: in parts, and refused where they do not fit."""

from __future__ import annotations

import pytest
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.groups import listing, page_columns
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError

ALL = GroupsQuestion(Selection("."), sort="logged")


def test_parts_make_one_table(test_log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    test_log.write(*(member(step) for step in range(1, 5)))
    board = test_log.open()
    whole = board.groups(ALL)
    two = GroupsQuestion(Selection(".", step_max=2), sort="logged")
    whole_two = board.groups(two)
    monkeypatch.setattr(listing, "_ROWS_AT_ONCE", 1)
    assert board.groups(ALL) == whole
    assert board.groups(two) == whole_two
    assert (whole.columns["step"], whole_two.columns["step"]) == ([1, 2, 3, 4], [1, 2])


def test_a_number_named_as_our_mean_of_advantages_is_no_array_of_them(test_log: TestLog) -> None:
    """What is logged under the name has no count of tokens beside it, by which advantages of tokens are weighed."""
    test_log.write(*(member(1) | {"advantages_absmean": 3.0, "reward": reward} for reward in (0.0, 1.0)))
    found = test_log.open().groups(GroupsQuestion(Selection(".", step=1)))
    assert found.columns["kind"] == ["gradient"]


def test_more_groups_than_fit_are_refused(test_log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    test_log.write(*(member(step) for step in range(1, 5)))
    board = test_log.open()
    monkeypatch.setattr(listing, "_ROWS_AT_ONCE", 1)
    for most in (2, 3):  # also where they are too many by what is read last
        monkeypatch.setattr(listing, "MAX_GROUPS", most)
        with pytest.raises(ArgumentError, match=rf"There are more than {most} groups: ask for fewer steps\."):
            board.groups(ALL)
    monkeypatch.setattr(listing, "MAX_GROUPS", 4)
    assert board.groups(ALL).total == 4
    assert board.groups(GroupsQuestion(Selection(".", step=4))).total == 1


def member(step: int) -> dict[str, object]:
    return {"step": step, "prompt": "p", "group_id": f"g{step}", "response": "r", "reward": float(step)}


def test_prompts_are_the_same_however_their_rows_are_looked_up(
    test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_log.write(*(member(step) | {"prompt": f"p{step}"} for step in (1, 1, 2, 3)))
    board = test_log.open()
    whole = board.groups(ALL)
    monkeypatch.setattr(page_columns, "_MAX_ROWS_BETWEEN", 0)
    assert board.groups(ALL) == whole
    assert whole.columns["prompt"] == ["p1", "p2", "p3"]
