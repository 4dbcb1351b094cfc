"""Pages of /prompts, their lines, and /pass_at_k, by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from rollout_log import Row, TestLog, row

from tensorboard_plugin_rlboard.api import Prompts
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.listing import prompt_line
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError


def ask(board: Board, **asked: Any) -> Prompts:
    return board.prompts.prompts(PromptsQuestion(Selection("."), **asked))


def test_a_page_has_one_to_two_hundred_prompts_and_may_lie_behind_the_last(test_log: TestLog) -> None:
    test_log.write(*(row(1, prompt=f"p{i}", reward=float(i)) for i in range(3)))
    board = test_log.open()
    assert [len(ask(board, limit=limit).lines) for limit in (1, 200)] == [1, 3]
    with pytest.raises(ArgumentError, match="limit takes 1 to 200 and offset 0 or more"):
        ask(board, limit=0)
    behind = ask(board, offset=3)
    assert (behind.total, behind.columns["prompt"], behind.lines) == (3, [], [])


def test_kinds_are_counted_where_a_column_tells_them(test_log: TestLog) -> None:
    test_log.write(*(row(1, prompt=kind + text, data_source=kind) for kind in "xyz" for text in "ab"))
    board = test_log.open()
    assert ask(board).kinds_total == 3
    assert ask(board, by="").kinds_total == 0


def test_what_is_equal_comes_by_its_first_step_both_ways(test_log: TestLog) -> None:
    test_log.write(
        row(2, prompt="later", reward=1.0), row(1, prompt="sooner", reward=1.0), row(3, reward=0.0)
    )
    board = test_log.open()
    for order, prompts in (("asc", ["p", "sooner", "later"]), ("desc", ["sooner", "later", "p"])):
        assert ask(board, sort="reward_mean", order=order).columns["prompt"] == prompts


def test_a_line_is_of_the_finite_rewards_of_all_renderings(test_log: TestLog) -> None:
    rewards: list[tuple[int, str, float | None]] = [
        *((1, "a", 0.0), (1, "a", 1.0), (1, "a", math.nan), (1, "User: a\nAssistant:", 1.0)),
        *((2, "a", None), (3, "a", 1.0), (3, "a", 0.5)),
    ]
    test_log.write(*(row(step, prompt=prompt, reward=reward) for step, prompt, reward in rewards))
    (line,) = ask(test_log.open()).lines
    assert line.step == [1, 3]
    assert line.reward == pytest.approx([2 / 3, 0.75])


def test_a_long_line_takes_steps_together() -> None:
    line = prompt_line({1: (1.0, 2), 2: (0.0, 0), 3: (3.0, 4), 5: (0.0, 3), 8: (1.0, 1)}, points=2)
    assert line.step == [3, 8]
    assert line.reward == pytest.approx([4 / 6, 1 / 4])
    nothing = prompt_line({2: (0.0, 0)})
    assert (nothing.step, nothing.reward) == ([], [])


def test_pass_at_k_at_each_step(test_log: TestLog) -> None:
    """Of four responses one passes: two of them have it in 3 of 6 cases. A prompt counts up to its number of responses."""
    test_log.write(
        *(row(1, prompt="a", reward=reward) for reward in (1.0, 0.0, 0.0, 0.0)),
        *(row(1, prompt="b", reward=1.0) for _ in range(2)),
        row(2, prompt="a", reward=0.0),
    )
    found = test_log.open().prompts.pass_at_k(PassQuestion(Selection("."), 1.0))
    assert (found.step, found.k) == ([1, 2], [1, 2, 4])
    assert found.prompts == [[2, 1], [2, 0], [1, 0]]
    assert found.pass_at_k == [[pytest.approx(0.625), 0.0], [pytest.approx(0.75), None], [1.0, None]]
    assert found.avg_at_k == [[pytest.approx(0.625), 0.0], [pytest.approx(0.625), None], [0.25, None]]


@pytest.mark.parametrize("sample", [row(1, reward=None), {"step": 1, "response": "a", "reward": 1.0}])
def test_without_a_reward_or_a_prompt_nothing_passes_or_fails(test_log: TestLog, sample: Row) -> None:
    test_log.write(sample)
    found = test_log.open().prompts.pass_at_k(PassQuestion(Selection(".")))
    assert (found.k, found.prompts, found.pass_at_k, found.avg_at_k) == ([], [], [], [])


def test_prompts_of_several_kinds_are_counted(test_log: TestLog) -> None:
    """At one visit, at the first of two, at two, in two renderings, beside none; and one kind, and none."""
    test_log.write(
        *(row(1, prompt="visit", data_source=kind) for kind in "xy"),
        *(row(1, prompt="first visit", data_source=kind) for kind in "xy"),
        *(row(step, prompt="first visit", data_source="x") for step in (2, 2)),
        *(row(step, prompt="visits", data_source=kind) for step, kind in ((1, "x"), (2, "y"))),
        *(row(1, prompt=text, data_source=kind) for text, kind in (("r s", "x"), ("r  s", "y"))),
        *(row(1, prompt="some", data_source=kind) for kind in ("x", None)),
        *(row(step, prompt="one", data_source="x") for step in (1, 2)),
        *(row(step, prompt="none") for step in (1, 2)),
    )
    board = test_log.open()
    found = ask(board)
    assert (found.counts["all"], found.kinds_mixed) == (7, 5)
    assert ask(board, by="").kinds_mixed == 0
    test_log.append(row(20, prompt="one", data_source="y"))
    board.indexer.index_now()
    assert ask(board).kinds_mixed == 6
