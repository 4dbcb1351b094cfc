"""Curves as the board answers them, compared with a query over the same rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.api import Steps
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.query import query_steps
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer

HERE = Selection(".")


def scan_only(board: Board) -> None:
    """Finds the files and loads nothing."""
    indexer = board.indexer
    assert isinstance(indexer, BackgroundIndexer)
    indexer._stop.set()
    indexer.index_now()
    indexer._stop.clear()


def row(step: int, i: int = 0, **more: Any) -> dict[str, Any]:
    tokens = 1 + (step + i) % 3
    return {
        "step": step,
        "prompt": "pq"[i % 2],
        "response": "abc"[: 1 + i % 3],
        "reward": [1.0, 0.5, math.nan, -2.0, 0.5][(step * 3 + i) % 5],
        "ref_reward": 0.5,
        "response_tokens": ["a"] * tokens,
        "logprobs": [-0.1 * (i + 1)] * tokens,
        "ref_logprobs": [-0.5] * tokens,
        **more,
    }


def plain(answer: Steps) -> dict[str, list[Any]]:
    """Every column of an answer by its name."""
    metrics = {
        f"{name}.{field}": list(column)
        for name, statistics in answer.metrics.items()
        for field, column in vars(statistics).items()
    }
    shared = {name: list(column) for name, column in answer.step_metrics.items()}
    return {"step": list(answer.step), **metrics, **shared}


def same(found: Steps, expected: Steps) -> None:
    left, right = plain(found), plain(expected)
    assert list(left) == list(right)
    for name, column in right.items():
        ours, theirs = (np.asarray(side, np.float64) for side in (left[name], column))  # None is NaN
        if np.array_equal(ours, theirs, equal_nan=True):
            continue  # nearly always, and a twentieth of the time
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12, err_msg=name)


def queried(board: Board, chosen: Selection = HERE, metrics: list[str] | None = None) -> Steps:
    question = StepsQuestion(chosen, None if metrics is None else tuple(metrics))
    return query_steps(board.session(board.registry.runs[chosen.run]), question)


def check(board: Board) -> None:
    """Every kind of question that is answered from what is materialised."""
    run = board.registry.runs.get(".")
    if run is None:
        return
    further = ["advantage", "k3_max"] if run.samples else []
    questions = [
        HERE,
        Selection(".", split="eval"),
        Selection(".", attempt=1),
        Selection(".", attempt=2),
        Selection(".", step=2),
        Selection(".", step_min=2, step_max=3),
    ]
    for chosen in questions:
        same(board.steps(StepsQuestion(chosen)), queried(board, chosen))
    same(board.steps(StepsQuestion(HERE, tuple(further))), queried(board, HERE, further))
    described = board.runs().runs[0]
    cursor = board.registry.cursor()
    count = f"SELECT count(DISTINCT step), min(step), max(step) FROM {run.table}"
    span = (described.steps.count, described.steps.first, described.steps.last)
    assert [span] == cursor.execute(count).fetchall()
    spans = [(one.attempt, one.first, one.last) for one in described.attempts]
    groups = f"SELECT attempt, min(step), max(step) FROM {run.table} GROUP BY 1 ORDER BY 1"
    assert spans == cursor.execute(groups).fetchall()
