"""What has no graph: token exports of prime-rl, results of older verifiers, trajectories of miles."""

from __future__ import annotations

import math
from pathlib import PurePosixPath

import pytest
import repository
from explode import LETTERS, explode, lines, only
from repository import FORMATS

from tensorboard_plugin_rlboard.formats.base import Format, LineSamples
from tensorboard_plugin_rlboard.formats.frameworks.miles import MILES
from tensorboard_plugin_rlboard.formats.frameworks.prime_rl_tokens import TOKEN_EXPORT
from tensorboard_plugin_rlboard.formats.frameworks.verifiers import VERIFIERS
from tensorboard_plugin_rlboard.formats.frameworks.verifiers_legacy import VERIFIERS_LEGACY
from tensorboard_plugin_rlboard.formats.registry import from_spec
from tensorboard_plugin_rlboard.formats.rows.file_options import bind_to_file

SAMPLES = repository.SAMPLES / "prime_rl"


# Token exports.


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


# Results of older verifiers, trajectories of miles.


def test_legacy_results() -> None:
    path = FORMATS / "verifiers_legacy/outputs/evals/gsm8k--model/1f0c/results.jsonl"
    row = only(path)
    assert (row["prompt"], row["response"], row["ground_truth"]) == ("What is 6*7?", "42", "42")
    assert (row["reward"], row["correct"], row["group_id"]) == (1.0, 1.0, "3")
    assert "metrics.correct" not in row
    told = bind_to_file(VERIFIERS_LEGACY, str(path), {}).file_defaults()
    assert (told.step, told.split) == (0, "eval")


def test_legacy_results_with_tools_texts_and_failures() -> None:
    path = FORMATS / "verifiers_legacy/outputs/evals/gsm8k--model/1f0c/results.jsonl"
    tools = only(path, 1)
    assert tools["response"] == "assistant: tool call: calc({})\n\ntool: 42\n\nassistant: It is 42."
    assert [one.get("sampled") for one in tools["messages"]] == [None, True, False, True]
    assert (tools["finish_reason"], tools["data_source"], tools["info"]) == ("length", "gsm8k", {"level": 2})
    texts = only(path, 2)
    assert (texts["prompt"], texts["response"], texts["hidden"]) == ("6*7=", "42", 0.5)
    assert not {"messages", "reward", "correct", "ground_truth"} & texts.keys()
    with pytest.raises(ValueError, match=r"no completion: InfraError\('no box'\)\."):
        explode(path, 3)
    empty = only(path, 4)
    assert (empty["response"], empty["error"]) == ("", "stopped")
    bare = only(path, 5)
    assert math.isnan(bare["reward"])
    assert "metrics.correct" not in bare


def test_legacy_rollouts_of_a_training() -> None:
    path = FORMATS / "verifiers_legacy/run/step_7/train/rollouts.jsonl"
    told = bind_to_file(VERIFIERS_LEGACY, str(path), {}).file_defaults()
    assert (told.step, told.split) == (7, "train")
    assert VERIFIERS_LEGACY.levels_to_run(PurePosixPath(path)) == 2


def test_miles() -> None:
    path = FORMATS / "miles/trajectory/0.jsonl"
    row = only(path)
    assert (row["prompt"], row["response"], row["reward"]) == ("What is 6*7?", "42", 1.0)
    assert (row["group_id"], row["sample_id"], row["finish_reason"]) == ("0", "0", "completed")
    tools = only(path, 1)
    assert tools["response"] == "assistant: tool call: calc({})\n\ntool: 42\n\nassistant: It is 42."
    assert (tools["sample_id"], tools["finish_reason"]) == ("1:1", "truncated")
    assert "reward" not in tools
    for number, reason in ((2, "no message of the assistant"), (3, "no list of messages")):
        with pytest.raises(ValueError, match=reason):
            explode(path, number)
    assert only(path, 4)["prompt"] == "<|im_start|>user\nWhat is 6*7?"


@pytest.mark.parametrize(
    ("name", "step", "split"),
    [
        ("0.jsonl", 0, "train"),
        ("eval_12.jsonl", 12, "eval"),
        ("rollout_7.jsonl.gz", 7, "train"),
        ("traj2_eval_10.jsonl", 10, "eval"),
        ("x.jsonl", None, ""),
    ],
)
def test_miles_tells_its_step_by_name(name: str, step: int | None, split: str) -> None:
    told = MILES.path_defaults(PurePosixPath("dump/trajectory") / name)
    assert (told.step, told.split) == (step, split)


@pytest.mark.parametrize(
    "known", [VERIFIERS, TOKEN_EXPORT, VERIFIERS_LEGACY, MILES], ids=lambda known: known.name
)
def test_names_lead_back_to_formats(known: Format) -> None:
    assert from_spec(known.with_options(step="3").spec).to_samples is known.to_samples
