"""Rows in a trainer's words with a step that somebody has written beside them: the step counts, and no evaluation is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import columns, problems
from guessed_rows import CHAT
from understood import Row, written

from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping
from tensorboard_plugin_rlboard.formats.registry import recognise

TRAINERS: dict[str, Row] = {
    "art": {"messages": CHAT, "reward": 1.0, "metrics": {}, "metadata": {}},
    "miles": {"messages": CHAT, "sample_index": 0, "group_index": 0, "status": "completed"},
    "atropos": {"tokens": [[1, 2, 3]], "masks": [[-100, 2, 3]], "scores": [1.0]},
    "orz": {"sequences": [[1, 2, 3]], "action_log_probs": [[-0.1, -0.2]], "num_actions": 2},
    "tunix": {"conversation_text": str(CHAT), "trajectory_reward": 1.0},
}
EVALUATIONS: dict[str, Row] = {
    "verifiers-legacy": {"example_id": 0, "prompt": "why?", "completion": "so", "reward": 1.0},
    "opencompass": {"origin_prompt": "why?", "prediction": "so it is", "correct": True},
}


@pytest.mark.parametrize("key", ["step", "global_step"])
@pytest.mark.parametrize("name", [name for name in TRAINERS if name != "atropos"])
def test_the_step_of_a_row_counts(name: str, key: str, tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", [{key: n, **TRAINERS[name]} for n in (3, 4)])
    board = open_board(tmp_path)
    assert board.runs().runs[0].formats == [name]
    assert columns(board, "step") == [(3,), (4,)]


@pytest.mark.parametrize("name", TRAINERS)
def test_the_split_of_a_row_counts(name: str, tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", [{"split": split, **TRAINERS[name]} for split in ("train", "val", "x y")])
    board = open_board(tmp_path)
    assert [len(columns(board, "step", split=split)) for split in ("train", "eval")] == [2, 1]


def test_the_step_of_a_group_counts(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", [{"step": n, **TRAINERS["atropos"]} for n in (3, 4)])
    assert columns(open_board(tmp_path), "step") == [(3,), (4,)]


def test_a_step_that_is_none_does_not_count(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", [{"step": step, **TRAINERS["art"]} for step in (True, "x", None)])
    assert columns(open_board(tmp_path), "step") == [(0,)] * 3


@pytest.mark.parametrize("key", ["step", "global_step"])
@pytest.mark.parametrize("name", EVALUATIONS)
def test_a_training_in_the_words_of_an_evaluation_is_a_training(
    name: str, key: str, tmp_path: Path, open_board: Any
) -> None:
    found = recognise(EVALUATIONS[name])
    assert found is not None
    assert found.name == name
    written(tmp_path / "log.jsonl", [{key: n, **EVALUATIONS[name]} for n in (3, 4, 5)])
    board = open_board(tmp_path)
    assert board.runs().runs[0].splits == ["train"]
    assert columns(board, "step", "reward") == [(n, 1.0) for n in (3, 4, 5)]


def test_a_step_within_an_identifier_is_none_of_the_training(tmp_path: Path, open_board: Any) -> None:
    rows = [
        {
            "eid": {"batch": 7, "task": 0, "run": run, "step": 0},
            "prompt_text": "p",
            "response_text": f"r{run}",
            "reward": run,
        }
        for run in range(2)
    ]
    written(tmp_path / "log.jsonl", rows)
    board = open_board(tmp_path)
    assert columns(board, "response", "reward") == [("r0", 0.0), ("r1", 1.0)]
    assert {kind for _, _, kind in problems(board)} == {"no_step"}


def test_a_key_that_is_called_like_a_step_is_taken_and_said() -> None:
    rows = [
        {"prompt": f"p{n // 2}", "output": f"so {n}", "score": n % 2, "grad_step": n // 2} for n in range(4)
    ]
    guess = guess_mapping(rows)
    assert guess.keys["step"] == "grad_step"
    assert guess.doubt == "The step is a guess: grad_step was taken, because nothing else is called like one."


@pytest.mark.parametrize(
    "name", ["num_steps", "turn_step", "env_steps_used", "max_step", "warmup_step", "timestep_s"]
)
def test_a_count_of_other_steps_is_none(name: str) -> None:
    rows = [{"prompt": f"p{n // 2}", "output": f"so {n}", "score": n % 2, name: n // 2} for n in range(4)]
    assert "step" not in guess_mapping(rows).keys


def test_an_epoch_that_never_changes_beside_a_number_that_rises_is_doubted() -> None:
    rows = [
        {"prompt": f"p{n // 2}", "output": f"so {n}", "score": n % 2, "epoch": 0, "batch": n // 2}
        for n in range(4)
    ]
    guess = guess_mapping(rows)
    assert guess.keys["step"] == "epoch"
    assert guess.doubt.endswith("epoch was taken, which never changes; another number that goes up is batch.")
    for row in rows:
        row["epoch"] = row["batch"]
    assert guess_mapping(rows).doubt == ""
