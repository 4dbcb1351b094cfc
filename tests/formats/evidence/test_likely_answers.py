"""Of several texts that may be the response, the one that differs between the samples of a prompt is it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from understood import understood

from tensorboard_plugin_rlboard.formats.guessing.guess import Guess, guess_mapping


def guessed(answer: str, solution: str, prompts: int = 2, **more: Any) -> Guess:
    """A guess of eight rows; `{n}` in a text is the row's number, `{q}` that of its prompt."""
    rows = []
    for n in range(8):
        q = n * prompts // 8
        rows.append(
            {
                "problem": f"What is {q} + 1?",
                "solution": solution.format(n=n, q=q),
                "answer": answer.format(n=n, q=q),
                "score": n % 2,
                **more,
            }
        )
    return guess_mapping(rows)


@pytest.mark.parametrize(
    ("answer", "solution", "response"),
    [
        ("{q}", "I think it is {n}.", "solution"),
        ("{n}", "One adds one, so it is {q}.", "answer"),
        ("It must be {q}.", "{n}", "solution"),
    ],
)
def test_what_differs_between_the_samples_of_a_prompt_is_the_response(
    answer: str, solution: str, response: str
) -> None:
    found = guessed(answer, solution)
    other = ({"answer", "solution"} - {response}).pop()
    assert (found.keys["response"], found.keys["ground_truth"], found.doubt) == (response, other, "")
    assert found.alternatives["response"] == (other,)


def test_sentences_before_words_where_no_prompt_comes_twice_and_that_is_said() -> None:
    found = guessed("{q}", "I think it is {n}.", prompts=8)
    assert (found.keys["response"], found.keys["ground_truth"]) == ("solution", "answer")
    assert (
        found.doubt == "The response may be another text: solution was taken, and it may be answer as well."
    )


def test_two_texts_of_sentences_are_said() -> None:
    found = guessed("It is {n}.", "I think it is {n}.", prompts=8)
    assert found.keys["response"] == "answer"
    assert "answer was taken, and it may be solution as well" in found.doubt


def test_an_answer_in_sentences_beside_a_word_is_no_doubt() -> None:
    found = guessed("I think it is {n}.", "{q}", prompts=8)
    assert (found.keys["response"], found.keys["ground_truth"], found.doubt) == ("answer", "solution", "")


def test_rows_by_their_prompts_have_these(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    rows = {f"What is {q} + 1?": [{"response": f"r{q}{n}", "reward": n} for n in (0, 1)] for q in (0, 1)}
    path.write_text(json.dumps(rows), encoding="utf-8")
    mapping = understood(path).mapping
    assert mapping is not None
    assert mapping.keys["prompt"] == "member"
