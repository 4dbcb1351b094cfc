"""Trajectories of miles."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from explode import explode, only
from repository import FORMATS

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.formats.frameworks.miles import MILES
from tensorboard_plugin_rlboard.formats.frameworks.prime_rl_tokens import TOKEN_EXPORT
from tensorboard_plugin_rlboard.formats.frameworks.verifiers import VERIFIERS
from tensorboard_plugin_rlboard.formats.frameworks.verifiers_legacy import VERIFIERS_LEGACY


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
    "file_format",
    [VERIFIERS, TOKEN_EXPORT, VERIFIERS_LEGACY, MILES],
    ids=lambda file_format: file_format.name,
)
def test_names_lead_back_to_formats(file_format: Format) -> None:
    assert from_spec(file_format.with_options(step="3").spec).to_samples is file_format.to_samples
