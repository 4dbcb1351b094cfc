"""Which files of a dump folder belong together, and how a change of one shows."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from miles_dumps import conversations, rollout, sample, settle, shard

from tensorboard_plugin_rlboard.sources.companions import (
    Companion,
    DumpPlace,
    companions_of,
    joint_signature,
    place_of,
)
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import file_signature
from tensorboard_plugin_rlboard.sources.discovery.dump_folders import join_dump_folders
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
from tensorboard_plugin_rlboard.sources.discovery.walk import list_sources


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/d/rollout_data/3.pt", DumpPlace("/d", "rollout_data", "3", -1)),
        ("/d/rollout_data/eval_3.pt", DumpPlace("/d", "rollout_data", "eval_3", -1)),
        ("/d/train_data/3_12.pt", DumpPlace("/d", "train_data", "3", 12)),
        ("/d/train_data/3.pt", DumpPlace("/d", "train_data", "3", -1)),
        ("/d/trajectory/eval_3.jsonl", DumpPlace("/d", "trajectory", "eval_3", -1)),
        ("s3://b/d/train_data/3_0.pt", DumpPlace("s3://b/d", "train_data", "3", 0)),
        ("/d/train_data/eval_3.pt", None),
        ("/d/train_data/3_0.pt.tmp", None),
        ("/d/rollout_data/x3.pt", None),
        ("/d/other/3.pt", None),
        ("3.pt", None),
    ],
)
def test_names_tell_the_place_in_a_dump(path: str, place: DumpPlace | None) -> None:
    assert place_of(path) == place


def test_companions_are_those_of_the_same_rollout(tmp_path: Path) -> None:
    path = rollout(tmp_path, 3, [])
    evaluation = rollout(tmp_path, 3, [], prefix="eval_")
    for rollout_id, rank in ((3, 0), (3, 10), (3, 2), (30, 0), (4, 0)):
        shard(tmp_path, rollout_id, rank, [])
    conversations(tmp_path, "3", [])
    conversations(tmp_path, "eval_3", [])
    os.mkfifo(tmp_path / "train_data" / "3_7.pt")
    names = [(one.place.folder, Path(one.path).name) for one in companions_of(str(path))]
    assert names == [
        *(("train_data", f"3_{rank}.pt") for rank in (0, 2, 10)),
        ("trajectory", "3.jsonl"),
    ]
    assert [Path(one.path).name for one in companions_of(str(evaluation))] == ["eval_3.jsonl"]
    assert companions_of(str(tmp_path / "train_data" / "3_0.pt")) == []
    assert companions_of("s3://b/rollout_data/3.pt") == []


def test_a_listing_that_is_remembered_sees_a_file_that_comes_later(tmp_path: Path) -> None:
    path = str(rollout(tmp_path, 3, []))
    shard(tmp_path, 3, 0, [])
    settle(tmp_path)
    assert len(companions_of(path)) == 1
    shard(tmp_path, 3, 1, [])
    assert len(companions_of(path)) == 2
    settle(tmp_path)
    os.utime(tmp_path / "train_data", (1, 1))
    assert len(companions_of(path)) == 2


def test_the_signature_covers_every_companion() -> None:
    place = DumpPlace("/d", "train_data", "3", 0)
    one = Companion(place, "/d/train_data/3_0.pt", 100, 5, 7)
    own = (10, 9, 1, 2)
    assert joint_signature(own, []) == own
    joint = joint_signature(own, [one])
    assert (joint[0], joint[1], joint[3]) == (10, 9, 2)
    other = one._replace(place=place._replace(rank=1))
    assert joint_signature(own, [one, other]) == joint_signature(own, [other, one])
    assert joint_signature(own, [one._replace(mtime_ns=20)])[1] == 20
    changed = [
        one._replace(size=101),
        one._replace(mtime_ns=6),
        one._replace(inode=8),
        other,
    ]
    assert len({joint_signature(own, [each]) for each in (one, *changed)} | {own}) == 6
    assert joint_signature((10, 9, 3, 2), [one]) != joint


def test_a_walk_gives_companions_to_their_rollout_file(tmp_path: Path) -> None:
    rollout(tmp_path / "a" / "d", 3, [sample(0)])
    shard(tmp_path / "a" / "d", 3, 0, [])
    shard(tmp_path / "a" / "d", 4, 0, [])  # its rollout file is not there
    conversations(tmp_path / "a" / "d", "3", [])
    found = list_sources(parse_roots(str(tmp_path), "")).runs
    assert {run: [file.relative for file in files] for run, files in found.items()} == {
        "a/d/rollout_data": ["a/d/rollout_data/3.pt"],
        "a/d/train_data": ["a/d/train_data/4_0.pt"],
    }
    (file,) = found["a/d/rollout_data"]
    assert (file.size, file.mtime_ns, file.inode, file.device) == file_signature(file.path)


def test_a_log_directory_that_is_the_folder_of_rollouts_sees_the_folders_beside_it(tmp_path: Path) -> None:
    rollout(tmp_path, 3, [sample(0)])
    shard(tmp_path, 3, 0, [])
    (file,) = list_sources(parse_roots(str(tmp_path / "rollout_data"), "")).runs["."]
    assert (file.size, file.mtime_ns, file.inode, file.device) == file_signature(file.path)


def test_files_of_other_folders_stay_as_they_are() -> None:
    file = SourceFile("/d/other/3.pt", "other", "other/3.pt", 1, 2, 3, 4)
    twin = replace(file, path="/d/train_data/3_0.pt", relative="train_data/3_0.pt")
    assert join_dump_folders([file, twin]) == [file, twin]
