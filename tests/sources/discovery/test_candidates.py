"""Which files of a log directory are looked into."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packing import write_parquet, write_torch
from repository import SAMPLES

from tensorboard_plugin_rlboard.sources import reader
from tensorboard_plugin_rlboard.sources.containers.base import Preview
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file, list_sources

NO_ROWS = [
    ("model.pt", lambda: pickle.dumps({"state": [0] * 10, "rollout_id": 1, "samples": []})),  # no archive
    ("strings.json", lambda: b'["a", "b"]'),
    ("text.json", lambda: b"hello"),
    ("long.json", lambda: json.dumps({"model_type": "qwen2", "weights": {"a": "x" * 200_000}}).encode()),
    ("metrics.csv", lambda: b"step,loss\n1,2\n"),
    ("log.csv", lambda: b"step,reward\n1,2\n"),
    ("noheader.csv", lambda: b"x" * 200_000),
    ("numbers.csv", lambda: b"1,2\n3,4\n"),
    *((f"empty{end}", bytes) for end in (".json", ".csv", ".pt", ".txt", "")),
]
SETTINGS = [
    ("config.json", b'{"model_type": "qwen2", "hidden_size": 8}'),
    ("adapter.json", b'{"task": "x", "peft": "y", "r": 1}'),
    ("batch_summary.json", b'{"training_step": 3, "epoch": 0, "num_episodes": 8}'),
]


@pytest.mark.parametrize(("name", "content"), NO_ROWS)
def test_files_without_rows_are_not_even_found(tmp_path: Path, name: str, content: Any) -> None:
    path = tmp_path / name
    path.write_bytes(content())
    seen = reader.preview(str(path))
    assert (seen.may_hold_rollouts, seen.is_listed) == (False, False)
    assert seen.reason.endswith(".")
    assert list_sources(parse_roots(str(tmp_path), "")).runs == {}


@pytest.mark.parametrize(("name", "content"), SETTINGS)
def test_settings_are_read_and_not_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert reader.preview(str(tmp_path / name)) == Preview(may_hold_rollouts=True, is_listed=False)


def test_a_checkpoint_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    weights = {f"layer.{i}.weight": [0.0] * 50 for i in range(100)}
    path = write_torch(tmp_path / "model.pt", {"model": weights, "rollout_id": 3, "samples": []})
    assert not reader.preview(str(path)).may_hold_rollouts
    with zipfile.ZipFile(tmp_path / "other.pt", "w") as archive:
        archive.writestr("code/__torch__.py", "rollout_id samples")
    assert not reader.preview(str(tmp_path / "other.pt")).may_hold_rollouts


def test_files_that_hold_rollouts_are_candidates(tmp_path: Path) -> None:
    files = sorted(SAMPLES.rglob("*.pt")) + sorted(SAMPLES.rglob("*.parquet"))
    for path in files:
        # A shard of miles has no samples: it is read with the rollout file that it belongs to.
        assert reader.preview(str(path)).may_hold_rollouts is (path.parent.name != "train_data")
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps({"training_step": 1, "epoch": 0, "episode_id": "a:0", "task": {}, "trajectories": []})
    )
    assert reader.preview(str(path)).may_hold_rollouts
    path.write_text(json.dumps([{"prompt": "a", "response": "b", "reward": 1}]))
    assert reader.preview(str(path)).may_hold_rollouts
    table = tmp_path / "a.csv"
    table.write_text("conversation_text,trajectory_reward\n")
    assert reader.preview(str(table)).may_hold_rollouts
    table.write_text("prompt,completion,reward\n")
    assert reader.preview(str(table)).may_hold_rollouts
    assert reader.preview(str(tmp_path / "a.jsonl")).may_hold_rollouts  # nothing is there to say otherwise


def test_the_first_look_counts_no_files_that_everybody_has(tmp_path: Path) -> None:
    for name in ("config.json", "model.pt", "metrics.csv", ".hidden.parquet", "picture.png", "x.tfevents.1"):
        (tmp_path / name).write_bytes(b"{}")
    assert not has_log_file(parse_roots(str(tmp_path), ""), float("inf"))
    assert len(list_sources(parse_roots(str(tmp_path), "")).runs["."]) == 3
    assert "picture.png" in [
        file.relative for file in list_sources(parse_roots(str(tmp_path), ""), "picture.png").runs["."]
    ]
    (tmp_path / "completions").mkdir()
    shutil.copy(
        SAMPLES / "trl/plain/completions/completions_00001.parquet", tmp_path / "completions" / "a.parquet"
    )
    assert has_log_file(parse_roots(str(tmp_path), ""), float("inf"))


def test_links_and_pipes_that_everybody_has_are_no_problem_of_ours(tmp_path: Path) -> None:
    (tmp_path / "latest.pt").symlink_to(tmp_path / "gone.pt")
    os.mkfifo(tmp_path / "pipe.json")
    assert list_sources(parse_roots(str(tmp_path), "")).problems == []
    (tmp_path / "latest.parquet").symlink_to(tmp_path / "gone.parquet")
    assert len(list_sources(parse_roots(str(tmp_path), "")).problems) == 1


def test_hidden_folders_are_looked_into_and_our_own_are_not(tmp_path: Path) -> None:
    for folder in (".art/p/models/m/trajectories/train", ".rlboard/x", ".git"):
        write_parquet(tmp_path / folder / "0001.parquet", "SELECT 1 AS a")
    assert list(list_sources(parse_roots(str(tmp_path), "")).runs) == [".art/p/models/m/trajectories/train"]


def test_our_own_cache_is_nobodys_log(tmp_path: Path) -> None:
    name = f"{'ab' * 16}.parquet"
    write_parquet(tmp_path / "cache" / "parts-7" / "ab" / name, "SELECT 'x' AS prompt")
    assert list_sources(parse_roots(str(tmp_path), "")).runs == {}
    write_parquet(tmp_path / "parts-7" / "mine" / name, "SELECT 'x' AS prompt")
    assert list(list_sources(parse_roots(str(tmp_path), "")).runs) == ["parts-7/mine"]
