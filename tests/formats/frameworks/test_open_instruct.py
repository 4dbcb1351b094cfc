"""open-instruct: token ids, with and without a tokenizer."""

from __future__ import annotations

import pytest
from logged import LETTERS, lines, only, opened
from repository import FORMATS, SAMPLES

from tensorboard_plugin_rlboard.formats.frameworks.open_instruct import OPEN_INSTRUCT
from tensorboard_plugin_rlboard.formats.registry import recognise


def test_open_instruct_without_a_tokenizer() -> None:
    first, second, third = lines(FORMATS / "open_instruct" / "ids.jsonl")
    assert recognise(first) is OPEN_INSTRUCT
    assert only(OPEN_INSTRUCT, first) == {
        "step": 1,
        "prompt": "#1 #2",
        "prompt_tokens": [1, 2],
        "response_tokens": ["#30", "#31"],
        "rollout_logprobs": [-0.5, -0.25],
        "reward": 1.0,
        "advantage": 0.5,
        "finish_reason": "stop",
        "data_source": "gsm8k",
        "ground_truth": "#95",
        "group_id": "1:2",
        "sample_id": "1:0",
    }
    row = only(OPEN_INSTRUCT, second)
    assert (row["data_source"], row["ground_truth"]) == ("gsm8k", "4")
    assert "rollout_logprobs" not in row
    row = only(OPEN_INSTRUCT, third)
    assert (row["response"], row["ground_truth"]) == ("", ["4", "four"])


def test_open_instruct_with_a_tokenizer() -> None:
    row = only(OPEN_INSTRUCT, lines(FORMATS / "open_instruct" / "ids.jsonl")[0], LETTERS)
    assert (row["prompt"], row["response"], row["ground_truth"]) == ("AB", "^_", "c")
    assert row["response_tokens"] == ["^", "_"]
    assert OPEN_INSTRUCT.uses_tokenizer


def test_open_instruct_sample() -> None:
    (path,) = (SAMPLES / "open_instruct").glob("*_rollouts_*.jsonl")
    for logged in lines(path):
        row = opened(OPEN_INSTRUCT, logged)
        assert len(row.token_strings) == len(logged["response_tokens"])
        assert row.aligned.values["rollout_logprobs"].tolist() == logged["logprobs"]
    assert OPEN_INSTRUCT.to_samples is not None
    with pytest.raises(ValueError, match="no list of token ids"):
        OPEN_INSTRUCT.to_samples({"response_tokens": "text"}, LETTERS)
