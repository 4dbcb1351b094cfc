from __future__ import annotations

from typing import Any

import pytest

from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import NO_PROMPT_TOKENS, prompt_tokens

SERVER = {"9": {"logprob": -0.5, "decoded_token": "so"}, "3": {"logprob": -2.0, "decoded_token": "it"}}


@pytest.mark.parametrize(
    ("row", "tokens", "logprobs"),
    [
        ({"prompt_tokens": ["a", "b"]}, ["a", "b"], []),
        ({"prompt_token_ids": [5, 6], "prompt_logprobs": [None, -1.5]}, ["#5", "#6"], [None, -1.5]),
        # Of all but the first, which no model gives one.
        ({"prompt_ids": [5, 6, 7], "prompt_logprobs": [-1, -2]}, ["#5", "#6", "#7"], [None, -1, -2]),
        # A server's answer says both.
        ({"prompt_logprobs": [None, SERVER]}, ["", "so"], [None, -0.5]),
        ({"prompt_tokens": ["<s>", "x"], "prompt_logprobs": [None, SERVER]}, ["<s>", "x"], [None, -0.5]),
        # Padding; a begin token that was added twice is none.
        ({"prompt_tokens": ["<pad>", "<pad>", "a"], "prompt_logprobs": [0, 0, -1]}, ["a"], [-1]),
        ({"prompt_ids": [0, 0, 0, 0, 4]}, ["#4"], []),
        ({"prompt_ids": [1, 1, 4]}, ["#1", "#1", "#4"], []),
        ({"prompt_tokens": ["padding", "a"]}, ["padding", "a"], []),
        # What does not fit says nothing.
        ({"prompt_tokens": ["a", "b"], "prompt_logprobs": [-1] * 4}, ["a", "b"], []),
    ],
)
def test_tokens_of_a_prompt(row: dict[str, Any], tokens: list[str], logprobs: list[float | None]) -> None:
    found = prompt_tokens(row)
    assert (list(found.tokens), list(found.logprobs)) == (tokens, logprobs)


@pytest.mark.parametrize(
    "row",
    [{}, {"prompt_tokens": 12}, {"prompt_ids": []}, {"prompt_ids": [1, "a"]}, {"prompt_logprobs": [-1.0]}],
)
def test_what_is_no_list_of_tokens_is_none(row: dict[str, Any]) -> None:
    assert prompt_tokens(row) == NO_PROMPT_TOKENS
