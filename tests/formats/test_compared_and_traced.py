"""Answers under letters, verdicts of several checkers, and traces of other programs: opened, or named with a remedy that works."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from repository import FORMATS
from understood import read, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.detect.sniff import sniff

ASKED = "What is 1 + 1, and why?"
PAIR = {"prompt": ASKED, "response_a": "It is 2.", "response_b": "It is 3."}
CHATS = {
    f"conversation_{letter}": [{"role": "user", "content": ASKED}, {"role": "assistant", "content": said}]
    for letter, said in (("a", "It is 2."), ("b", "It is 3."))
}
SPANS = [{"name": "predict", "attributes": {"mlflow.spanInputs": ASKED, "mlflow.spanOutputs": "It is 2."}}]
ASSESSED = [
    {"assessment_name": "expected", "expectation": {"value": "2"}},
    {"assessment_name": "correctness", "source": {"source_type": "CODE"}, "feedback": {"value": 0.5}},
]
JUDGED = [{"content": "It is 2.", "correctness": True}, {"content": "It is 3.", "correctness": False}]
Shown = list[tuple[str, float | None]]
BOTH: Shown = [("It is 2.", None), ("It is 3.", None)]
ONE: Shown = [("It is 2.", None)]
# What is no rollout log as it stands, and what its remedy opens: response and reward of each sample.
NAMED: dict[str, tuple[dict[str, Any], Shown]] = {
    "a winner": (PAIR | {"winner": "a"}, BOTH),
    "a safer answer": (
        {"prompt": ASKED, "response_0": "It is 2.", "response_1": "It is 3.", "better_response_id": 0},
        BOTH,
    ),
    "an overall preference": (
        {"context": ASKED, "response1": "It is 2.", "response2": "It is 3.", "overall_preference": -2},
        BOTH,
    ),
    "several models": ({"model_a": "x", "model_b": "y", **CHATS, "winner": "model_a"}, BOTH),
    "MLflow": ({"info": {"trace_id": "tr-1", "state": "OK"}, "data": {"spans": SPANS}}, ONE),
    "MLflow, with a score": (
        {"info": {"trace_id": "tr-1", "assessments": ASSESSED}, "data": {"spans": SPANS}},
        [("It is 2.", 0.5)],
    ),
    "Phoenix, a table": (
        {"context.span_id": "1", "attributes.input.value": ASKED, "attributes.output.value": "It is 2."},
        ONE,
    ),
    "Phoenix, flat attributes": (
        {"span_id": "1", "attributes": {"input.value": ASKED, "output.value": "It is 2."}},
        ONE,
    ),
    "Phoenix, nested attributes": (
        {"attributes": {"input": {"value": ASKED}, "output": {"value": "It is 2."}}},
        ONE,
    ),
    "SkyThought": (
        {"prompt": ASKED, "token_usages": {}, "responses": {"0.7": JUDGED, "1.0": JUDGED}},
        [("It is 2.", 1.0), ("It is 3.", 0.0)],
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_said_of_a_file_opens_it(
    name: str, tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    row, expected = NAMED[name]
    found, reason = sniff(str(written(tmp_path / "log.jsonl", [row] * 3)))
    assert found is None
    lines = re.findall(r'\w+ = "[^"]+"', reason)
    (tmp_path / "rlboard.toml").write_text("\n".join(["[mapping]", *lines]), encoding="utf-8")
    assert columns(open_board(tmp_path), "response", "reward") == expected * 3


@pytest.mark.parametrize(
    ("name", "rewards"), [("traces.jsonl", [0.0, 1.0]), ("traces.json", [None])], ids=["traces", "spans"]
)
def test_what_mlflow_has_written_is_opened_as_is_said(
    name: str, rewards: list[float | None], tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    """Files of mlflow-skinny 3.17.2: traces as `Trace.to_json` gives them, and the spans that its file store keeps."""
    copy = tmp_path / name
    copy.write_bytes((FORMATS / "look_alikes" / "mlflow" / name).read_bytes())
    found, reason = sniff(str(copy))
    assert found is None
    (tmp_path / "rlboard.toml").write_text("\n".join(["[mapping]", *re.findall(r'\w+ = "[^"]+"', reason)]))
    board = open_board(tmp_path)
    assert [reward for (reward,) in columns(board, "reward")] == rewards
    prompt, response = columns(board, "prompt", "response")[0]
    assert (prompt, response) == ("0+1?", "It is 0+1?.")


CALL = {"model": "m", "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": ASKED}]}
ANSWER = {"role": "assistant", "content": "It is 2."}


@pytest.mark.parametrize(
    ("asked", "answered", "prompt"),
    [
        (CALL, {"id": "1", "choices": [{"index": 0, "message": ANSWER}]}, f"system: s\n\nuser: {ASKED}"),
        (CALL, ANSWER, f"system: s\n\nuser: {ASKED}"),
        ({"question": ASKED}, "It is 2.", ASKED),
        ({"a": ASKED, "b": 1}, "It is 2.", json.dumps({"a": ASKED, "b": 1})),
    ],
)
def test_what_is_said_in_mlflows_spans_is_shown(
    asked: object, answered: object, prompt: str, tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    attributes = {"mlflow.spanInputs": json.dumps(asked), "mlflow.spanOutputs": json.dumps(answered)}
    row = {"info": {"trace_id": "tr-1"}, "data": {"spans": [{"attributes": attributes}]}}
    _, reason = sniff(str(written(tmp_path / "log.jsonl", [row])))
    (tmp_path / "rlboard.toml").write_text("\n".join(["[mapping]", *re.findall(r'\w+ = "[^"]+"', reason)]))
    assert columns(open_board(tmp_path), "prompt", "response") == [(prompt, "It is 2.")]


@pytest.mark.parametrize(
    "keys",
    [
        ("response_a", "response_b", "reward_a", "reward_b"),
        ("responseA", "responseB", "rewardA", "rewardB"),
        ("a_completion", "b_completion", "a_score", "b_score"),
        ("output A", "output B", "score A", "score B"),
    ],
)
def test_responses_under_letters_are_samples(tmp_path: Path, keys: tuple[str, ...]) -> None:
    rows = [
        {"step": n, "prompt": ASKED, **dict(zip(keys, ("x y", "z", 0.5, 1), strict=True))} for n in (0, 1)
    ]
    assert read(tmp_path, rows, "step", "response", "reward") == [
        *((0, "x y", 0.5), (0, "z", 1.0)),
        *((1, "x y", 0.5), (1, "z", 1.0)),
    ]


def test_letters_of_choices_are_no_responses(tmp_path: Path) -> None:
    choices = {f"answer_{letter}": f"choice {letter}" for letter in "abcd"}
    rows = [{"step": n, "question": ASKED, **choices, "output": f"It is {n}.", "score": n} for n in (0, 1)]
    assert read(tmp_path, rows, "response", "reward") == [("It is 0.", 0.0), ("It is 1.", 1.0)]


def _checked(**verdicts: Any) -> list[dict[str, Any]]:
    row = {"problem": ASKED, "generations": ["It is 2.", "It is 3."], "is_reasoning_complete": [True, True]}
    return [{**row, "correctness_count": 1, **verdicts}] * 3


def test_a_checkers_verdict_on_each_answer_is_its_reward(tmp_path: Path) -> None:
    rows = _checked(correctness_math_verify=[True, False], correctness_llama=None)
    assert (
        read(tmp_path, rows, "response", "reward", "is_reasoning_complete")
        == [
            ("It is 2.", 1.0, 1.0),
            ("It is 3.", 0.0, 1.0),
        ]
        * 3
    )


def test_verdicts_of_two_checkers_are_said(tmp_path: Path) -> None:
    path = written(
        tmp_path / "log.jsonl",
        _checked(correctness_math_verify=[True, False], correctness_llama=[True, True]),
    )
    found, _ = sniff(str(path))
    assert found is not None
    assert found.mapping is not None
    assert found.mapping.doubt == (
        "The reward may be another one: correctness_math_verify[] was taken, correctness_llama[] would do as well."
    )


@pytest.mark.parametrize("key", ["final_answer_correct", "is_answer_correct", "correct_math"])
def test_a_truth_value_about_the_answer_is_the_reward(tmp_path: Path, key: str) -> None:
    rows = [{"prompt": ASKED, "response": f"It is {n}.", key: n == 2} for n in (2, 3)]
    assert read(tmp_path, [json.dumps(row) for row in rows], "reward") == [(1.0,), (0.0,)]


@pytest.mark.parametrize("key", ["correct_format", "correct_language", "num_correct"])
def test_a_truth_value_about_something_else_is_none(tmp_path: Path, key: str) -> None:
    rows = [{"step": n, "prompt": ASKED, "response": f"It is {n}.", key: n == 2} for n in (2, 3)]
    assert read(tmp_path, rows, "reward", key) == [(None, 1.0), (None, 0.0)]


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (
            {"q": "what is it?", "cands": [{"say": "it is that", "mark": 1}, {"say": "or this"}]},
            "cands[].say",
        ),
        ({"q": "what?", "tries": ["it is that", "or this one"]}, "tries[]"),
        (
            {"level": "INFO", "message": "it ran", "extra": {"prompt": "a b c", "response": "a b"}},
            "extra.response",
        ),
        ({"q": "what is it?", "inner": {"said": "it is that, and more"}}, "inner.said"),
    ],
)
def test_rows_without_a_word_for_a_response_are_named_with_their_longest_texts(
    row: dict[str, Any], path: str, tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    found, reason = sniff(str(written(tmp_path / "log.jsonl", [row] * 3)))
    assert found is None
    (line,) = re.findall(r'response = "[^"]+"', reason)
    assert line == f'response = "{path}"'
    (tmp_path / "rlboard.toml").write_text(f"[mapping]\n{line}\n", encoding="utf-8")
    assert all(text and " " in text for (text,) in columns(open_board(tmp_path), "response"))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"prompt": "q", "all_responses": ["a b", "c"], "all_rewards": [0.5, 1], "best_reward": 1},
            [("a b", 0.5), ("c", 1)],
        ),
        (
            {"prompt": "q", "student_response": "a b", "student_reward": 0.5, "teacher_reward": 1},
            [("a b", 0.5)],
        ),
        (
            {"prompt": "q", "completion": "a b", "reward_names": ["x", "y"], "reward_values": [1, 0.5]},
            [("a b", 1.5)],
        ),
    ],
)
def test_further_words(row: dict[str, Any], expected: Shown, tmp_path: Path) -> None:
    rows = [{"step": step, **row} for step in range(3)]
    assert read(tmp_path, rows, "response", "reward") == expected * 3
