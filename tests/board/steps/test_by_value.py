"""Curves by the values of a text column are the curves of the samples that have the value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from curves import HERE, queried, row, same
from example_counts import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rollout_log import TestLog

from tensorboard_plugin_rlboard.api import StepsByValue
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.kinds import by_value
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError

KINDS = ["math", "code", "it's", "数学", None]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[TestLog]:
    with TestLog(tmp_path / "logs") as made:
        yield made


def ask(
    board: Board, by: str = "data_source", chosen: Selection = HERE, metrics: tuple[str, ...] | None = None
) -> StepsByValue:
    return board.steps_by_value(StepsQuestion(chosen, metrics, by))


def logged(kinds: list[str | None]) -> list[dict[str, Any]]:
    """Four samples a step, each of the given kind; None has no kind."""
    return [
        {**row(1 + i // 4, i), **({} if kind is None else {"data_source": kind})}
        for i, kind in enumerate(kinds)
    ]


def check(board: Board, answer: StepsByValue, chosen: Selection) -> None:
    """Each series against a filter for its value."""
    for value, series in zip(answer.values, answer.series, strict=True):
        quoted = value.replace("'", "''")
        where = f"data_source = '{quoted}'"
        narrowed = replace(chosen, where=f"({chosen.where}) AND {where}" if chosen.where else where)
        same(series, queried(board, narrowed))


@settings(max_examples=examples(3), deadline=None, suppress_health_check=list(HealthCheck))
@example(kinds=[*KINDS, *KINDS[::-1], "it's", "it's", None])  # each in several steps, a step without one
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=24))
def test_each_series_is_that_of_its_samples(kinds: list[str | None], tmp_path_factory: Any) -> None:
    with TestLog(tmp_path_factory.mktemp("logs")) as log:
        log.write(*logged([*kinds, "math"]))
        board = log.open()
        for chosen in (HERE, Selection(".", step_min=2), Selection(".", where="n_tokens >= 2")):
            check(board, ask(board, chosen=chosen), chosen)


def test_values_are_counted_and_the_most_frequent_come_first(log: TestLog) -> None:
    log.write(*logged(["code", "math", "math", None, "math", "code", "other", None]))
    board = log.open()
    answer = ask(board, metrics=("reward",))
    assert (answer.by, answer.values, answer.samples) == (
        "data_source",
        ["math", "code", "other"],
        [3, 2, 1],
    )
    assert (answer.rest_values, answer.rest_samples, answer.without) == (0, 0, 2)
    assert [list(series.step) for series in answer.series] == [[1, 2], [1, 2], [2]]
    # Rewards of samples 0 and 5 by `row`: (3 · 1 + 0) % 5 = 3 is -2.0, (3 · 2 + 5) % 5 = 1 is 0.5.
    assert list(answer.series[1].metrics["reward"].mean) == [-2.0, 0.5]


def test_more_values_than_can_be_told_apart_are_counted(
    log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_value, "MAX_VALUES", 2)
    log.write(*logged(["a", "a", "a", "b", "b", "c", "d", "d", "e", "b"]))
    answer = ask(log.open())
    assert (answer.values, answer.samples) == (["a", "b"], [3, 3])
    assert (answer.rest_values, answer.rest_samples) == (3, 4)


def test_a_selection_narrows_the_values(log: TestLog) -> None:
    log.write(*logged(["math", "math", "code", "code", "math", "math", "math", "math"]))
    board = log.open()
    assert ask(board, chosen=Selection(".", step=2)).values == ["math"]
    nothing = ask(board, chosen=Selection(".", where="n_tokens > 100"))
    assert (nothing.values, nothing.series, nothing.without) == ([], [], 0)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("response", "by=response is no text that tells kinds .* Name one of these: data_source"),
        ("reward", "by=reward is no text"),
        ("nothing", "by=nothing is no text"),
    ],
)
def test_what_tells_no_kinds_apart_is_refused_with_what_does(log: TestLog, by: str, said: str) -> None:
    log.write(*logged(["math", "code"]))
    with pytest.raises(ArgumentError, match=said):
        ask(log.open(), by)


def test_where_there_is_no_such_text_it_is_said_what_to_log(log: TestLog) -> None:
    log.write(row(1), row(2))
    with pytest.raises(ArgumentError, match="It has none: log one such as data_source with each sample"):
        ask(log.open())


def test_an_answer_that_would_be_too_large_is_refused(log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write(*logged(["math", "code"]))
    board = log.open()
    monkeypatch.setattr("tensorboard_plugin_rlboard.board.steps.question.MAX_NUMBERS", 97)
    with pytest.raises(ArgumentError, match="more than one answer holds"):
        ask(board, metrics=("reward",))  # 1 step × 7 values × 14 statistics are 98
