"""Scores from files beside a log: joined by prompt and response or by id."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from answers import columns, problems
from joined_logs import curves, described, origins, rollouts, row
from rollout_log import append

from tensorboard_plugin_rlboard.api import Joined
from tensorboard_plugin_rlboard.board.board import Board

Write = Callable[[Path, Iterable[Any]], Path]


Start = Callable[[], Board]


def test_scores_by_prompt_and_response(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "run" / "a.jsonl", rollouts(range(2)))
    scores = [
        {
            "prompt": f"问题{i % 3}",
            "response": "答" * (i + 1) + "<pad>",
            "score": i,
            "judge": 0.5,
            "why": "text",
        }
        for i in range(5)
    ]
    scores[2]["judge"] = math.nan
    scores[3]["judge"] = None
    write_rows(log / "run" / "scores.jsonl", scores)
    board = start()
    found = columns(board, "score", "judge", run="run", step=1)
    assert [score for score, _ in found] == [0.0, 1.0, 2.0, 3.0, 4.0, None]
    assert found[0][1] == 0.5
    assert math.isnan(found[2][1])
    assert found[3][1] is None
    assert found[5][1] is None
    info = described(board, "run")
    assert info.joined == [Joined("scores", "run/scores.jsonl", 10, 2, ("judge", "score"))]
    assert origins(board, "run")["score"] == "joined"
    assert info.samples == 12
    assert not problems(board, "run")
    assert curves(board, "score", "run") == [2.0, 2.0]


def test_predictions_with_ids_are_rollouts_where_there_are_none(
    log: Path, start: Start, write_rows: Write
) -> None:
    write_rows(log / "trained" / "a.jsonl", [row(1, i, sample_id=i) for i in range(4)])
    rows = [
        {"id": i, "question": f"what is {i}", "prediction": f"It is {i}.", "correct": i < 1} for i in range(4)
    ]
    write_rows(log / "trained" / "judged.jsonl", rows)
    write_rows(log / "asked" / "results.jsonl", rows)
    board = start()
    assert columns(board, "correct", run="trained") == [(1.0,), (0.0,), (0.0,), (0.0,)]
    assert columns(board, "prompt", "response", "reward", run="asked") == [
        (f"what is {i}", f"It is {i}.", float(i < 1)) for i in range(4)
    ]
    assert not problems(board, "trained")


def test_scores_by_our_ids_and_by_the_log_s_own(log: Path, start: Start, write_rows: Write) -> None:
    rows = [row(1, i, sample_id=f"s{i}", id=i) for i in range(4)]
    write_rows(log / "a.jsonl", rows)
    board = start()
    ours = [name for (name,) in columns(board, "id")]
    write_rows(
        log / "x" / ".." / "one.jsonl",
        [{"id": ours[0], "valid_reward": 0.7}, {"id": "nobody", "valid_reward": 1}],
    )
    write_rows(
        log / "two.jsonl",
        [{"sample_id": "s1", "second": 1.5}, {"id": 2, "second": 2.5}, {"id": 3.0, "second": 3.5}],
    )
    board.indexer.index_now()
    assert columns(board, "valid_reward", "second") == [(0.7, None), (None, 1.5), (None, 2.5), (None, 3.5)]
    assert described(board).joined == [
        Joined("scores", "one.jsonl and 1 more", 4, 0, ("second", "valid_reward"))
    ]


def test_several_lines_and_files_may_score_one_sample(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", [row(1, i, sample_id=f"s{i}") for i in range(2)])
    write_rows(log / "one.jsonl", [{"sample_id": "s0", "a": 1.0}, {"sample_id": "s0", "b": 2.0}])
    write_rows(
        log / "two.jsonl", [{"sample_id": "s0", "c": 3.0, "a": 9.0}, {"sample_id": "s1", "c": None, "a": 4.0}]
    )
    texts = {"prompt": "问题0", "response": "答"}
    write_rows(log / "zwei.jsonl", [{**texts, "d": 5.0, "a": 8.0}])
    board = start()
    assert columns(board, "a", "b", "c", "d") == [(1.0, 2.0, 3.0, 5.0), (4.0, None, None, None)]
    assert described(board).joined == [Joined("scores", "one.jsonl and 2 more", 2, 0, ("a", "b", "c", "d"))]
    assert problems(board) == [("one.jsonl", None, "repeated_key")]  # s0 has two values of a


def test_a_score_with_a_name_that_the_log_has_gets_another(
    log: Path, start: Start, write_rows: Write
) -> None:
    write_rows(log / "a.jsonl", [row(1, i, sample_id=str(i), score=5.0) for i in range(2)])
    write_rows(
        log / "s.jsonl", [{"sample_id": "0", "score": 1.0, "n_chars": 7, "reward": 3.0, "step_time": 2}]
    )
    board = start()
    assert columns(board, "score", "joined.score", "joined.n_chars", "joined.reward") == [
        (5.0, 1.0, 7.0, 3.0),
        (5.0, None, None, None),
    ]
    assert origins(board)["score"] == ""
    assert origins(board)["joined.score"] == "joined"


def test_a_name_that_the_log_takes_later_is_given_up(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", [row(1, 0, sample_id="0")])
    write_rows(log / "s.jsonl", [{"sample_id": "0", "score": 1.0}])
    board = start()
    assert columns(board, "score") == [(1.0,)]
    append(log / "a.jsonl", row(2, 1, sample_id="1", score=9.0))
    board.indexer.index_now()
    assert columns(board, "score", "joined.score") == [(None, 1.0), (9.0, None)]
    assert origins(board)["score"] == ""


def test_a_reward_that_was_scored_afterwards_is_the_reward(
    log: Path, start: Start, write_rows: Write
) -> None:
    rows = [{"step": 1, "prompt": "p", "response": str(i), "ref_reward": 1.0} for i in range(2)]
    write_rows(log / "a.jsonl", rows)
    board = start()
    ours = [name for (name,) in columns(board, "id")]
    write_rows(log / "s.jsonl", [{"id": name, "reward": 2.0 * i} for i, name in enumerate(ours)])
    board.indexer.index_now()
    assert columns(board, "reward", "reward_gap", "group_rank") == [(0.0, -1.0, 2.0), (2.0, 1.0, 1.0)]
    assert curves(board) == [0.0]
    assert origins(board)["reward"] == "joined"


def test_a_hundred_thousand_scores(log: Path, start: Start, write_rows: Write) -> None:
    count = 100_000
    write_rows(
        log / "a.jsonl",
        (
            f'{{"step": {i // 1000}, "prompt": "p{i % 997}", "response": "r{i}", "reward": 0.5}}'
            for i in range(count)
        ),
    )
    write_rows(
        log / "s.jsonl",
        (f'{{"prompt": "p{i % 997}", "response": "r{i}", "rm": {i % 10}}}' for i in range(0, count, 2)),
    )
    board = start()
    assert described(board).joined == [Joined("scores", "s.jsonl", count // 2, count // 2, ("rm",))]
    assert curves(board, "rm") == [4.0] * 100
