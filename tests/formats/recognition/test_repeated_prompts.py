"""Responses that begin with their prompts: cut where that is safe, and said where their tokens may begin so as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from read_rows import read_folder
from understood import Row, written

from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

PROMPTS = ("What is one plus one?", "What is two plus two?")
SAID = (" It is 2.", " It is 4, I think.")
MASK = [0, 0, 0, 0, 0, 1, 1, 1]


def _rows(**more: Any) -> list[Row]:
    """Four samples whose responses hold both; a function makes a further value of prompt and answer."""
    pairs = list(zip(PROMPTS, SAID, strict=True)) * 2
    return [
        {"step": n, "prompt": prompt, "response": prompt + said, "reward": n % 2}
        | {name: value(prompt, said) if callable(value) else value for name, value in more.items()}
        for n, (prompt, said) in enumerate(pairs)
    ]


def _pieces(text: str) -> list[str]:
    """A text as tokens as a tokenizer stores them."""
    return [f"Ġ{word}" for word in text.split()]


def _responses(tmp_path: Path, rows: list[Row]) -> list[str]:
    written(tmp_path / "log.jsonl", rows)
    return [sample["response"] for sample in read_folder(tmp_path)[0]]


@pytest.mark.parametrize(
    "more",
    [{}, {"loss": 0.5}, {"response_tokens": lambda _, said: _pieces(said)}],
    ids=["nothing else", "a number", "tokens of the response"],
)
def test_what_repeats_its_prompt_is_cut_and_said(more: dict[str, Any], tmp_path: Path) -> None:
    rows = _rows(**more)
    guess = guess_mapping(rows, is_native=True)
    assert guess.keys["response"] == "response after prompt"
    assert guess.alternatives["response"] == ("response",)
    assert _responses(tmp_path, rows) == list(SAID) * 2


@pytest.mark.parametrize(
    "more",
    [
        {"response_tokens": lambda prompt, said: _pieces(prompt + said)},
        {"response_token_ids": [1, 2, 3]},
        {"logprobs": [-0.5, -0.5]},
    ],
    ids=["tokens of both", "ids", "values"],
)
def test_where_tokens_may_begin_with_the_prompt_that_is_said(more: dict[str, Any], tmp_path: Path) -> None:
    rows = _rows(**more)
    doubt = guess_mapping(rows, is_native=True).doubt
    assert doubt.startswith(
        "The responses under response begin with their prompts, and their tokens may as well: "
    )
    assert _responses(tmp_path, rows) == [row["response"] for row in rows]


def test_a_mask_says_which_tokens_count() -> None:
    rows = _rows(response_tokens=lambda prompt, said: _pieces(prompt + said)[:8], response_mask=MASK)
    assert guess_mapping(rows, is_native=True).doubt == ""


@pytest.mark.parametrize(
    "rows",
    [
        [row | {"prompt": "Count:", "response": f"Count: {n}"} for n, row in enumerate(_rows())],
        [row | {"response": SAID[n % 2]} if n else row for n, row in enumerate(_rows())],
        [row | {"response": row["prompt"]} for row in _rows()],
        _rows()[:1],
    ],
    ids=["a short prompt", "one of four", "nothing more", "one row"],
)
def test_what_may_repeat_its_prompt_by_chance_is_whole(rows: list[Row], tmp_path: Path) -> None:
    assert _responses(tmp_path, rows) == [row["response"] for row in rows]
