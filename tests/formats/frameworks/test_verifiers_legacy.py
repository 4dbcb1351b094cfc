"""Results of older verifiers."""

from __future__ import annotations

import math
from pathlib import PurePosixPath

import pytest
from explode import explode, only
from repository import FORMATS

from tensorboard_plugin_rlboard.formats.frameworks.verifiers_legacy import VERIFIERS_LEGACY
from tensorboard_plugin_rlboard.formats.rows.file_options import bind_to_file, file_defaults


def test_legacy_results() -> None:
    path = FORMATS / "verifiers_legacy/outputs/evals/gsm8k--model/1f0c/results.jsonl"
    row = only(path)
    assert (row["prompt"], row["response"], row["ground_truth"]) == ("What is 6*7?", "42", "42")
    assert (row["reward"], row["correct"], row["group_id"]) == (1.0, 1.0, "3")
    assert "metrics.correct" not in row
    told = file_defaults(bind_to_file(VERIFIERS_LEGACY, str(path), {}))
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
    told = file_defaults(bind_to_file(VERIFIERS_LEGACY, str(path), {}))
    assert (told.step, told.split) == (7, "train")
    assert VERIFIERS_LEGACY.levels_to_run(PurePosixPath(path)) == 2
