"""Rows of somebody's own that have a trainer's keys are understood by their words: their step, their split, their reward."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from understood import read, understood, written

TEXTS = {"prompt": "q", "completion": "a b"}
OWN: dict[str, dict[str, Any]] = {
    "verl, with another reward": {"input": "q", "output": "a b", "score": 1, "step": 7, "reward": 0.25},
    "verl, with nothing yet": {"input": "q", "output": "a b", "score": 0, "step": 7, "reward": 0.0},
    "verifiers, with an iteration": {**TEXTS, "example_id": 3, "reward": 0.25, "iteration": 7},
    "verifiers, with a path": {**TEXTS, "example_id": 3, "reward": 0.25, "train/step": 7},
    "AReaL, with a step": {**TEXTS, "task_id": 3, "tail_version": 2, "reward": 0.25, "step": 7},
    "OpenCompass, with a score": {"origin_prompt": "q", "prediction": "a b", "score": 0.25, "iter": 7},
    "ms-swift, with a total": {**TEXTS, "gen_step": 7, "total_reward": 0.25, "accuracy": 1.0, "format": 0.5},
    "slime, with tokens as texts": {
        "step": 7,
        "prompt": "q",
        "response": "a b",
        "reward": 0.25,
        "group_index": 0,
        "tokens": ["a", " b"],
        "response_length": 2,
    },
    "TRL, with a measure": {"step": 7, **TEXTS, "reward": 0.25, "temperature": 0.7, "advantage": 0.1},
    "TRL, with a measure beside a score": {
        "step": 7,
        **TEXTS,
        "score": 0.25,
        "kl_mean": 0.7,
        "advantage": 0.1,
    },
}


@pytest.mark.parametrize("name", OWN)
def test_rows_with_a_trainers_keys_are_read_by_their_words(name: str, tmp_path: Path) -> None:
    row = OWN[name]
    found = understood(written(tmp_path / "log.jsonl", [row, row]))
    assert found.name in {"mapping", "native"}
    assert not found.path_defaults(PurePosixPath("log.jsonl")).split
    ((reward, step), _) = read(tmp_path, [row, row], "reward", "step")
    assert (reward, step) == (0.0 if name.endswith("yet") else 0.25, 7)


def test_inspects_scores_are_objects(tmp_path: Path) -> None:
    row = {"epoch": 1, "input": "q", "target": "3", "output": {"completion": "a b"}}
    own = understood(written(tmp_path / "own.jsonl", [{**row, "scores": {"acc": 1}}]))
    theirs = understood(written(tmp_path / "theirs.jsonl", [{**row, "scores": {"acc": {"value": "C"}}}]))
    assert (own.name, theirs.name) == ("mapping", "inspect")
