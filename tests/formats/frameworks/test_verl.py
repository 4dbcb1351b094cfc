"""verl and its forks: a line for each sample."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from logged import lines
from repository import FORMATS, SAMPLES
from sample_rows import RULES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.base import PathDefaults
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


def test_rewards_of_turns_are_no_tokens() -> None:
    first, _, other = lines(FORMATS / "verl" / "agent-loop" / "rollout" / "5.jsonl")
    assert recognise(first) is VERL
    row = read_sample_values(first, VERL, ())
    assert (row.texts["turn_scores"], row.texts["tool_rewards"]) == ("[0.5, 1.0]", "[]")
    assert (len(row.token_strings), dict(row.aligned.values)) == (0, {})
    # Several outputs of one rollout are samples of one prompt.
    assert VERL.group_from_text is not None
    assert {VERL.group_from_text(str(found["uid"])) for found in (first, other)} == {"u"}


def test_a_reward_beside_the_score_takes_nothing_of_the_score(
    tmp_path: Path, open_board: Callable[[Path], Board], write_rows: Callable[[Path, Iterable[Any]], Path]
) -> None:
    first = {"input": "Q", "output": "A", "score": 0.25, "step": 1, "prompt": "not the prompt"}
    write_rows(tmp_path / "1.jsonl", [first, {**first, "score": 0.75, "reward": 9.0}])
    board = open_board(tmp_path)
    names = ("reward", "logged.reward", "prompt", "logged.prompt")
    listed = board.samples(SamplesQuestion(Selection("."), RULES, columns=names))
    assert listed.columns["reward"] == [0.25, 0.75]
    assert listed.columns["logged.reward"] == [None, 9.0]
    assert (listed.columns["prompt"][0], listed.columns["logged.prompt"][0]) == ("Q", "not the prompt")
    opened = board.sample(SampleQuestion(".", str(listed.columns["id"][1]), RULES))
    assert (opened.scalars["reward"], opened.scalars["logged.reward"]) == (0.75, 9.0)
    assert (opened.texts["prompt"].raw, opened.texts["logged.prompt"].raw) == ("Q", "not the prompt")
