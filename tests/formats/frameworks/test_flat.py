"""Dumps with a line for each sample: verl and its forks, ROLL's board, AReaL, SkyRL, open-instruct."""

from __future__ import annotations

import math
from pathlib import PurePosixPath

import pytest
from logged import LETTERS, exploded, lines, only, opened
from repository import FORMATS, SAMPLES

from tensorboard_plugin_rlboard.formats.base import PathDefaults
from tensorboard_plugin_rlboard.formats.frameworks.areal import AREAL
from tensorboard_plugin_rlboard.formats.frameworks.open_instruct import OPEN_INSTRUCT
from tensorboard_plugin_rlboard.formats.frameworks.roll_board import ROLL_BOARD
from tensorboard_plugin_rlboard.formats.frameworks.skyrl import SKYRL
from tensorboard_plugin_rlboard.formats.frameworks.verl import VERL, VERL_VALIDATION
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.formats.rows.sample_reader import read_sample_values


def test_forks_that_write_our_own_format_are_native() -> None:
    fork = lines(SAMPLES / "openrlhf_rl_logging_board_fork" / "rl_logging_board_data.jsonl")
    assert {known.name for row in fork if (known := recognise(row))} == {"native"}
    assert any(row["values"] is None for row in fork)
    first, second, third = lines(FORMATS / "native" / "verl-fork.jsonl")
    row = read_sample_values(first, NATIVE, ())
    assert row.texts["rm_response"] == "correct"
    assert row.aligned.values["token_rewards"].tolist() == [-0.001, 0.999]
    assert "values" not in read_sample_values(second, NATIVE, ()).aligned.values
    assert third["validation"] is True
    assert all(recognise(found) is NATIVE for found in (first, second, third))


def test_verl_training_rows() -> None:
    first, second = lines(FORMATS / "verl" / "legacy-train.jsonl")
    assert recognise(first) is VERL
    row = read_sample_values(first, VERL, ())
    assert row.texts["prompt"] == "user\n2+2?\nassistant\n"
    assert (row.texts["response"], row.texts["ground_truth"]) == ("4", "4")
    assert (row.texts["format_reward"], row.texts["request_id"]) == (
        "1.0",
        "req-3-0-0",
    )  # a number by its column
    assert row.numbers["reward"] == 1.0
    assert row.numbers["acc"] is True
    assert math.isnan(row.numbers["nan_metric"])
    assert second["score"] == "0.5"
    sample = lines(SAMPLES / "verl" / "v1_rollout_data_dir" / "1.jsonl")[4]
    assert recognise(sample) is VERL
    assert read_sample_values(sample, VERL, ()).numbers["reward"] == sample["score"]


def test_of_a_validation_row_the_total_counts_and_score_is_a_metric_of_its_own() -> None:
    first, second = lines(FORMATS / "verl" / "validation.jsonl")
    assert recognise(first) is VERL_VALIDATION
    assert recognise(second) is VERL_VALIDATION
    row = read_sample_values(first, VERL_VALIDATION, ())
    assert (row.numbers["reward"], row.numbers["score"]) == (1.0, 0.75)
    other = read_sample_values(second, VERL_VALIDATION, ())
    assert other.numbers["reward"] == -1.0
    assert "score" not in other.numbers
    assert other.texts["ground_truth"] == '["3", "three"]'


@pytest.mark.parametrize(
    ("uid", "group"),
    [
        ("7c9e6679-7425-40de-944b-e07fc1f90ae7_3_0", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ("a_b_10_2", "a_b"),
        ("7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ("_1_2", "_1_2"),
        ("a_1_x", "a_1_x"),
        ("", ""),
    ],
)
def test_a_uid_of_verl_tells_the_group(uid: str, group: str) -> None:
    assert VERL.group_keys == ("uid",)
    assert VERL.group_from_text is not None
    assert VERL.group_from_text(uid) == group


@pytest.mark.parametrize(
    ("path", "train", "validation"),
    [
        ("verl/v1_rollout_data_dir/12.jsonl", PathDefaults(12, "train"), PathDefaults(12, "train")),
        ("verl/v1_validation_data_dir/12.jsonl", PathDefaults(12, "eval"), PathDefaults(12, "eval")),
        ("exp/val/0.jsonl", PathDefaults(0, "eval"), PathDefaults(0, "eval")),
        ("validation/exp7/5.jsonl", PathDefaults(5, "eval"), PathDefaults(5, "eval")),
        ("eval_study/rollouts/5.jsonl", PathDefaults(5, "train"), PathDefaults(5, "train")),
        ("value/test/renamed.jsonl", PathDefaults(), PathDefaults(None, "eval")),
        ("1" * 40 + ".jsonl", PathDefaults(), PathDefaults(None, "eval")),
        ("x.jsonl", PathDefaults(), PathDefaults(None, "eval")),
    ],
)
def test_verl_paths(path: str, train: PathDefaults, validation: PathDefaults) -> None:
    assert VERL.path_defaults(PurePosixPath(path)) == train
    assert VERL_VALIDATION.path_defaults(PurePosixPath(path)) == validation
    assert VERL.levels_to_run(PurePosixPath(path)) == 0


def test_the_rewards_of_rolls_board_end_where_the_response_ends() -> None:
    first, second, _ = lines(FORMATS / "roll_board" / "padded.jsonl")
    assert recognise(first) is ROLL_BOARD
    row = opened(ROLL_BOARD, first)
    assert row.token_strings == ["4", "<|im_end|>"]
    assert row.aligned.values["token_rewards"].tolist() == [0.0, 1.0]
    assert row.aligned.values["entropies"].tolist() == [0.75, 0.5]
    assert row.aligned.mask is not None
    assert row.aligned.mask.tolist() == [True, True]
    assert "values" not in row.aligned.values
    assert not row.mismatches
    assert row.texts["response"] == "4<|im_end|><pad>"
    # NaN before the response says that the array does not lie as it should; the copy of it goes all the same.
    found = exploded(ROLL_BOARD, second)
    assert "values" not in found.rows[0]
    assert [reason.split()[0] for reason in found.problems] == ["token_rewards"]


def test_arrays_of_rolls_board_with_something_before_the_response_are_left_out() -> None:
    found = exploded(ROLL_BOARD, lines(FORMATS / "roll_board" / "padded.jsonl")[2])
    (problem,) = found.problems
    assert problem.startswith(
        "values has 7 values, some of them before the 3 response tokens: it is left out"
    )
    (row,) = found.rows
    assert "values" not in row
    assert row["token_rewards"] == [-0.125, 0.875, 0.0]


def test_rolls_real_board() -> None:
    for path in sorted((SAMPLES / "roll" / "save_logging_board_dir").iterdir()):
        for logged in lines(path):
            assert recognise(logged) is ROLL_BOARD
            row = opened(ROLL_BOARD, logged)
            assert not row.mismatches
            rewards = row.aligned.values["token_rewards"].tolist()
            assert rewards == [*[0.0] * (len(row.token_strings) - 1), logged["reward"]]


def test_areal_rows() -> None:
    first, second = lines(FORMATS / "areal" / "versions.jsonl")
    assert recognise(first) is AREAL
    assert only(AREAL, first) == {
        "step": 4,
        "prompt": "2+2?",
        "response": "5<|im_end|>",
        "reward": 0.0,
        "group_id": "3",
        "sample_id": "3:0",
        "seqlen": 45,
        "prompt_len": 23,
    }
    assert only(AREAL, second)["policy_version"] == 2
    sample = lines(SAMPLES / "areal/logs/user/gsm8k-grpo/trial0/rollout/1/3.jsonl")[0]
    assert only(AREAL, sample)["step"] == 1


@pytest.mark.parametrize(
    ("path", "origin", "depth"),
    [
        ("logs/me/exp/trial0/rollout/7/12.jsonl", PathDefaults(7, "train"), 2),
        ("logs/me/exp/trial0/eval-rollout/7/12.jsonl", PathDefaults(7, "eval"), 2),
        ("rollout/other/12.jsonl", PathDefaults(None, "train"), 0),
        ("elsewhere/7/12.jsonl", PathDefaults(), 0),
        ("12.jsonl", PathDefaults(), 0),
    ],
)
def test_areal_paths(path: str, origin: PathDefaults, depth: int) -> None:
    assert AREAL.path_defaults(PurePosixPath(path)) == origin
    assert AREAL.levels_to_run(PurePosixPath(path)) == depth


def test_skyrl_scores_are_a_number_or_a_reward_for_each_token() -> None:
    first, second, third, fourth = lines(FORMATS / "skyrl" / "scores.jsonl")
    assert recognise(first) is SKYRL
    row = only(SKYRL, first)
    assert (row["reward"], row["ground_truth"], row["finish_reason"]) == (1.0, "4", "stop")
    assert "token_rewards" not in row
    row = only(SKYRL, second)
    assert (row["reward"], row["ground_truth"]) == (0.75, 4)
    assert row["token_rewards"] == [0.0, -0.25, 1.0]
    row = only(SKYRL, third)
    assert (row["reward"], row["finish_reason"]) == (0.5, "length")
    assert row["token_rewards"] == [None, 0.5]
    row = only(SKYRL, fourth)
    assert row.keys().isdisjoint({"reward", "ground_truth"})
    folder = SAMPLES / "skyrl/exports/dumped_evals/global_step_5_evals"
    row = only(SKYRL, lines(folder / "openai_gsm8k.jsonl")[0])
    assert (row["prompt"][:5], row["reward"], len(row["token_rewards"])) == ("<|im_", 1.0, 23)


@pytest.mark.parametrize(
    ("path", "origin", "depth"),
    [
        ("exports/dumped_evals/global_step_5_evals/gsm8k.jsonl", PathDefaults(5, "eval"), 2),
        ("exports/dumped_evals/eval_only/gsm8k.jsonl", PathDefaults(0, "eval"), 2),
        ("copied/global_step_5_evals/gsm8k.jsonl", PathDefaults(5, "eval"), 1),
        ("copied/gsm8k.jsonl", PathDefaults(None, "eval"), 0),
    ],
)
def test_skyrl_paths(path: str, origin: PathDefaults, depth: int) -> None:
    assert SKYRL.path_defaults(PurePosixPath(path)) == origin
    assert SKYRL.levels_to_run(PurePosixPath(path)) == depth


def test_open_instruct_without_a_tokenizer() -> None:
    first, second, third = lines(FORMATS / "open_instruct" / "ids.jsonl")
    assert recognise(first) is OPEN_INSTRUCT
    assert only(OPEN_INSTRUCT, first) == {
        "step": 1,
        "prompt": "#1 #2",
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
