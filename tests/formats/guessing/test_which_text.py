"""Which of several texts is the response, and which the prompt: the whole one, not the word that was taken out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from understood import Row, read

from tensorboard_plugin_rlboard.formats.evidence.value_types import is_prose
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

WHOLE = ["First I add 12 and 30, so it is 42.", "I guess that it may be 40.", "It is 42, as 12 + 30 says."]
CHAT = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "How can I help?"}]


def rows(**keys: Any) -> list[Row]:
    """Rows of one prompt; a value that is a list has one entry for each of them."""
    made = [
        {name: value[n] if isinstance(value, list) else value for name, value in keys.items()}
        for n in range(3)
    ]
    return [
        {"step": 7, "question": "What is 12 + 30?", **row, "score": float(n)} for n, row in enumerate(made)
    ]


RESPONSES: dict[str, tuple[list[Row], str]] = {
    "what was printed": (rows(output="42\n", generation=WHOLE), "generation"),
    "what was extracted": (rows(prediction="42", raw_output=WHOLE), "raw_output"),
    "an answer beside the whole": (rows(model_answer="42", model_full_response=WHOLE), "model_full_response"),
    "an identifier": (rows(rollout=["r-1", "r-2", "r-3"], text=WHOLE), "text"),
    "a name": (rows(assistant="math-tutor", reply=WHOLE), "reply"),
    "short answers alone": (rows(completion=["42", "40", "42"], solution=WHOLE), "completion"),
    "a text of prompt and response": (
        rows(completion=["42", "40", "42"], text=[f"What is 12 + 30? {one}" for one in WHOLE]),
        "completion",
    ),
    "sentences both": (rows(response=WHOLE, raw_output=[f"{one} And so on." for one in WHOLE]), "response"),
    "a reference": (rows(completion=["42", "40", "42"], reference_response=WHOLE), "completion"),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_response(name: str) -> None:
    given, path = RESPONSES[name]
    assert guess_mapping(given).keys["response"] == path


def test_list_of_responses_counts_before_an_answer_beside_it(tmp_path: Path) -> None:
    row = {"question": "q", "answer": "42", "code": ["It is 42."], "pred": ["42"], "score": [True]}
    assert read(tmp_path, [row], "response", "reward") == [("It is 42.", 1.0)]


@pytest.mark.parametrize(
    "beside", [{"history": CHAT}, {"chat_history": CHAT}, {"messages": [CHAT[0]]}, {"messages": CHAT[:1] * 2}]
)
def test_conversation_that_comes_before_is_no_response(beside: Row, tmp_path: Path) -> None:
    found = read(tmp_path, [{**row, **beside} for row in rows(reply=WHOLE)], "prompt", "response", "reward")
    assert found == [("What is 12 + 30?", text, float(n)) for n, text in enumerate(WHOLE)]


def test_messages_without_an_answer_are_the_prompt(tmp_path: Path) -> None:
    row = {"step": 7, "messages": [CHAT[0]], "content": WHOLE[0], "reward": 1.0}
    assert read(tmp_path, [row], "prompt", "response") == [("Hi", WHOLE[0])]


def test_conversation_that_holds_the_prompt_counts_before_an_answer(tmp_path: Path) -> None:
    row = {"step": 7, "question": "Hi", "history": CHAT, "answer": "a gold one", "reward": 1.0}
    assert read(tmp_path, [row], "prompt", "response") == [("Hi", "How can I help?")]


@pytest.mark.parametrize("key", ["request", "problem"])
def test_name_of_a_problem_is_no_prompt(key: str, tmp_path: Path) -> None:
    row = {"step": 7, key: "amc12-1", "messages": CHAT, "score": 1.0}
    assert read(tmp_path, [row], "prompt", "response") == [("Hi", "How can I help?")]


def test_context_is_a_prompt_only_without_a_question() -> None:
    row = {"step": 7, "context": "A passage.", "sample": {"question": "q?", "completion": "c"}, "score": 1.0}
    assert guess_mapping([row]).keys["prompt"] == "sample.question"
    without = {**row, "sample": {"completion": "c"}}
    assert guess_mapping([without]).keys["prompt"] == "context"


PARTS: dict[str, Row] = {
    "results": {"code": WHOLE, "results": [[{"input": "1", "output": "2", "passed": True}] * 2] * 3},
    "choices": {
        "reply": WHOLE,
        "choices": [[{"label": "A", "text": "Paris"}, {"label": "B", "text": "Rome"}]] * 3,
    },
    "samples": {"solution": WHOLE, "samples": [[{"input": "1+1", "output": "2"}] * 2] * 3},
    "items": {"answer": WHOLE, "items": [[{"text": "doc one", "score": 0.5}] * 2] * 3},
    "answers": {"text": WHOLE, "answers": [["Paris", "Rome"]] * 3, "scores": [[0.2, 0.8]] * 3},
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_of_a_task_are_no_rollouts_where_the_row_has_the_reward(name: str, tmp_path: Path) -> None:
    given = [{**row, "reward": float(n)} for n, row in enumerate(rows(**PARTS[name]))]
    for row in given:
        del row["score"]
    assert read(tmp_path, given, "response", "reward") == [(text, float(n)) for n, text in enumerate(WHOLE)]


def test_rollouts_stay_rollouts_beside_a_mean_reward(tmp_path: Path) -> None:
    members = [{"response": "a", "reward": 1.0}, {"response": "b", "reward": 0.0}]
    row = {"question": "q", "answer": "gold", "reward": 0.5, "rollouts": members}
    assert read(tmp_path, [row], "response", "reward") == [("a", 1.0), ("b", 0.0)]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        *(("outputs/step_0.jsonl", False), ("/ckpt/step_0", False), ("./a/b", False), ("C:\\a/b", False)),
        *(("1/2", True), ("x/y", True), ("4", True), ("and/or", True), ("see /data/a for more", True)),
        *(("/", True), ("", True), ("3.14", True), ("a.b", True), (4, False), ("/" * 5000, True)),
    ],
)
def test_path_of_a_file_is_nothing_said(text: object, is_one: bool) -> None:
    assert is_prose(text) is is_one


def test_text_that_begins_with_the_prompt_is_cut_and_that_is_said(tmp_path: Path) -> None:
    given = [
        {"question": f"q{n}: what is {n}?", "text": f"q{n}: what is {n}? It is {n}.", "score": n}
        for n in range(3)
    ]
    found = guess_mapping(given)
    assert found.keys["response"] == "text after question"
    assert "text after question → response" in found.reason
    assert read(tmp_path, given, "response") == [(" It is 0.",), (" It is 1.",), (" It is 2.",)]
    later = [*given, {"question": "q", "text": "another text", "score": 1}]
    assert read(tmp_path, later[:1] + later[3:], "response")[-1] == ("another text",)


def test_texts_of_a_row_are_cut_as_well(tmp_path: Path) -> None:
    listed = {"prompt": "What is it?", "outputs": ["What is it? 1", "What is it? 2"], "rewards": [0.0, 1.0]}
    assert read(tmp_path, [listed], "response", "reward") == [(" 1", 0.0), (" 2", 1.0)]
    group = {"prompt": "What is it?", "rollouts": [{"text": "What is it? 1", "reward": 0.5}]}
    assert read(tmp_path, [group], "response", "reward") == [(" 1", 0.5)]


@pytest.mark.parametrize(
    "given",
    [
        {"prompt": "q", "text": "quite another one", "score": 1.0},  # by chance
        {"prompt": "What is it?", "text": "It is what it is.", "score": 1.0},
        {"prompt": "What is it?", "response": "What is it? It is.", "score": 1.0},  # our own word
    ],
)
def test_other_texts_are_not_cut(given: Row) -> None:
    assert guess_mapping([given]).keys["response"] in {"text", "response"}


def test_prompt_is_cut_only_where_every_text_begins_with_it() -> None:
    given = [
        {"prompt": "What is it?", "text": f"{start} It is.", "score": 1.0} for start in ("What is it?", "So:")
    ]
    assert guess_mapping(given).keys["response"] == "text"


@pytest.mark.parametrize(
    ("first", "second"), [("instruction", "input"), ("prompt", "question"), ("指令", "输入")]
)
def test_what_is_asked_is_the_prompt_and_not_the_instruction_for_all_of_it(
    first: str, second: str, tmp_path: Path
) -> None:
    """Else the answers to different questions would be one group."""
    rows = [
        {"step": 1, first: "Translate it.", second: f"word {n // 2}", "output": f"Wort {n}", "reward": n}
        for n in range(4)
    ]
    assert read(tmp_path, rows, "prompt", "response") == [(f"word {n // 2}", f"Wort {n}") for n in range(4)]
    assert guess_mapping(rows).alternatives["prompt"] == (first,)


def test_an_instruction_whose_inputs_are_empty_is_the_prompt(tmp_path: Path) -> None:
    rows = [
        {"step": 1, "instruction": f"Do {n // 2}.", "input": "", "output": f"done {n}", "reward": n}
        for n in range(4)
    ]
    assert read(tmp_path, rows, "prompt") == [(f"Do {n // 2}.",) for n in range(4)]


@pytest.mark.parametrize(
    ("key", "is_prompt"),
    [
        *((key, True) for key in ("the question", "user_q.question", "dataset/question", "my_prompt")),
        *((key, False) for key in ("system_prompt", "judge prompt", "question_type", "problem source")),
    ],
)
def test_a_key_that_ends_like_a_prompt_is_one(key: str, is_prompt: bool) -> None:
    found = [{"step": n, key: f"What is {n} + 1?", "output": WHOLE[n], "score": n} for n in range(3)]
    assert guess_mapping(found).keys.get("prompt") == (key if is_prompt else None)


def test_an_answer_that_is_one_message_with_more_beside_it_is_the_response(tmp_path: Path) -> None:
    """As Anthropic's API answers, beside the conversation that was asked."""
    rows = [
        {
            "step": n,
            "messages": [{"role": "user", "content": f"why {n}?"}],
            "completion": {
                "role": "assistant",
                "content": [{"type": "text", "text": f"so {n}"}],
                "stop_reason": "end_turn",
            },
            "reward": n,
        }
        for n in range(3)
    ]
    assert read(tmp_path, rows, "prompt", "response", "reward") == [
        (f"why {n}?", f"so {n}", float(n)) for n in range(3)
    ]


def test_a_chain_of_thought_is_the_response_where_nothing_else_is(tmp_path: Path) -> None:
    rows = [
        {"step": n, "question": f"why {n}?", "thinking": f"let me see, {n}", "final_answer": "4", "reward": n}
        for n in range(3)
    ]
    assert read(tmp_path, rows, "response") == [(f"let me see, {n}",) for n in range(3)]


@pytest.mark.parametrize("key", ["raw_response", "full_response", "policy_output_text"])
def test_a_whole_response_beside_what_was_taken_out_of_it_is_the_response(key: str) -> None:
    rows = [
        {"step": n, "prompt": "q", key: f"It is {n}.", "parsed_answer": str(n), "reward": n} for n in range(3)
    ]
    assert guess_mapping(rows).keys["response"] == key
