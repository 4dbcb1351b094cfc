"""Logs with files beside them, and what is joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tensorboard_plugin_rlboard.api import RunInfo
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.query import query_steps
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion


def row(step: int, i: int, **more: Any) -> dict[str, Any]:
    return {
        "step": step,
        "prompt": f"<pad><pad>问题{i % 3}",
        "response": "答" * (i + 1),
        "reward": i / 10,
        **more,
    }


def rollouts(steps_: Iterable[int] = range(3), count: int = 6) -> list[dict[str, Any]]:
    return [row(step, i) for step in steps_ for i in range(count)]


def reference(i: int, **more: Any) -> dict[str, Any]:
    return {"prompt": f"问题{i}", "ref_response": f"参考{i}<pad><pad>", "ref_reward": 0.25, **more}


def described(board: Board, run: str = ".") -> RunInfo:
    return next(found for found in board.runs().runs if found.run == run)


def origins(board: Board, run: str = ".") -> dict[str, str]:
    return {metric.name: metric.origin for metric in described(board, run).metrics}


def curves(board: Board, metric: str = "reward_gap", run: str = ".") -> list[Any]:
    """The mean of a metric at each step, which is what a query over the same rows gives."""
    answer = board.steps(StepsQuestion(Selection(run), (metric,)))
    queried = query_steps(board.session(board.run(run)), StepsQuestion(Selection(run), (metric,)))
    assert list(answer.metrics[metric].mean) == pytest.approx(list(queried.metrics[metric].mean), nan_ok=True)
    assert answer.step_metrics.keys() == queried.step_metrics.keys()
    for name in {"win", "tie", "loss"} & answer.step_metrics.keys():
        assert list(answer.step_metrics[name]) == pytest.approx(list(queried.step_metrics[name]), nan_ok=True)
    return list(answer.metrics[metric].mean)
