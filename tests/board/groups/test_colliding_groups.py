"""Two groups of a step whose keys have the same hash in the database: they stay two, in the list and in the curves.

Such keys are easy to make (the hash is no cryptographic one), so a log may have them on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pytest
from plain_groups import member
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion

RIGHT, WRONG = "prompt-aaaaaccaN", "promdabcaaaa__q-"
"""Made so that DuckDB 2 hashes both to 241615453765772302."""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Board]:
    if duckdb.execute("SELECT hash(?) <> hash(?)", [RIGHT, WRONG]).fetchall()[0][0]:
        pytest.skip("this DuckDB hashes otherwise: other keys would have to be made")
    rewards = ((RIGHT, 1.0), (WRONG, 0.0)) * 2
    with TestLog(tmp_path_factory.mktemp("colliding")) as log:
        log.write(*(member(*each, step=step, kind="math") for step in (1, 2) for each in rewards))
        yield log.open()


@pytest.mark.parametrize("selection", [Selection(".", step=2), Selection(".")])
def test_the_list_has_both(board: Board, selection: Selection) -> None:
    found = board.groups(GroupsQuestion(selection, sort="reward_mean", order="desc"))
    steps = 2 if selection.step is None else 1
    assert found.columns["group"] == [*[RIGHT] * steps, *[WRONG] * steps]
    assert found.columns["kind"] == [*["all_right"] * steps, *["all_wrong"] * steps]
    assert found.columns["size"] == [2] * 2 * steps


@pytest.mark.parametrize(
    "selection", [Selection("."), Selection(".", where="reward >= 0"), Selection(".", where="advantage = 0")]
)
def test_the_curves_count_both(board: Board, selection: Selection) -> None:
    found = board.steps(StepsQuestion(selection, metrics=("group_std",)))
    assert [*found.step_metrics["groups_all_right"]] == [0.5, 0.5]
    assert [*found.step_metrics["groups_gradient"]] == [0.0, 0.0]


def test_curves_of_a_value_count_both(board: Board) -> None:
    found = board.steps_by_value(StepsQuestion(Selection("."), metrics=("group_std",), by="kind"))
    assert [*found.series[0].step_metrics["groups_all_wrong"]] == [0.5, 0.5]
