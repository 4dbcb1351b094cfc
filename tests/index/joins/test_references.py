"""Reference answers from files beside a log: joined by key, whenever they come, and taken back when they go."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from answers import columns, problems
from joined_logs import curves, described, origins, reference, rollouts, row
from rollout_log import append

from tensorboard_plugin_rlboard.api import Joined
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps import run_curves
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index import growing_file
from tensorboard_plugin_rlboard.index.joins import run_joins
from tensorboard_plugin_rlboard.texts import TextRules

Write = Callable[[Path, Iterable[Any]], Path]


Start = Callable[[], Board]


def test_a_reference_made_ahead_is_joined_by_prompt(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts())
    write_rows(log / "ref.jsonl", [reference(0), reference(1)])
    board = start()
    found = columns(board, "prompt", "ref_response", "ref_reward", "reward_gap", "ref_n_chars", step=1)
    assert found[:3] == [
        ("问题0", "参考0", 0.25, -0.25, 3.0),
        ("问题1", "参考1", 0.25, pytest.approx(-0.15), 3.0),
        ("问题2", None, None, None, None),
    ]
    info = described(board)
    assert info.formats == ["native"]
    assert info.samples == 18
    assert info.files == 1
    assert info.joined == [
        Joined("reference", "ref.jsonl", 12, 6, ("ref_response", "ref_reward", "ref_n_chars", "reward_gap"))
    ]
    assert origins(board)["ref_reward"] == origins(board)["reward_gap"] == "joined"
    assert origins(board)["reward"] == ""
    assert "ref_response" in info.text_columns
    assert not board.runs().ignored
    assert not problems(board)
    assert curves(board) == pytest.approx([-0.05] * 3)
    assert list(board.steps(StepsQuestion(Selection("."))).step_metrics["win"]) == [0.5] * 3
    id_ = columns(board, "id")[0][0]
    opened = board.sample(SampleQuestion(".", id_, TextRules()))
    assert opened.texts["ref_response"].shown == "参考0"
    assert opened.scalars["ref_reward"] == 0.25
    assert opened.scalars["reward_gap"] == -0.25
    assert columns(board, "ref_reward", search="参考1") == [(0.25,)] * 6
    assert columns(board, "step", where="reward_gap > 0 AND step = 2") == [(2,)] * 2


def test_what_was_logged_is_never_overwritten(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(
        log / "a.jsonl",
        [
            row(1, 0, ref_response="自己", ref_reward=9.0),
            row(1, 0, ref_response="自己"),
            row(1, 0, ref_response="参考0"),
            row(1, 0, ref_reward=math.nan),
            row(1, 0),
        ],
    )
    write_rows(log / "ref.jsonl", [reference(0)])
    board = start()
    found = columns(board, "ref_response", "ref_reward", "reward_gap")
    assert found[:3] == [("自己", 9.0, -9.0), ("自己", None, None), ("参考0", 0.25, -0.25)]
    assert found[3][0] == "参考0"
    assert math.isnan(found[3][1])
    assert found[4] == ("参考0", 0.25, -0.25)
    assert origins(board)["ref_reward"] == ""
    assert described(board).joined[0].matched == 5
    assert "unmatched" not in {kind for _, _, kind in problems(board)}


def test_a_late_reference_grows_is_rewritten_and_goes(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts())
    board = start()
    assert board.steps(StepsQuestion(Selection("."))).metrics.keys() & {"ref_reward", "reward_gap"} == set()
    assert not described(board).joined
    write_rows(log / "ref.jsonl", [reference(0)])
    board.indexer.index_now()
    assert columns(board, "ref_reward", step=0) == [(0.25,), (None,), (None,)] * 2
    assert curves(board) == pytest.approx([-0.1] * 3)
    append(log / "ref.jsonl", reference(1, ref_reward=0.0))
    board.indexer.index_now()
    assert columns(board, "ref_reward", step=2) == [(0.25,), (0.0,), (None,)] * 2
    assert curves(board) == pytest.approx([0.075] * 3)
    assert described(board).joined[0].matched == 12
    write_rows(log / "ref.jsonl", [reference(2, ref_reward=1.0)])
    board.indexer.index_now()
    assert (
        columns(board, "ref_response", "ref_reward", step=2)
        == [(None, None), (None, None), ("参考2", 1.0)] * 2
    )
    assert curves(board) == pytest.approx([-0.65] * 3)
    (log / "ref.jsonl").unlink()
    board.indexer.index_now()
    info = described(board)
    assert info.joined == []
    assert {"ref_reward", "reward_gap", "ref_n_chars"} & set(origins(board)) == set()
    assert "ref_response" not in info.text_columns
    assert board.steps(StepsQuestion(Selection("."))).metrics.keys() & {"ref_reward", "reward_gap"} == set()
    assert "win" not in board.steps(StepsQuestion(Selection("."))).step_metrics
    assert columns(board, "prompt", step=0)[0] == ("问题0",)


def test_a_training_that_goes_on_is_joined_as_it_writes(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "a.jsonl", rollouts(range(2)))
    write_rows(log / "ref.jsonl", [reference(0)])
    board = start()
    run = board.registry.runs["."]
    before = dict(run.step_versions)
    append(log / "a.jsonl", *rollouts([2]))
    append(log / "ref.jsonl", reference(7))  # of no sample
    board.indexer.index_now()
    assert columns(board, "ref_reward", step=2) == [(0.25,), (None,), (None,)] * 2
    assert {
        key: at for key, at in run.step_versions.items() if key[1] < 2
    } == before  # nothing else was computed again
    assert described(board).joined[0] == Joined(
        "reference", "ref.jsonl", 6, 12, ("ref_response", "ref_reward", "ref_n_chars", "reward_gap")
    )
    append(log / "ref.jsonl", reference(1))
    append(log / "a.jsonl", *rollouts([3]))
    board.indexer.index_now()
    assert columns(board, "ref_reward", step=0) == [(0.25,), (0.25,), (None,)] * 2
    assert columns(board, "ref_reward", step=3) == [(0.25,), (0.25,), (None,)] * 2
    assert curves(board) == pytest.approx([-0.05] * 4)
    assert len(columns(board, "line")) == 24
    assert described(board).samples == 24


def test_the_nearest_file_counts_and_files_are_for_runs_below(
    log: Path, start: Start, write_rows: Write
) -> None:
    for run in ("a", "a/b", "c"):
        write_rows(log / run / "x.jsonl", rollouts([1], 2))
    write_rows(log / "ref.jsonl", [reference(0), reference(1)])
    write_rows(log / "a" / "ref.jsonl", [reference(0, ref_reward=0.5, ref_response="近")])
    board = start()
    names = ("ref_response", "ref_reward")
    assert columns(board, *names, run="c") == [("参考0", 0.25), ("参考1", 0.25)]
    assert (
        columns(board, *names, run="a") == columns(board, *names, run="a/b") == [("近", 0.5), ("参考1", 0.25)]
    )
    assert [found.source for found in described(board, "a/b").joined] == ["a/ref.jsonl", "ref.jsonl"]
    assert [(found.matched, found.unmatched) for found in described(board, "a").joined] == [(1, 1), (2, 0)]


def test_the_first_line_of_a_key_counts_by_file_then_line(log: Path, start: Start, write_rows: Write) -> None:
    write_rows(log / "x.jsonl", rollouts([1], 1))
    write_rows(log / "ref_b.jsonl", [reference(0, ref_reward=2.0), reference(0, ref_reward=3.0)])
    board = start()
    assert columns(board, "ref_reward") == [(2.0,)]
    write_rows(log / "ref_a.jsonl", [reference(0, ref_reward=1.0)])
    board.indexer.index_now()
    assert columns(board, "ref_reward") == [(1.0,)]
    (log / "ref_a.jsonl").unlink()
    board.indexer.index_now()
    assert columns(board, "ref_reward") == [(2.0,)]


def test_prompts_response_and_score_alone_are_rollouts(log: Path, start: Start, write_rows: Write) -> None:
    rows = [{"prompt": "p", "response": "r", "score": 1.0}]
    write_rows(log / "alone" / "x.jsonl", rows)
    write_rows(log / "lonely" / "ref.jsonl", [reference(0)])
    board = start()
    assert [(found.run, found.samples) for found in board.runs().runs] == [("alone", 1)]
    assert [found.file for found in board.runs().ignored] == ["lonely/ref.jsonl"]
    assert "reference answers" in board.runs().ignored[0].reason
    write_rows(log / "lonely" / "x.jsonl", rollouts([1], 1))
    board.indexer.index_now()
    assert not board.runs().ignored
    assert columns(board, "ref_reward", run="lonely") == [(0.25,)]


def test_conversations_as_prompts_match(log: Path, start: Start, write_rows: Write) -> None:
    chat = [{"role": "system", "content": "算"}, {"role": "user", "content": "1+1?"}]
    write_rows(log / "x.jsonl", [{"step": 1, "prompt": chat, "response": "2", "reward": 1.0}])
    write_rows(log / "ref.jsonl", [{"prompt": chat, "ref_response": "3", "ref_reward": 0.0}])
    assert columns(start(), "ref_response", "reward_gap") == [("3", 1.0)]


def test_a_restart_joins_kept_parts_and_shows_no_old_numbers(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_curves, "_SAVE_INTERVAL_SECONDS", 0.0)
    write_rows(log / "a.jsonl", rollouts())
    write_rows(log / "ref.jsonl", [reference(0)])
    first = start()
    assert curves(first) == pytest.approx([-0.1] * 3)
    first.indexer.stop()
    second = start()
    assert curves(second) == pytest.approx([-0.1] * 3)
    assert described(second).joined[0].matched == 6
    second.indexer.stop()
    (log / "ref.jsonl").unlink()
    third = start()
    assert "reward_gap" not in third.steps(StepsQuestion(Selection("."))).metrics
    assert "win" not in third.steps(StepsQuestion(Selection("."))).step_metrics
    third.indexer.stop()
    write_rows(log / "ref.jsonl", [reference(1)])
    fourth = start()
    assert columns(fourth, "ref_reward", step=0) == [(None,), (0.25,), (None,)] * 2
    assert curves(fourth) == pytest.approx([0.0] * 3)
    fourth.indexer.stop()
    (log / "ref.jsonl").unlink()
    assert "reward_gap" not in start().steps(StepsQuestion(Selection("."))).metrics


def test_small_pieces_give_the_same(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_joins, "BATCH", 7)
    monkeypatch.setattr(growing_file, "RANGE_BYTES", 100)
    write_rows(log / "a.jsonl", rollouts(range(10)))
    write_rows(log / "ref.jsonl", [reference(i) for i in range(3)] + [reference(i) for i in range(10, 40)])
    board = start()
    assert columns(board, "ref_response", "ref_reward") == [(f"参考{i % 3}", 0.25) for i in range(60)]
    assert described(board).joined[0].matched == 60
    append(log / "ref.jsonl", *[reference(i) for i in range(40, 60)])
    append(log / "a.jsonl", *rollouts([10]))
    board.indexer.index_now()
    assert described(board).joined[0].matched == 66
    assert len(columns(board, "line")) == 66


def test_what_does_not_fit_into_memory_is_joined_in_smaller_pieces(
    log: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_joins, "BATCH", 16)
    monkeypatch.setattr(run_joins, "_MIN_BATCH", 2)
    replace, fails = run_joins.RunJoins._replace, [True]

    def sometimes(self: run_joins.RunJoins, *of: Any) -> Any:
        found = replace(self, *of)
        if fails and fails.pop(0):
            raise duckdb.OutOfMemoryException("no room")
        return found

    write_rows(log / "a.jsonl", rollouts(range(6)))
    write_rows(log / "ref.jsonl", [reference(0)])
    with monkeypatch.context() as patch:
        patch.setattr(run_joins.RunJoins, "_replace", sometimes)
        board = start()
        assert columns(board, "ref_reward", step=5) == [(0.25,), (None,), (None,)] * 2
        fails.append(True)
        append(log / "ref.jsonl", reference(1))
        board.indexer.index_now()
        assert problems(board) == [("ref.jsonl", None, "not_joined")]  # there is no smaller piece
    append(log / "a.jsonl", *rollouts([6]))
    board.indexer.index_now()
    assert columns(board, "ref_reward") == [(0.25,), (0.25,), (None,)] * 14
    assert described(board).samples == 42
    assert problems(board) == []
