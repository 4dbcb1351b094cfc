"""Prompt and response in one text, as a chat template or plain words write them: split where the response begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import columns, reasons
from understood import read, understood, written

from tensorboard_plugin_rlboard.board.board import Board

ASKED = {
    "ChatML": "<|im_start|>system\nBe short.<|im_end|>\n<|im_start|>user\nq{}<|im_end|>\n<|im_start|>assistant\n",
    "Llama": "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nq{}<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "Gemma": "<bos><start_of_turn>user\nq{}<end_of_turn>\n<start_of_turn>model\n",
    "DeepSeek": "<｜begin▁of▁sentence｜><｜User｜>q{}<｜Assistant｜>",
    "Llama 2": "<s>[INST] q{} [/INST]",
}


@pytest.mark.parametrize("template", ASKED)
def test_prompt_and_response_are_told_apart(
    template: str, tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    asked = ASKED[template]
    rows = [{"step": 1, "sequences_str": f"{asked.format(i // 2)}a{i}", "score": i / 4} for i in range(4)]
    written(tmp_path / "log.jsonl", rows)
    board = open_board(tmp_path)
    assert columns(board, "prompt", "response", "reward") == [
        (asked.format(i // 2), f"a{i}", i / 4) for i in range(4)
    ]
    assert reasons(board) == []
    # Two answers to one prompt are a group: (0 + 0.25) / 2.
    assert columns(board, "group_mean")[0] == (0.125,)


def test_all_answers_of_several_turns_are_the_response(tmp_path: Path) -> None:
    asked = ASKED["ChatML"].format(0)
    said = "look<|im_end|>\n<|im_start|>user\nfound<|im_end|>\n<|im_start|>assistant\nit"
    rows = [{"global_step": 1, "text": asked + said, "reward": 0.5}] * 2
    assert read(tmp_path, rows, "prompt", "response") == [(asked, said)] * 2


def test_entries_of_a_group_are_told_apart(tmp_path: Path) -> None:
    asked = ASKED["ChatML"].format(0)
    rows = [{"step": 1, "outputs": [f"{asked}a", f"{asked}b"], "rewards": [0.0, 1.0]}] * 2
    assert read(tmp_path, rows, "prompt", "response", "reward") == [(asked, "a", 0.0), (asked, "b", 1.0)] * 2


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "q", "output": ASKED["ChatML"] + "a"},
        {"output": "a<|im_end|>\n<|im_start|>user\nmore<|im_end|>\n<|im_start|>assistant\nb"},
        {"response": "User: q\nAssistant: a"},
    ],
)
def test_a_response_that_holds_no_prompt_stays_whole(row: dict[str, str], tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", [{"step": 1, "reward": 0.5, **row}] * 2)
    mapping = understood(path).mapping
    assert mapping is None or mapping.keys.get("prompt") != mapping.keys["response"]


def test_a_text_without_an_answer_is_a_response_without_prompt(
    tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    asked = ASKED["ChatML"].format(0)
    rows = [{"step": 1, "output": f"{asked}a", "score": 0.5}, {"step": 1, "output": "no chat", "score": 0.0}]
    written(tmp_path / "log.jsonl", rows)
    toml = '[mapping]\nprompt = "output"\nresponse = "output"\nreward = "score"\nstep = "step"\n'
    (tmp_path / "rlboard.toml").write_text(toml, encoding="utf-8")
    assert columns(open_board(tmp_path), "prompt", "response") == [(asked, "a"), (None, "no chat")]


_R1_ZERO = "A conversation between User and Assistant. The Assistant thinks first.\nUser: {}\nAssistant: "


@pytest.mark.parametrize(
    "asked",
    [
        "User: {}\n\nAssistant: ",
        "\n\nHuman: {}\n\nAssistant: ",
        "A chat between a curious user and an assistant. USER: {} ASSISTANT: ",
        "Below is an instruction.\n\n### Instruction:\n{}\n\n### Response:\n",
        _R1_ZERO,
        "Question: {}\nAnswer: ",
        "用户：{}\n助手：",
    ],
)
def test_speakers_in_plain_words_tell_prompt_and_response_apart(asked: str, tmp_path: Path) -> None:
    rows = [{"step": 1, "text": f"{asked.format(n)}it is {n}\nand so", "reward": n} for n in range(3)]
    found = read(tmp_path, rows, "prompt", "response", "reward")
    assert found == [(asked.format(n), f"it is {n}\nand so", n) for n in range(3)]


@pytest.mark.parametrize(
    "text",
    [
        "I asked User: what? Assistant: no",
        "User: what?",
        "User: what?\nAssistant: ",
        "Question: a?\nAnswer: b\n\nQuestion: c?\nAnswer: d",
    ],
    ids=["not from the beginning", "no answer", "an empty answer", "examples and a question"],
)
def test_other_texts_stay_whole(text: str, tmp_path: Path) -> None:
    rows = [{"step": n, "text": text, "reward": n} for n in range(3)]
    assert read(tmp_path, rows, "prompt", "response") == [(None, text)] * 3


@pytest.mark.parametrize("key", ["conversation", "messages", "dialogue"])
def test_a_whole_chat_under_the_name_of_a_conversation_is_told_apart(key: str, tmp_path: Path) -> None:
    asked = "User: how much?\nAssistant: "
    rows = [{"step": n, key: f"{asked}it is {n}", "reward": n} for n in range(3)]
    assert read(tmp_path, rows, "prompt", "response") == [(asked, f"it is {n}") for n in range(3)]


def test_values_in_objects_that_are_called_input_and_output(tmp_path: Path) -> None:
    rows = [
        {"step": n, "input": {"value": "why?"}, "output": {"value": f"so {n}"}, "reward": n} for n in range(3)
    ]
    assert read(tmp_path, rows, "prompt", "response") == [("why?", f"so {n}") for n in range(3)]


_ASKED_BEFORE = "Human: 1+1?\n\nAssistant: 2\n\nHuman: {}\n\nAssistant: "


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (_ASKED_BEFORE, "it is {}"),
        (_ASKED_BEFORE, "it is {}\n\nHuman: thanks"),
        (_ASKED_BEFORE, "it is {}, as an\n\nAssistant: says"),
        (
            "A chat between a user and an assistant. USER: 1+1? ASSISTANT: 2</s>USER: {} ASSISTANT: ",
            "it is {}",
        ),
        (_R1_ZERO, "it is {}\nUser: and more?\nAssistant: no"),
    ],
    ids=[
        "an example",
        "a last word of the user",
        "a word for the assistant",
        "Vicuna",
        "turns that R1-Zero made up",
    ],
)
def test_the_answer_to_the_last_question_is_the_response(asked: str, said: str, tmp_path: Path) -> None:
    rows = [{"step": 1, "text": asked.format(n) + said.format(n), "reward": n} for n in range(3)]
    expected = [(asked.format(n), said.format(n)) for n in range(3)]
    assert read(tmp_path, rows, "prompt", "response") == expected


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (_ASKED_BEFORE + "a", "text (the last of several answers)"),
        (_R1_ZERO + "a\nUser: b\nAssistant: c", "text (from the first of several answers on)"),
        (
            ASKED["ChatML"] + "a<|im_end|>\n<|im_start|>user\nb<|im_end|>\n<|im_start|>assistant\nc",
            "text (from the first of several answers on)",
        ),
        (ASKED["ChatML"] + "a", "text"),
    ],
)
def test_which_of_several_answers_is_the_response_is_said(
    text: str, note: str, tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    rows = [{"step": 1, "text": text.replace("{}", str(n)), "reward": n} for n in range(3)]
    written(tmp_path / "log.jsonl", rows)
    (info,) = open_board(tmp_path).runs().runs
    assert info.mapping_sources["response"] == note
