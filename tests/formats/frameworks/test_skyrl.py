"""SkyRL: a line for each sample."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from logged import lines, only
from repository import FORMATS, SAMPLES

from tensorboard_plugin_rlboard.formats.base import PathDefaults
from tensorboard_plugin_rlboard.formats.frameworks.skyrl import SKYRL
from tensorboard_plugin_rlboard.formats.registry import recognise


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


def test_a_log_of_a_training_with_its_words_is_somebodys_own() -> None:
    row = {"step": 3, "input_prompt": "2+2?", "output_response": "4", "score": 1.0}
    assert recognise(row) is not SKYRL
    assert recognise(row | {"env_class": "gsm8k"}) is SKYRL


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
