"""AReaL: a line for each sample."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from logged import lines, only
from repository import FORMATS, SAMPLES

from tensorboard_plugin_rlboard.formats.base import PathDefaults
from tensorboard_plugin_rlboard.formats.frameworks.areal import AREAL
from tensorboard_plugin_rlboard.formats.registry import recognise


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
