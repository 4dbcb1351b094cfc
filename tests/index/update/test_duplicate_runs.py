"""Runs that hold the same samples: a trainer's dump beside what a hook logged, and what only looks alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from rollout_log import append

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns
from tensorboard_plugin_rlboard.index.update import duplicate_runs

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def response(step: int, at: int, seed: str = "") -> str:
    return f"The answer {seed} of step {step} is number {at * 7}."


def hooked(steps: Iterable[int], samples: int = 4, seed: str = "", tail: str = "") -> list[dict[str, Any]]:
    """Rows as our own writer makes them, with token data."""
    return [
        {
            "step": step,
            "prompt": f"<|im_start|>user\nWhat is {at}?<|im_end|>\n<|im_start|>assistant\n",
            "response": response(step, at, seed) + tail,
            "reward": 0.25,
            "response_tokens": ["a", "b"],
            "logprobs": [-0.5, -0.25],
        }
        for step in steps
        for at in range(samples)
    ]


def dumped(steps: Iterable[int], samples: int = 4, seed: str = "") -> list[dict[str, Any]]:
    """Rows as TRL's completions have them."""
    return [
        {
            "step": step,
            "prompt": f"What is {at}?",
            "completion": response(step, at, seed),
            "format_reward": 0.5,
            "digit_reward": 0.5,
            "advantage": 0.0,
        }
        for step in steps
        for at in range(samples)
    ]


def same_as(board: Board) -> dict[str, str]:
    return {run.run: run.same_as for run in board.runs(TensorBoardRuns()).runs}


def notices(board: Board, name: str) -> dict[str, str]:
    (run,) = [run for run in board.runs(TensorBoardRuns()).runs if run.run == name]
    return {notice.kind: notice.text for notice in run.notices}


def test_a_dump_beside_the_hook_is_the_same_training(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "out" / "completions" / "c.jsonl", dumped(range(2, 12, 2)))
    write_rows(
        tmp_path / "out" / "rlboard" / "rollouts.rank_0.jsonl", hooked(range(1, 12), tail="<|im_end|>\n")
    )
    board = open_board(tmp_path)
    assert same_as(board) == {"out/completions": "out/rlboard", "out/rlboard": ""}
    told = notices(board, "out/completions")
    assert told["same_samples"] == (
        "out/rlboard holds the same samples as this run; this one has no token data, so the list of runs leaves it out."
    )
    assert told["summed_reward_functions"].startswith(
        "Of several reward functions the reward is the plain sum"
    )
    assert notices(board, "out/rlboard") == {
        "same_samples_elsewhere": "out/completions holds the same samples as this run; that one has no token data, so "
        "the list of runs leaves it out."
    }


@pytest.mark.parametrize(
    ("dump", "hook"),
    [
        pytest.param(dumped([1, 2, 3]), hooked([1, 2, 3], seed="other"), id="other responses"),
        pytest.param(
            dumped([1, 2, 3]),
            [*hooked([1]), *hooked([2, 3], seed="other")],
            id="the same before the first update",
        ),
        pytest.param(dumped([1]), hooked([1]), id="one step cannot tell"),
        pytest.param(dumped([1, 2]), hooked([3, 4]), id="no step in common"),
        pytest.param(dumped([1, 2], samples=1), hooked([1, 2], samples=1), id="too few responses"),
        pytest.param(
            [{**row, "completion": "yes"} for row in dumped([1, 2, 3])],
            [{**row, "response": "yes"} for row in hooked([1, 2, 3])],
            id="short answers",
        ),
        pytest.param(
            dumped([1, 2]),
            [{**row, "prompt": "Translate into French"} for row in hooked([1, 2])],
            id="other prompts",
        ),
        pytest.param(
            dumped([1, 2]), [{**row, "split": "eval"} for row in hooked([1, 2])], id="an evaluation is none"
        ),
    ],
)
def test_what_only_looks_alike_stays_two_runs(
    tmp_path: Path, open_board: Open, write_rows: Write, dump: list[Any], hook: list[Any]
) -> None:
    write_rows(tmp_path / "completions" / "c.jsonl", dump)
    write_rows(tmp_path / "rollouts" / "rollouts.rank_0.jsonl", hook)
    assert set(same_as(open_board(tmp_path)).values()) == {""}


def test_two_dumps_two_copies_and_folders_far_apart_are_left_alone(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    for name in ("a", "b"):
        write_rows(tmp_path / "copies" / name / "rollouts.rank_0.jsonl", hooked([1, 2]))
    write_rows(tmp_path / "dumps" / "completions" / "c.jsonl", dumped([1, 2]))
    write_rows(tmp_path / "dumps" / "other" / "r.jsonl", hooked([1, 2]))
    write_rows(tmp_path / "far" / "away" / "c.jsonl", dumped([1, 2]))
    assert set(same_as(open_board(tmp_path)).values()) == {""}


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("out/completions", "out/rlboard", True),
        ("out/completions", "out", True),
        ("completions", ".", True),
        ("exp/out/completions", "exp/rollouts", True),
        ("one/completions", "two/rollouts", False),
        ("a/b/c/d", "a", False),
    ],
)
def test_which_folders_lie_near(one: str, other: str, near: bool) -> None:
    assert duplicate_runs._lie_near(one, other) is near
    assert duplicate_runs._lie_near(other, one) is near


def test_a_training_that_goes_another_way_is_two_runs_again(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    dump = write_rows(tmp_path / "completions" / "c.jsonl", dumped([1, 2]))
    hook = write_rows(tmp_path / "rollouts" / "rollouts.rank_0.jsonl", hooked([1, 2]))
    board = open_board(tmp_path)
    assert same_as(board)["completions"] == "rollouts"
    append(dump, *dumped([3, 4], seed="x"))
    append(hook, *hooked([3, 4]))
    board.indexer.index_now()
    assert same_as(board)["completions"] == ""


def test_what_is_decided_is_not_asked_again(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "completions" / "c.jsonl", dumped(range(1, 9)))
    write_rows(tmp_path / "rollouts" / "rollouts.rank_0.jsonl", hooked(range(1, 9)))
    board = open_board(tmp_path)
    monkeypatch.setattr(duplicate_runs.DuplicateRuns, "_responses", lambda *_: pytest.fail("asked again"))
    board.indexer.index_now()
    assert same_as(board)["completions"] == "rollouts"
