"""References and scores that rlboard.toml names: a file of plain answers, another run, the first visit of each prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from rollout_log import append

from tensorboard_plugin_rlboard.api import Joined, RunInfo
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.joins import run_joins
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

Write = Callable[[Path, Iterable[Any]], Path]
Open = Callable[[Path], Board]


@pytest.fixture
def open_board() -> Any:
    """Boards that look at rlboard.toml at every look."""
    opened: list[BackgroundIndexer] = []

    def make(folder: Path) -> Board:
        where = parse_roots(str(folder), "")
        indexer = BackgroundIndexer(Registry(where, settings=SettingsFinder(where, seconds=0.0)), 0)
        opened.append(indexer)
        indexer.index_now()
        return Board(indexer)

    yield make
    for indexer in opened:
        indexer.stop()


def row(step: int, prompt: str, reward: float, **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": prompt, "response": f"{prompt}{step}", "reward": reward, **more}


def described(board: Board, run: str = ".") -> RunInfo:
    return next(found for found in board.runs().runs if found.run == run)


def problems(board: Board, run: str = ".") -> list[tuple[str, str]]:
    found = board.problems(ProblemsQuestion(run, 0, 500)).columns
    return list(zip(found.file, found.kind, strict=True))


def test_a_plain_file_of_answers(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "run" / "x.jsonl", [row(1, "p", 1.0), row(1, "q", 0.0)])
    answers = [{"prompt": "p", "response": "before", "reward": 0.5, "valid_reward": 2.0}]
    write_rows(tmp_path / "run" / "base.jsonl", answers)
    (tmp_path / "run" / "rlboard.toml").write_text('[reference]\nfile = "base.jsonl"\n')
    board = open_board(tmp_path)
    names = ("ref_response", "ref_reward", "ref_valid_reward", "reward_gap")
    assert columns(board, *names, run="run") == [("before", 0.5, 2.0, 0.5), (None, None, None, None)]
    assert described(board, "run").samples == 2
    assert described(board, "run").joined == [
        Joined(
            "reference",
            "run/base.jsonl",
            1,
            1,
            ("ref_response", "ref_reward", "ref_valid_reward", "ref_n_chars", "reward_gap"),
        )
    ]


def test_a_file_of_any_name_and_one_that_is_not_there(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "run" / "x.jsonl", [row(1, "p", 1.0, sample_id="s")])
    (tmp_path / "rlboard.toml").write_text(
        '[scores]\nfile = "out/scores.txt"\n[reference]\nfile = "no.jsonl"\n'
    )
    board = open_board(tmp_path)
    assert sorted(problems(board, "run")) == [("rlboard.toml", "no_file")] * 2
    write_rows(tmp_path / "out" / "scores.txt", [{"sample_id": "s", "rm": 0.25}])
    board.indexer.index_now()
    assert columns(board, "rm", run="run") == [(0.25,)]
    assert problems(board, "run") == [("rlboard.toml", "no_file")]
    append(tmp_path / "out" / "scores.txt", {"sample_id": "t", "rm": 1})
    append(tmp_path / "run" / "x.jsonl", row(2, "p", 1.0, sample_id="t"))
    board.indexer.index_now()
    assert columns(board, "rm", run="run") == [(0.25,), (1.0,)]


def test_what_was_taken_for_rollouts_becomes_a_reference(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "x.jsonl", [row(1, "p", 1.0)])
    write_rows(tmp_path / "base.jsonl", [{"prompt": "p", "response": "before", "reward": 0.5}])
    board = open_board(tmp_path)
    assert described(board).samples == 2
    (tmp_path / "rlboard.toml").write_text('[reference]\nfile = "base.jsonl"\n')
    board.indexer.index_now()
    assert described(board).samples == 1
    assert columns(board, "response", "ref_response") == [("p1", "before")]
    (tmp_path / "rlboard.toml").unlink()
    board.indexer.index_now()
    assert described(board).samples == 2
    assert described(board).joined == []


def test_another_run_is_the_reference(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    base = [row(5, "p", 9.0), row(3, "p", 0.25), row(3, "p", 0.5), row(4, "q", 1.0, split="eval")]
    write_rows(tmp_path / "base" / "x.jsonl", base)
    write_rows(tmp_path / "new" / "x.jsonl", [row(1, "p", 1.0), row(1, "q", 0.0), row(2, "r", 1.0)])
    (tmp_path / "new" / "rlboard.toml").write_text('[reference]\nrun = "../base"\n')
    board = open_board(tmp_path)
    names = ("ref_response", "ref_reward", "reward_gap")
    assert columns(board, *names, run="new") == [("p3", 0.25, 0.75), ("q4", 1.0, -1.0), (None, None, None)]
    joined = described(board, "new").joined
    assert joined == [
        Joined("reference", "base", 2, 1, ("ref_response", "ref_reward", "ref_n_chars", "reward_gap"))
    ]
    assert described(board, "base").joined == []
    append(tmp_path / "base" / "x.jsonl", row(2, "p", 0.75), row(7, "r", 2.0), row(8, "q", 3.0))
    board.indexer.index_now()
    assert columns(board, *names, run="new") == [("p2", 0.75, 0.25), ("q4", 1.0, -1.0), ("r7", 2.0, -1.0)]
    assert list(board.steps(StepsQuestion(Selection("new"))).metrics["reward_gap"].mean) == [-0.375, -1.0]
    (tmp_path / "base" / "x.jsonl").unlink()
    board.indexer.index_now()
    assert columns(board, *names[:1], run="new") == [(None,)] * 3
    (tmp_path / "new" / "rlboard.toml").write_text('[reference]\nrun = "../bass"\n')
    board.indexer.index_now()
    assert ("rlboard.toml", "no_run") in problems(board, "new")


def test_the_first_visit_of_each_prompt(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    rows = [row(step, prompt, step / 4) for step in (1, 2, 3) for prompt in "ppq"]
    rows += [row(step, "p", 0.0, split="eval") for step in (2, 3)]
    write_rows(tmp_path / "x.jsonl", rows)
    (tmp_path / "rlboard.toml").write_text("[reference]\nfirst_visit = true\n")
    board = open_board(tmp_path)
    assert columns(board, "ref_response", "reward_gap", step=1) == [(None, None)] * 3
    assert columns(board, "ref_response", "reward_gap", step=3) == [("p1", 0.5), ("p1", 0.5), ("q1", 0.5)]
    assert columns(board, "ref_response", "reward_gap", split="eval") == [(None, None), ("p2", 0.0)]
    assert described(board).joined[0].source == "first visit"
    assert list(board.steps(StepsQuestion(Selection("."))).metrics["reward_gap"].mean) == [None, 0.25, 0.5]
    append(tmp_path / "x.jsonl", row(4, "p", 1.0), row(4, "new", 1.0), row(5, "new", 1.5), row(0, "q", 2.0))
    board.indexer.index_now()
    assert columns(board, "reward_gap", step=4) == [(0.75,), (None,)]
    assert columns(board, "reward_gap", step=5) == [(0.5,)]
    assert columns(board, "ref_response", "reward_gap", step=1, attempt=1)[2] == ("q0", -1.75)


def test_the_first_visit_in_small_pieces(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_joins, "BATCH", 5)
    write_rows(tmp_path / "x.jsonl", [row(step, f"p{i}", step + i) for step in range(6) for i in range(7)])
    (tmp_path / "rlboard.toml").write_text("[reference]\nfirst_visit = true\n")
    board = open_board(tmp_path)
    assert columns(board, "reward_gap", step=5) == [(5.0,)] * 7
    append(tmp_path / "x.jsonl", *[row(6, f"p{i}", 6 + i) for i in range(7)])
    board.indexer.index_now()
    assert columns(board, "reward_gap", step=6) == [(6.0,)] * 7
    assert described(board).samples == len(columns(board, "line")) == 49
