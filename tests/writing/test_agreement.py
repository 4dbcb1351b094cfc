"""Whatever trainers log: the writer's step means are those that the index finds in its files."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from repository import ROOT
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.steps.step_means import StepMeans


def strange_row(draw: random.Random, step: int) -> dict[str, Any]:
    """Padding, arrays of other lengths, null, NaN, masks under several names, numbers as texts, missing keys."""
    length, pad = draw.randint(1, 6), draw.choice([0, 0, 2, 3])
    row: dict[str, Any] = {"step": step, "response": "x"}
    if draw.random() < 0.7:
        words = [draw.choice(["a", "b", "<pad>"]) for _ in range(length)]
        row["response_tokens"] = words + [draw.choice(["<pad>", "</s>"])] * pad
    for name in ("logprobs", "ref_logprobs", "rollout_logprobs", "entropies"):
        numbers: Any = [-draw.expovariate(1) for _ in range(length)] + [0.0] * pad
        kinds = [
            numbers[:-1], [*numbers, 0.0], [None if draw.random() < 0.3 else x for x in numbers],
            [math.nan if draw.random() < 0.3 else x for x in numbers], np.asarray(numbers, np.float32),
            *[numbers] * 5,
        ]  # fmt: skip
        if draw.random() < 0.75:
            row[name] = draw.choice(kinds)
    choices: dict[str, list[Any]] = {
        "reward": [0, 1, True, "0.5", 2.5, math.nan, None], "ref_reward": [0, 1.0, None], "prompt": ["p", "q", None],
        "finish_reason": ["length", "stop", "LENGTH", None], "group_id": [1, 2, "1", None, None],
        draw.choice(["response_mask", "loss_mask"]): [None, [draw.randint(0, 1) for _ in range(length + pad)]],
    }  # fmt: skip
    return row | {name: draw.choice(values) for name, values in choices.items()}


def points(folder: Path) -> dict[tuple[int, str], float]:
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    found.Reload()
    return {(e.step, tag): e.value for tag in found.Tags()["scalars"] for e in found.Scalars(tag)}


def test_the_writers_means_are_those_of_its_files(tmp_path: Path) -> None:
    for seed in range(12):
        draw = random.Random(seed)
        with RolloutWriter(tmp_path / "logs" / f"run{seed}", precision=None) as writer:
            for number in range(24):
                writer.log(**strange_row(draw, number // 12))
        assert writer.dropped == 0
    assert main(["scalars", str(tmp_path / "logs"), "--out", str(tmp_path / "out"), "--force"]) == 0
    for run in sorted(path.name for path in (tmp_path / "logs").iterdir()):
        mine, theirs = points(tmp_path / "logs" / run), points(tmp_path / "out" / run)
        assert set(mine) == set(theirs), run
        for key, value in theirs.items():
            assert mine[key] == pytest.approx(value, rel=1e-4, abs=1e-6), (run, key)


def test_tensorflow_is_never_imported(tmp_path: Path) -> None:
    """It would take seconds and memory of the training's GPU."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise SystemExit('tensorflow was imported')")
    script = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from tensorboard_plugin_rlboard import RolloutWriter
with RolloutWriter(sys.argv[1]) as writer:
    writer.log(step=1, reward=1.0)
assert "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path), str(ROOT)], check=True)
    assert points(tmp_path)[1, "rlboard/reward"] == 1.0


def test_an_empty_group_id_is_none_as_for_the_reader() -> None:
    means = StepMeans()
    means.add([{"prompt": p, "group_id": "", "reward": reward} for p, reward in (("a", 0.0), ("b", 1.0)) * 2])
    assert means.scalars()["zero_advantage_groups"] == 1.0


def test_a_reward_of_1e150_is_no_member_of_its_group() -> None:
    means = StepMeans()
    means.add([{"prompt": "p", "reward": reward} for reward in (1e150, 1.0, 1.0)])
    assert means.scalars()["zero_advantage_groups"] == 1.0
