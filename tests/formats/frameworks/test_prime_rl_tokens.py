"""Token exports of prime-rl."""

from __future__ import annotations

import pytest
import repository
from explode import LETTERS, explode, lines, only
from repository import FORMATS

from tensorboard_plugin_rlboard.formats.base import LineSamples
from tensorboard_plugin_rlboard.formats.frameworks.prime_rl_tokens import TOKEN_EXPORT

SAMPLES = repository.SAMPLES / "prime_rl"


def test_an_export_from_its_first_to_its_last_trained_token() -> None:
    row = only(FORMATS / "prime_rl_tokens/turns/token_exports/step_3/rank_1.jsonl")
    assert row["response_tokens"] == ["#12", "#13", "#14", "#15"]
    assert row["response_mask"] == [1, 1, 0, 1]
    assert row["logprobs"] == pytest.approx([-0.4, -0.6, 0.0, -1.0])
    assert row["rollout_logprobs"] == pytest.approx([-0.2, -0.3, 0.0, -0.5])
    assert row["entropies"] == pytest.approx([1.0, 1.5, 0.0, 2.5])
    assert row["advantages"] == [2, 3, 0, 5]
    assert row["mismatch_kl"] == [0.25, None, None, 0.5]
    assert row["is_masked"] == [False] * 4
    assert "rl_weights" not in row  # null throughout
    assert row["prompt"] == "#10 #11"
    assert (row["step"], row["split"], row["data_source"], row["sample_id"]) == (3, "train", "calc", "1:5")
    assert not {"reward", "response", "token_ids", "micro_step"} & row.keys()


def test_an_export_with_a_tokenizer_has_texts() -> None:
    row = lines(FORMATS / "prime_rl_tokens/turns/token_exports/step_3/rank_1.jsonl")[0]
    assert TOKEN_EXPORT.to_samples is not None
    found = TOKEN_EXPORT.to_samples(row, LETTERS).rows[0]
    assert (found["prompt"], found["response"]) == ("JK", "LMNO")
    assert found["response_tokens"] == ["L", "M", "N", "O"]


def test_packed_sequences_are_parted() -> None:
    found = explode(FORMATS / "prime_rl_tokens/packed/token_exports/step_3/rank_1.jsonl")
    assert [row["response_tokens"] for row in found.rows] == [["#11", "#12"], ["#15"]]
    assert [row["sample_id"] for row in found.rows] == ["1:5:0", "1:5:1"]
    assert [row["prompt"] for row in found.rows] == ["#10", "#13 #14"]
    assert [row["prompt_tokens"] for row in found.rows] == [[10], [13, 14]]
    assert found.problems == []


def test_exports_that_say_little() -> None:
    path = FORMATS / "prime_rl_tokens/untrained/token_exports/step_3/rank_0.jsonl"
    assert explode(path, 1) == LineSamples([], ["No token of the sequence was trained on."])
    with pytest.raises(ValueError, match="no loss_mask of the length"):
        explode(path, 2)
    found = explode(path, 3)
    assert found.problems == ["entropy has another length than the 3 token_ids and is left out."]
    assert "entropies" not in found.rows[0]


def test_an_export_of_newer_versions() -> None:
    row = only(FORMATS / "prime_rl_tokens/newer/token_exports/step_9/rank_0.jsonl")
    assert (row["step"], row["reward"]) == (
        9,
        1.5,
    )  # of the run that shares the trainer, not the trainer's 20
    assert not {"losses", "rewards"} & row.keys()


def test_prompts_are_followed_without_a_tokenizer() -> None:
    exported = [
        explode(file, i) for file in sorted(SAMPLES.glob("token_exports/step_1/*.jsonl")) for i in range(6)
    ]
    prompts = [found.rows[0]["prompt"] for found in exported]
    assert sorted(prompts.count(prompt) for prompt in set(prompts)) == [4, 4, 4]
