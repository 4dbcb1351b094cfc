"""Settings, templates, ratings and comparisons of models are no rollouts, also where they have our words."""

from __future__ import annotations

from typing import Any

import pytest
from understood import Row

from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping
from tensorboard_plugin_rlboard.formats.native import NATIVE


def qa(n: int, **more: Any) -> Row:
    return {"prompt": f"What is {n}?", "response": f"It is {n}, of course.", **more}


RATED = [qa(n // 2, helpfulness=n % 5, correctness=4, coherence=3) for n in range(6)]
SETTINGS: list[Row] = [
    {"prompt": "You are", "response": "x", "reward": "accuracy", "step": 5},
    {
        "model": "m",
        "lr": 1e-6,
        "prompt": "Be kind.",
        "output": "runs/x",
        "score": 1,
        "total_steps": 10,
        "step": 0,
    },
    {"prompt": "q", "response": "boxed", "reward": 1.0, "max_tokens": 512, "temperature": 0.7},
]
TEMPLATES: list[list[Row]] = [
    [{"prompt": "Solve: {question}", "response": "{answer}", "score": 0.5, "max_tokens": 512}],
    [{"prompt": "Q: {{ q }}", "response": "A: {{ a }}.", "score": 1.0}] * 2,
    [{"name": "qa", "prompt": "Q", "response": "${answer}", "score": 1.0}] * 3,
]
COMPARED = [
    {
        "instruction": f"Tell me {n}.",
        "completions": [
            {"model": name, "response": f"Sure, {n}.", "overall_score": 7.5} for name in ("a", "b")
        ],
    }
    for n in range(3)
]


def reason(rows: list[Row]) -> str:
    """Why rows are none, however they are asked for."""
    is_native = NATIVE.recognise(rows[0])
    found = guess_mapping(rows, is_native=is_native)
    assert found.is_refused
    assert not found.keys
    return found.reason


@pytest.mark.parametrize("row", SETTINGS)
def test_settings(row: Row) -> None:
    assert reason([row]).startswith("It looks like settings")


@pytest.mark.parametrize("rows", TEMPLATES)
def test_templates(rows: list[Row]) -> None:
    assert reason(rows).startswith("It looks like templates")


def test_answers_that_were_rated() -> None:
    assert "its answers were rated (helpfulness, correctness, coherence)" in reason(RATED)


def test_answers_of_several_models() -> None:
    assert reason(COMPARED).startswith("It looks like answers of several models")


OPENED: dict[str, list[Row]] = {
    "ratings of a training": [{**row, "step": 1} for row in RATED],
    "ratings beside a reward": [{**row, "reward": 0.5} for row in RATED],
    "shares that are called like ratings": [qa(n, coherence=0.25, fluency=0.5) for n in range(4)],
    "a rating": [qa(n, rating=4) for n in range(4)],
    "a reward that is a tensor's text": [qa(1, step=1, reward="tensor(1.0)")],
    "a sample with what it was sampled by": [qa(1, reward=1.0, temperature=0.7, max_tokens=512)],
    "braces of LaTeX": [{"prompt": "Find x^{n}.", "response": "It is y_{n}.", "reward": 1.0}],
    "templates that a policy writes": [{"prompt": "{{a}}", "response": "{{b}}", "reward": 1.0, "step": 3}],
    "one model": [
        {
            "prompt": "q?",
            "completions": [{"model": "a", "response": f"Sure {n}.", "score": 1.0} for n in (0, 1)],
        }
    ],
    "models of a training": [{**row, "step": 3} for row in COMPARED],
}


@pytest.mark.parametrize("name", OPENED)
def test_others_are_opened(name: str) -> None:
    rows = OPENED[name]
    assert not guess_mapping(rows, is_native=NATIVE.recognise(rows[0])).is_refused


def test_scored_answers_of_which_one_was_chosen_are_a_training_s_only_with_a_step() -> None:
    compared = {"prompt": "q", "responses": ["a", "b"], "scores": [1, 2], "chosen": "b"}
    assert guess_mapping([compared] * 3).format is None
    assert guess_mapping([{"step": n, **compared} for n in range(3)]).format is not None
