"""A finding neither latches nor vanishes unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.finding_history import MAX_PAST, FindingHistory
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.findings.finding import Finding


def finding(kind: str, first: int, last: int) -> Finding:
    return Finding(kind, "warning", kind, "", first, last, first, True, "reward", "mean", 1.0, 1.0, "x", 1.0)


def test_what_is_found_no_more_is_past() -> None:
    history = FindingHistory()
    history.update([finding("kl_spike", 5, 6)], 6)
    assert not history.past
    history.update([], 20)
    (past,) = history.past
    assert (past.finding.kind, past.finding.first, past.not_since) == ("kl_spike", 5, 20)


def test_what_is_found_again_is_past_no_more() -> None:
    history = FindingHistory()
    history.update([finding("kl_spike", 5, 6)], 6)
    history.update([], 20)
    history.update([finding("kl_spike", 8, 22)], 22)
    assert not history.past, "its onset moved a little"
    history.update([finding("kl_spike", 60, 61)], 61)
    assert [past.finding.first for past in history.past] == [8], "this is another one"


def test_a_symptom_that_goes_on_alone_is_not_past() -> None:
    history = FindingHistory()
    cause, symptom = finding("non_finite", 5, 6), finding("kl_spike", 5, 6)
    history.update([replace(cause, symptoms=(symptom,))], 6)
    history.update([symptom], 7)
    assert [past.finding.kind for past in history.past] == ["non_finite"]


def test_the_past_is_bounded_and_the_newest_first() -> None:
    history = FindingHistory()
    for step in range(0, 100 * (MAX_PAST + 5), 100):
        history.update([finding("kl_spike", step, step)], step)
    assert len(history.past) == MAX_PAST
    assert history.past[0].finding.first > history.past[-1].finding.first


def test_the_answer_says_what_is_past(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    rows: list[dict[str, Any]] = [
        {"step": step, "prompt": "p", "response": f"{step}", "reward": float("nan") if step == 2 else 1.0}
        for step in range(4)
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    board = open_board(tmp_path)
    question = FindingsQuestion(Selection("."))
    assert [each.kind for each in board.findings(question).findings] == ["non_finite"]
    path.write_text("".join(json.dumps(row | {"reward": 1.0}) + "\n" for row in rows), encoding="utf-8")
    board.indexer.index_now()
    answer = board.findings(question)
    assert list(answer.findings) == []
    (past,) = answer.past
    assert (past.kind, past.steps, past.not_since) == ("non_finite", (2, 2), 3)
