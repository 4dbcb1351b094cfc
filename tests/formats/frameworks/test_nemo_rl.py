"""NeMo-RL: padded conversations whose response the loss mask tells, and chat markers in texts."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from logged import LETTERS, exploded, lines, only, opened
from repository import FORMATS, SAMPLES

from tensorboard_plugin_rlboard.formats.base import LineContext, PathDefaults
from tensorboard_plugin_rlboard.formats.conversations.chat_markers import split_chat_text
from tensorboard_plugin_rlboard.formats.frameworks.nemo_rl import NEMO_RL
from tensorboard_plugin_rlboard.formats.registry import recognise

QUESTION = "<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n"


def logged(name: str) -> list[dict[str, Any]]:
    return lines(FORMATS / "nemo_rl" / f"{name}.jsonl")


def test_the_prompt_and_the_padding_are_left_out() -> None:
    (line,) = logged("padded")
    assert recognise(line) is NEMO_RL
    assert only(NEMO_RL, line) == {
        "prompt": QUESTION,
        "prompt_tokens": [10, 11, 12],
        "response": "4<|im_end|>",
        "response_tokens": ["#20", "#21"],
        "reward": 1.0,
        "advantages": [0.5, 0.5],
        "advantage": 0.5,
        "rollout_logprobs": [-0.5, -0.25],
        "logprobs": [-0.75, -0.125],
        "input_lengths": 5,
        "sample_loss_mask": 1.0,
        "agent_ref": {"name": "calculator"},
    }


def test_turns_of_others_stay_as_masked_positions() -> None:
    (line,) = logged("multi-turn")
    row = only(NEMO_RL, line)
    assert row["response_mask"] == [1, 0, 0, 0, 1, 1]
    assert row["logprobs"] == [-0.5, -9.0, -9.0, -9.0, -0.25, -0.75]
    assert len(row["response_tokens"]) == 6
    assert "advantage" not in row  # the tokens that the policy wrote have different ones
    # Two stretches were written, so the response begins at the last answer but one; the example before stays a prompt.
    assert str(row["prompt"]).endswith(QUESTION)
    assert str(row["prompt"]).startswith("<|im_start|>user\n1+1?")
    assert str(row["response"]).startswith("5<|im_end|>\n<|im_start|>user\nAgain?")
    seen = opened(NEMO_RL, line).aligned
    assert seen.mask is not None
    assert seen.mask.tolist() == [True, False, False, False, True, True]


def test_without_a_mask_the_response_begins_at_the_first_log_probability() -> None:
    row = only(NEMO_RL, logged("without-mask")[0])
    assert row["rollout_logprobs"] == [-0.5, 0.0, -0.25]
    assert row["logprobs"] == [-0.5, -0.125, -0.25]
    assert row.keys().isdisjoint({"response_mask", "response_tokens"})


def test_a_mask_of_zeros_leaves_the_texts() -> None:
    found = exploded(NEMO_RL, logged("mask-of-zeros")[0])
    assert found.problems == [
        "Its loss mask is 0 all through: its token data is left out, as nothing says where the response begins."
    ]
    (row,) = found.rows
    assert (row["response"], row["reward"]) == ("4<|im_end|>", 0.0)
    assert row.keys().isdisjoint({"response_tokens", "logprobs", "advantages", "advantage"})


def test_rewards_before_those_of_the_samples_that_were_kept() -> None:
    first, second = logged("filtered-rewards")
    assert only(NEMO_RL, first)["reward"] == 0.25
    assert only(NEMO_RL, second)["reward"] == 0.5


def test_distillation_has_a_conversation_only() -> None:
    (line,) = logged("distillation")
    assert recognise(line) is NEMO_RL
    assert only(NEMO_RL, line) == {"prompt": QUESTION, "response": "4<|im_end|>", "input_lengths": 5}


def test_a_conversation_without_markers_is_shown_whole() -> None:
    found = exploded(NEMO_RL, logged("without-markers")[0])
    assert dict(found.rows[0])["response"] == "Q: 2+2? A: 4"
    assert "prompt" not in found.rows[0]
    assert "all of it is shown as the response" in found.problems[0]


def test_validation_rows_are_messages() -> None:
    (line,) = logged("validation")
    assert recognise(line) is NEMO_RL
    row = only(NEMO_RL, line)
    assert row == {
        "messages": [
            {"role": "user", "content": "2+2?"},
            {"role": "assistant", "content": "4"},
            {"role": "environment", "content": "correct"},
        ],
        "prompt": "2+2?",
        "response": "assistant: 4\n\nenvironment: correct",
        "reward": 1.0,
        "split": "eval",
    }
    assert "split" not in only(NEMO_RL, line, LineContext(PathDefaults(3, "train")))


def test_rows_of_token_ids_without_texts() -> None:
    (line,) = logged("token-dump")
    assert recognise(line) is NEMO_RL
    row = only(NEMO_RL, line)
    assert (row["step"], row["sample_id"], row["prompt"]) == (4, "s-7", "#10 #11 #12")
    assert row["response_tokens"] == ["#20", "#21"]
    assert row["metadata"] == {"task": "add"}
    assert "response" not in row
    row = only(NEMO_RL, line, LETTERS)
    assert (row["prompt"], row["response"]) == ("JKL", "TU")


def test_with_a_tokenizer_the_decoded_prompt_splits_the_conversation() -> None:
    (line,) = logged("padded")
    row = only(NEMO_RL, {**line, "content": ["JKL and TU"]}, LETTERS)
    assert (row["prompt"], row["response"], row["response_tokens"]) == ("JKL", " and TU", ["T", "U"])
    # A tokenizer that spells the conversation otherwise: its own words are used for both.
    row = only(NEMO_RL, line, LETTERS)
    assert (row["prompt"], row["response"]) == ("JKL", "TU")
    assert NEMO_RL.uses_tokenizer


def test_real_training_rows() -> None:
    for step in (1, 2, 3):
        for line in lines(SAMPLES / "nemo_rl" / "exp_001" / f"train_data_step{step}.jsonl"):
            row = opened(NEMO_RL, line)
            written = int(sum(line["token_loss_mask"][0]))
            assert len(row.token_strings) == written
            assert row.aligned.values["logprobs"].tolist() == [x for x in line["prev_logprobs"][0] if x]
            assert row.texts["prompt"].endswith("<|im_start|>assistant\n")
            assert row.texts["prompt"] + row.texts["response"] == line["content"][0]
    for line in lines(SAMPLES / "nemo_rl" / "exp_001" / "val_data_step2.jsonl"):
        assert only(NEMO_RL, line)["response"] == line["content"][0][1]["content"]


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("logs/exp_001/train_data_step3.jsonl", PathDefaults(3, "train")),
        ("logs/exp_001/val_data_step20.jsonl", PathDefaults(20, "eval")),
        ("logs/exp_001/renamed.jsonl", PathDefaults()),
        ("val/data.jsonl", PathDefaults()),
    ],
)
def test_paths(path: str, origin: PathDefaults) -> None:
    assert NEMO_RL.path_defaults(PurePosixPath(path)) == origin
    assert NEMO_RL.levels_to_run(PurePosixPath(path)) == 0


def test_a_line_without_conversation_and_ids_is_refused() -> None:
    assert NEMO_RL.to_samples is not None
    with pytest.raises(ValueError, match="neither a conversation nor the token ids"):
        NEMO_RL.to_samples({"idx": 0, "content": [3], "rewards": [1.0]}, LineContext())


@pytest.mark.parametrize(
    ("text", "turns", "response"),
    [
        ("<|im_start|>user\nq<|im_start|>assistant\na", 1, "a"),
        ("<|im_start|>assistant\na<|im_start|>user\nq<|im_start|>assistant\nb", 1, "b"),
        (
            "<|im_start|>user\nq<|im_start|>assistant\na<|im_start|>tool\nt<|im_start|>assistant\nb",
            1,
            "a<|im_start|>tool\nt<|im_start|>assistant\nb",
        ),
        ("<|im_start|>assistant\na<|im_start|>user\n<|im_start|>assistant\nb", 5, "a<|im_start|>user\n<|im_start|>assistant\nb"),
        ("<|start_header_id|>user<|end_header_id|>\n\nq<|start_header_id|>assistant<|end_header_id|>\n\na", 1, "a"),
        ("<start_of_turn>user\nq<end_of_turn>\n<start_of_turn>model\na", 1, "a"),
        ("<｜User｜>q<｜Assistant｜><think>a", 1, "<think>a"),
        ("[INST] q [/INST] a", 1, " a"),
        ("<|user|>\nq\n<|assistant|>\na", 1, "a"),
        (
            "<|start|>user<|message|>q<|end|><|start|>assistant<|channel|>analysis<|message|>h<|end|><|start|>assistant<|channel|>final",
            1,
            "<|channel|>analysis<|message|>h<|end|><|start|>assistant<|channel|>final",
        ),
    ],
)  # fmt: skip
def test_chat_markers_say_where_the_response_begins(text: str, turns: int, response: str) -> None:
    found = split_chat_text(text, turns)
    assert found is not None
    assert found[1] == response
    assert "".join(found) == text


def test_a_text_without_markers_is_not_split() -> None:
    assert split_chat_text("user: q\nassistant: a") is None
    assert split_chat_text("") is None
