"""The step means that a writer puts into an event file: the tab's numbers, where TensorBoard finds them."""

from __future__ import annotations

import argparse
import builtins
import dataclasses
import json
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.output.event_file import EventFile
from tensorboard_plugin_rlboard.writing.steps import step_buffer
from tensorboard_plugin_rlboard.writing.steps.step_means import StepMeans

Curves = dict[str, dict[int, float]]


def event_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*tfevents*") if path.name.endswith(".rlboard"))


def accumulated(folder: Path) -> EventAccumulator:
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    found.Reload()
    return found


def curves(folder: Path) -> Curves:
    """Tag -> step -> value."""
    found = accumulated(folder)
    return {tag: {e.step: e.value for e in found.Scalars(tag)} for tag in found.Tags()["scalars"]}


def training(writer: RolloutWriter, steps: int = 3, samples: int = 24, tokens: int = 30) -> None:
    """Everything that a mean is made of, with padding, a mask, gaps and NaN."""
    draw = np.random.default_rng(0)
    for step in range(steps):
        lengths = draw.integers(1, tokens, samples)
        logprobs = -draw.exponential(0.5, (samples, tokens))
        logprobs[0, 0] = np.nan
        reward = draw.choice([0.0, 1.0], samples)
        reward[:4] = 1.0
        writer.log_batch(
            step=step,
            prompt=[f"p{at // 4}" for at in range(samples)],
            response=[f"r{at}" for at in range(samples)],
            response_tokens=[["w"] * (int(n) - 1) + ["</s>"] * (tokens - int(n) + 1) for n in lengths],
            reward=[None if at == 9 else float(x) for at, x in enumerate(reward)],
            ref_reward=np.full(samples, 0.25),
            finish_reason=["length" if at % 3 == 0 else "stop" for at in range(samples)],
            logprobs=np.where(np.arange(tokens) < lengths[:, None], logprobs, 0.0),
            ref_logprobs=logprobs - draw.normal(0, 0.2, (samples, tokens)),
            rollout_logprobs=[
                (row - 0.01).tolist()[: int(n)] for row, n in zip(logprobs, lengths, strict=True)
            ],
            response_mask=(draw.random((samples, tokens)) < 0.8).astype(int),
        )


def test_the_means_are_those_of_the_tab(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    with RolloutWriter(tmp_path / "run", precision=None) as writer:
        training(writer)
    assert writer.dropped == 0
    found = curves(tmp_path / "run")
    names = {tag.removeprefix("rlboard/") for tag in found}
    board = open_board(tmp_path)
    wanted = [
        "reward",
        "ref_reward",
        "reward_gap",
        "k3_mean",
        "log_ratio_mean",
        "mismatch_k3_mean",
        "surprise_mean",
        "n_tokens",
    ]
    shown = board.steps(StepsQuestion(Selection("run"), metrics=tuple(wanted)))
    for name in wanted:
        mine = [found[f"rlboard/{name}"][step] for step in shown.step]
        assert mine == pytest.approx([float(str(x)) for x in shown.metrics[name].mean], rel=1e-5), name
    for name in ("truncation_share", "zero_advantage_groups", "n_samples"):
        mine = [found[f"rlboard/{name}"][step] for step in shown.step]
        assert mine == pytest.approx([float(str(x)) for x in shown.step_metrics[name]], rel=1e-6), name
    std = [float(str(x)) for x in shown.metrics["reward"].std]
    assert [found["rlboard/reward_std"][step] for step in shown.step] == pytest.approx(std, rel=1e-5)
    assert names == {*wanted, "truncation_share", "zero_advantage_groups", "n_samples", "reward_std"}


def test_the_means_are_of_all_samples_whatever_is_written(tmp_path: Path) -> None:
    with (
        RolloutWriter(tmp_path / "all") as whole,
        RolloutWriter(tmp_path / "some", max_samples_per_step=3, every_n_steps=2) as some,
    ):
        training(whole)
        training(some)
    assert some.written == 6
    assert curves(tmp_path / "some") == curves(tmp_path / "all")


def test_logged_one_by_one_or_as_batches_the_means_are_the_same(tmp_path: Path) -> None:
    rows = [
        {"reward": float(at % 3), "logprobs": [-0.5] * (at + 1), "ref_logprobs": [-0.25] * (at + 1)}
        for at in range(10)
    ]
    with RolloutWriter(tmp_path / "rows") as one, RolloutWriter(tmp_path / "batch") as other:
        for row in rows:
            one.log(step=1, **row)
        other.log_batch(step=1, **{key: [row[key] for row in rows] for key in rows[0]})
    assert curves(tmp_path / "rows") == curves(tmp_path / "batch")
    k3 = curves(tmp_path / "rows")["rlboard/k3_mean"][1]
    assert k3 == pytest.approx(math.exp(0.25) - 1 - 0.25, rel=1e-6)


def test_a_step_is_there_when_the_next_has_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = RolloutWriter(tmp_path, background=False)
    writer.log(step=1, reward=1.0)
    writer.log(step=2, reward=2.0)
    writer.log(step=1, reward=0.0)  # a late one
    writer.flush()
    assert "rlboard/reward" not in curves(tmp_path)
    monkeypatch.setattr(step_buffer, "LATE_SECONDS", 0.0)
    writer.log(step=2, reward=4.0)
    assert curves(tmp_path)["rlboard/reward"] == {1: 0.5}
    writer.close()
    assert curves(tmp_path)["rlboard/reward"] == {1: 0.5, 2: 3.0}


def test_only_rank_0_writes_them_unless_asked(tmp_path: Path) -> None:
    for rank, scalars in ((0, None), (1, None), (2, True)):
        with RolloutWriter(tmp_path, rank, scalars=scalars) as writer:
            writer.log(step=1, reward=float(rank))
    with RolloutWriter(tmp_path / "none", scalars=False) as writer:
        writer.log(step=1)
    assert [path.parent.name for path in event_files(tmp_path)] == [tmp_path.name, "rank_2"]
    assert curves(tmp_path / "rank_2")["rlboard/reward"] == {1: 2.0}


def test_train_and_eval_share_one_event_file(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as train, RolloutWriter(tmp_path, split="eval") as other:
        train.log(step=1, reward=1.0)
        other.log(step=1, reward=2.0)
        other.log(step=1, reward=4.0, split="train")
    assert len(event_files(tmp_path)) == 1
    found = curves(tmp_path)
    assert found["rlboard_eval/reward"] == {1: 2.0}
    assert set(found["rlboard/reward"]) == {1}


def test_beside_other_event_files_ours_is_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """TensorBoard's slower loader reads one file of a folder after the other and never goes back."""
    other = EventFileWriter(str(tmp_path))
    other.close()
    for step in (1, 2):
        with RolloutWriter(tmp_path) as writer:
            writer.log(step=step, reward=float(step))
    assert {path.parent for path in event_files(tmp_path)} == {tmp_path / "rlboard"}
    assert curves(tmp_path / "rlboard")["rlboard/reward"] == {1: 1.0, 2: 2.0}
    (metadata,) = plugin_contents(tmp_path / "rlboard").values()
    assert metadata["files"] == ["../rollouts.rank_0.jsonl"]


def plugin_contents(folder: Path) -> dict[str, Any]:
    found = accumulated(folder)
    return {tag: json.loads(content) for tag, content in found.PluginTagToContent("rlboard").items()}


def test_the_event_file_names_the_rollout_files_and_the_settings(tmp_path: Path) -> None:
    config = {"gamma": 0.99, "model": {"name": "m"}}
    with RolloutWriter(tmp_path, max_bytes=200, config=config) as writer:
        for step in range(3):
            writer.log(step=step, response="x" * 150)
            writer.flush()
    found = plugin_contents(tmp_path)
    names = ["rollouts.rank_0.jsonl", "rollouts.rank_0.part_00001.jsonl", "rollouts.rank_0.part_00002.jsonl"]
    assert found == {
        f"rlboard/{name}": {"version": 1, "files": names[: at + 1], "config": config}
        for at, name in enumerate(names)
    }
    events = accumulated(tmp_path).Tensors("rlboard/rollouts.rank_0.jsonl")
    assert json.loads(events[0].tensor_proto.string_val[0])["files"] == names[:1]


@dataclasses.dataclass
class Settings:
    gamma: float = 0.9
    beta: Any = dataclasses.field(default_factory=lambda: np.float32(0.1))


@pytest.mark.parametrize(
    "config", [{"gamma": 0.9, "beta": np.float32(0.1)}, Settings(), argparse.Namespace(gamma=0.9, beta=0.1)]
)
def test_settings_are_written_beside_the_files_by_rank_0(tmp_path: Path, config: Any) -> None:
    for rank in (1, 0):
        with RolloutWriter(tmp_path, rank, config=config) as writer:
            writer.log(step=1)
        path = tmp_path / "rollouts.config.json"
        assert path.exists() is (rank == 0)
    assert json.loads(path.read_text()) == {"version": 1, "config": {"gamma": 0.9, "beta": 0.1}}
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_settings_that_cannot_be_written_do_not_disturb(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "rollouts.config.json").mkdir()
    with RolloutWriter(tmp_path, config={"gamma": 1}) as writer:
        writer.log(step=1)
    assert (writer.written, writer.dropped) == (1, 0)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_without_tensorboard_one_warning_and_all_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def absent(name: str, *more: Any, **further: Any) -> Any:
        if name.startswith("tensorboard."):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *more, **further)

    monkeypatch.setattr(builtins, "__import__", absent)
    with RolloutWriter(tmp_path) as writer:
        for step in range(4):
            writer.log(step=step, reward=1.0)
    assert (writer.written, writer.dropped) == (4, 0)
    assert len(caplog.records) == 1
    assert "no scalars are written" in caplog.text
    assert event_files(tmp_path) == []


def test_dropped_samples_are_a_scalar(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log()
        writer.log(step=1)
    assert curves(tmp_path)["rlboard/dropped"] == {1: 1.0}


def test_steps_that_are_no_numbers_have_lines_and_no_means(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log(step="warm-up", reward=1.0)
        writer.log(step="3", reward=1.0)
        writer.log(step=4.0, reward=1.0)
        writer.log(step=np.int64(5), reward=1.0)
    assert curves(tmp_path)["rlboard/reward"] == {3: 1.0, 4: 1.0, 5: 1.0}
    assert writer.written == 4


@pytest.mark.parametrize(
    "row",
    [
        {"reward": "x", "logprobs": "x", "ref_logprobs": [1.0]},
        {"logprobs": [[-1.0], [-2.0]], "ref_logprobs": [-1.0]},
        {"logprobs": [], "values": np.zeros((2, 3)), "response_tokens": [1, 2]},
        {"logprobs": np.array(["a"]), "ref_logprobs": np.zeros(0), "group_id": object()},
        {"response_tokens": None, "values": [None, 1.0]},
        {"logprobs": [None] * 3, "ref_logprobs": [-1.0] * 3, "response_mask": [0, 0, 0]},
        {"finish_reason": 3, "response_mask": "x", "reward": [1.0]},
    ],
)
def test_strange_values_do_not_end_the_means(row: dict[str, Any]) -> None:
    means = StepMeans()
    means.add([row, {"reward": 1.0}])
    found = means.scalars()
    assert found["n_samples"] == 2
    assert found["reward"] == 1.0
    assert all(math.isfinite(value) for value in found.values())


def test_event_files_of_one_folder_are_shared_until_the_last_is_closed(tmp_path: Path) -> None:
    one, other = EventFile.shared(tmp_path), EventFile.shared(tmp_path)
    assert one is other
    one.close()
    other.write_scalars(1, {"a": 1.0})
    other.close()
    third = EventFile.shared(tmp_path)
    assert third is not one
    third.close()
