"""Lines and files that cannot be joined are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, problems
from joined_logs import described, reference, rollouts, row
from rollout_log import append

from tensorboard_plugin_rlboard.api import Joined
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.index.joins import run_joins

Write = Callable[[Path, Iterable[Any]], Path]


Start = Callable[[], Board]


def test_bad_lines_are_named_with_file_and_line(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts([1], 3))
    lines = [
        reference(0),
        "{bad",
        "",
        {"ref_reward": 1.0, "ref_response": "no prompt"},
        {"prompt": "问题2"},
        reference(1, ref_reward="much"),
        "[1]",
        reference(0, ref_response="second"),
    ]
    write_rows(log / "ref.jsonl", lines)
    board = start()
    assert columns(board, "ref_response", "ref_reward") == [("参考0", 0.25), ("参考1", None), (None, None)]
    assert sorted(problems(board), key=str) == sorted(
        [
            ("ref.jsonl", 2, "bad_json"),
            ("ref.jsonl", 4, "no_key"),
            ("ref.jsonl", 5, "no_value"),
            ("ref.jsonl", 6, "not_a_number"),
            ("ref.jsonl", 7, "not_an_object"),
            ("ref.jsonl", None, "repeated_key"),
        ],
        key=str,
    )
    reasons = board.problems(ProblemsQuestion(".", 0, 500)).columns.reason
    assert all(reason.endswith(".") for reason in reasons)
    write_rows(log / "ref.jsonl", [reference(0)])
    board.indexer.index_now()
    assert problems(board) == []
    assert columns(board, "ref_response", "ref_reward")[0] == ("参考0", 0.25)


def test_many_bad_lines_are_counted(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts([1], 3))
    write_rows(log / "ref.jsonl", [reference(0), *["{bad"] * 500])
    board = start()
    found = board.problems(ProblemsQuestion(".", 0, 500)).columns
    assert list(found.kind).count("bad_json") == 20
    assert next(
        reason for kind, reason in zip(found.kind, found.reason, strict=True) if kind == "further_problems"
    ).startswith("480 more")


def test_a_file_that_nothing_matches_says_so_once(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a" / "x.jsonl", rollouts([1], 3))
    write_rows(log / "b" / "x.jsonl", [row(1, 0) | {"prompt": "another"}])
    write_rows(log / "ref.jsonl", [{"prompt": "nothing", "ref_reward": 1.0}])
    board = start()
    assert problems(board, "a") == problems(board, "b") == [("ref.jsonl", None, "unmatched")]
    assert described(board, "a").joined == [Joined("reference", "ref.jsonl", 0, 3, ())]
    append(log / "ref.jsonl", reference(0))
    board.indexer.index_now()
    assert problems(board, "a") == problems(board, "b") == []  # it is not for b, and that is no fault


def test_a_join_that_fails_does_not_end_the_indexing(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(log / "a.jsonl", rollouts())
    write_rows(log / "ref.jsonl", [reference(0)])
    with monkeypatch.context() as patch:
        patch.setattr(run_joins.RunJoins, "_replace", lambda *_: 1 / 0)
        board = start()
        assert described(board).samples == 18
        assert not board.registry.failure
        assert problems(board) == [("ref.jsonl", None, "not_joined")]
    append(log / "a.jsonl", *rollouts([3]))
    board.indexer.index_now()
    assert columns(board, "ref_reward", step=0) == [(0.25,), (None,), (None,)] * 2
    assert problems(board) == []
