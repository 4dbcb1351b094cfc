"""Which samples a writer keeps where it does not keep all, and what it says about the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.steps.sampling import choose_samples


def rows_of(writer: RolloutWriter) -> list[dict[str, Any]]:
    return [json.loads(line) for line in writer.path.read_text().splitlines()]


def test_only_every_nth_step_is_written(tmp_path: Path) -> None:
    for scalars in (True, False):
        with RolloutWriter(tmp_path / str(scalars), every_n_steps=10, scalars=scalars) as writer:
            for step in range(25):
                writer.log(step=step, reward=1.0)
                writer.log_batch(step=step, response=["a", "b"])
        assert [row["step"] for row in rows_of(writer)] == [0, 0, 0, 10, 10, 10, 20, 20, 20]
        assert (writer.written, writer.dropped, writer.skipped) == (9, 0, 66)


def test_half_is_drawn_by_lot_and_half_are_the_extremes(tmp_path: Path) -> None:
    rewards = np.random.default_rng(0).permutation(100).astype(float)
    with RolloutWriter(tmp_path, max_samples_per_step=10) as writer:
        for step in (1, 2):
            writer.log_batch(
                step=step,
                reward=rewards,
                logprobs=[[-1.0]] * 100,
                ref_logprobs=[[-1.0 - (at == 17) * 5.0] for at in range(100)],
                sample=list(range(100)),
            )
    rows = rows_of(writer)
    assert [row["step"] for row in rows] == [1] * 10 + [2] * 10
    assert {row["sampled_of"] for row in rows} == {100}
    first = [row for row in rows if row["step"] == 1]
    kinds = [row["sampled_as"] for row in first]
    assert kinds.count("random") == 5
    assert {"best", "worst", "log_ratio"} <= set(kinds) | {"random"}
    kept = {row["reward"] for row in first}
    assert {0.0, 99.0} <= kept
    assert 17 in {row["sample"] for row in first}
    assert [row["sample"] for row in first] == sorted(row["sample"] for row in first), "in their order"
    assert (writer.written, writer.skipped, writer.dropped) == (20, 180, 0)


def test_the_same_seed_draws_the_same_and_those_drawn_stand_for_all() -> None:
    rows = [{"reward": float(at)} for at in range(1_000)]
    kept = choose_samples(rows, 200, "train/1/0")
    assert kept == choose_samples(rows, 200, "train/1/0")
    assert kept != choose_samples(rows, 200, "train/2/0")
    drawn = [row["reward"] for row in kept if row["sampled_as"] == "random"]
    assert np.mean(drawn) == pytest.approx(499.5, abs=4 * 289 / np.sqrt(len(drawn)))
    assert np.mean([row["reward"] for row in choose_samples(rows, 1_000, "x")]) == 499.5


@pytest.mark.parametrize("most", [1, 2, 3, 7, 50])
def test_never_more_and_never_fewer_than_asked(most: int) -> None:
    for rows in (
        [{"reward": float(at % 2)} for at in range(40)],
        [{"reward": None}] * 40,
        [{"reward": float("nan")}] * 40,
        [{"reward": 1.0, "logprobs": [float(at)], "ref_logprobs": [0.0]} for at in range(40)],
        [{"reward": "none", "logprobs": "x", "ref_logprobs": [0.0]}] * 40,
    ):
        kept = choose_samples(rows, most, "s")
        assert len(kept) == min(most, 40)
        assert all(row["sampled_of"] == 40 for row in kept)


def test_fewer_samples_than_the_limit_are_all_kept(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, max_samples_per_step=10) as writer:
        writer.log_batch(step=1, reward=[1.0, 2.0])
    assert [(row["sampled_of"], row["sampled_as"]) for row in rows_of(writer)] == [(2, "random")] * 2


def test_flush_chooses_among_those_that_are_there(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, max_samples_per_step=2) as writer:
        writer.log_batch(step=1, reward=[1.0, 2.0, 3.0])
        writer.flush()
        assert len(rows_of(writer)) == 2
        writer.log_batch(step=2, reward=[1.0, 2.0, 3.0])
    assert [row["step"] for row in rows_of(writer)] == [1, 1, 2, 2]


def test_steps_that_overlap_are_chosen_from_whole(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, max_samples_per_step=1, background=False) as writer:
        for step in (1, 1, 2, 1, 2, 3, 2, 3):
            writer.log(step=step, reward=1.0)
    rows = rows_of(writer)
    assert [(row["step"], row["sampled_of"]) for row in rows] == [(1, 3), (2, 3), (3, 2)]
