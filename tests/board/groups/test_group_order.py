"""The order of the list of groups, and its pages, by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from plain_groups import member
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.groups.listing import MAX_LIMIT
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError

ROWS = [
    *(member("late", 1.0, 5, step=2), member("late", 1.0, 5, step=2, response="another")),
    *(member("low", 0.0, 2, step=1), member("low", 0.0, 2, step=1)),
    *(member("unrewarded", None, 1, step=1), member("unrewarded", None, 1, step=1)),
    *(member("parted", 1.0, 3, step=1), member("parted", 0.0, 3, step=1)),
    *(member("equal mean", 0.5, 4, step=1), member("equal mean", 0.5, 4, step=1)),
]
"""As they are logged; groups of step 1 come before that of step 2."""
LOGGED = ["low", "unrewarded", "parted", "equal mean", "late"]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Board]:
    with TestLog(tmp_path_factory.mktemp("order")) as log:
        log.write(*ROWS)
        yield log.open()


def listed(board: Board, **more: Any) -> list[str]:
    return [str(name) for name in board.groups(GroupsQuestion(Selection("."), **more)).columns["group"]]


@pytest.mark.parametrize(
    ("sort", "order", "groups"),
    [
        ("logged", "", LOGGED),
        ("logged", "asc", LOGGED),
        ("logged", "desc", LOGGED[::-1]),
        ("reward_mean", "", ["late", "parted", "equal mean", "low", "unrewarded"]),
        ("reward_mean", "desc", ["late", "parted", "equal mean", "low", "unrewarded"]),
        ("reward_mean", "asc", ["low", "parted", "equal mean", "late", "unrewarded"]),
        ("reward_std", "desc", ["parted", "low", "equal mean", "late", "unrewarded"]),
        ("n_tokens", "asc", ["unrewarded", "low", "parted", "equal mean", "late"]),
        ("distinct", "desc", ["late", "low", "unrewarded", "parted", "equal mean"]),
    ],
)
def test_groups_that_are_equal_stand_as_logged_and_those_without_a_number_last(
    board: Board, sort: str, order: str, groups: list[str]
) -> None:
    assert listed(board, sort=sort, order=order) == groups


def test_pages_are_parts_of_the_list(board: Board) -> None:
    assert [listed(board, sort="logged", limit=2, offset=offset) for offset in (0, 2, 4, 6)] == [
        LOGGED[:2],
        LOGGED[2:4],
        LOGGED[4:],
        [],
    ]


def test_the_bounds_of_a_page(board: Board) -> None:
    assert listed(board, sort="logged", limit=1) == LOGGED[:1]
    assert listed(board, sort="logged", limit=MAX_LIMIT) == LOGGED
    for bad in ({"limit": 0}, {"limit": MAX_LIMIT + 1}, {"offset": -1}):
        with pytest.raises(ArgumentError, match=f"limit takes 1 to {MAX_LIMIT} and offset 0 or more"):
            listed(board, **bad)
