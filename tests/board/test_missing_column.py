"""Names that a run has no column of: wrong in a run that is read, and too early in one that is being read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError, StoppedError
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.index.user_activity import UserActivity

ALL = Selection(".")
QUESTIONS: dict[str, tuple[str, Callable[[Board, str], Any]]] = {
    "a distribution": ("score", lambda board, name: board.distribution(DistributionQuestion(ALL, name))),
    "a filter": (
        "score",
        lambda board, name: board.samples(SamplesQuestion(Selection(".", where=f"{name} > 0"))),
    ),
    "an order": ("score", lambda board, name: board.samples(SamplesQuestion(ALL, sort=name))),
    "a column": ("score", lambda board, name: board.samples(SamplesQuestion(ALL, columns=(name,)))),
    "a comparison": ("score", lambda board, name: board.compare(CompareQuestion(ALL, ALL, name))),
    "tokens": ("logprobs", lambda board, name: board.worst_tokens(WorstTokensQuestion(ALL, name))),
    "curves of a text": (
        "source",
        lambda board, name: board.steps_by_value(StepsQuestion(ALL, by=name)),
    ),
    "groups": ("source", lambda board, name: board.groups(GroupsQuestion(ALL, by=name))),
    "prompts": ("source", lambda board, name: board.prompts.prompts(PromptsQuestion(ALL, by=name))),
}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_name_that_is_still_to_come_is_no_mistake(test_log: TestLog, asked: str) -> None:
    name, ask = QUESTIONS[asked]
    test_log.write(*(row(step, tokens=3, score=step, source="a") for step in (1, 1, 2)))
    indexer = test_log.indexer()
    board = Board(indexer)
    Scheduler(indexer.registry, UserActivity()).scan()  # the file is found, and nothing of it read
    with pytest.raises(
        StoppedError, match=rf"^Run \. is still being read, and nothing .* has {name}: ask again"
    ):
        ask(board, name)
    indexer.index_now()
    ask(board, name)
    with pytest.raises(ArgumentError, match="nothing"):
        ask(board, "nothing")


def test_a_metric_of_curves_that_is_still_to_come(test_log: TestLog) -> None:
    test_log.write(row(1))
    indexer = test_log.indexer()
    board, scheduler = Board(indexer), Scheduler(indexer.registry, UserActivity())
    scheduler.scan()
    while scheduler.index_next():
        pass
    test_log.append(row(2, score=1.0))
    scheduler.scan()
    question = StepsQuestion(ALL, metrics=("score",))
    with pytest.raises(StoppedError, match="still being read"):
        board.steps(question)
    while scheduler.index_next():
        pass
    assert list(board.steps(question).metrics) == ["score"]
