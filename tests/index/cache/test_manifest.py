"""Manifests: found for their file only, and refused where they are not what we wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from stored_parts import MANIFEST, NAME, STATE

from tensorboard_plugin_rlboard.index.cache.local_store import (
    CachedRange,
    LocalStore,
)
from tensorboard_plugin_rlboard.index.cache.manifest import (
    manifest_facts,
    read_manifest,
)

WRONG: list[dict[str, Any]] = [
    {"version": 1},
    {"known": "no such format"},
    {"known": 3},
    {"state": None},
    {"ranges": [[0, 9, "../../../etc/passwd"]]},
    {"ranges": [[1, 8, NAME]]},
    {"ranges": [[0, 8, NAME]]},
    {"ranges": [[0, 9, NAME], [8, 3, NAME]]},
    {"ranges": [[0, 0, NAME], [0, 9, NAME]]},
    {"ranges": [[0, -9, NAME]]},
    {"ranges": []},
    {"ranges": [[0, 9]]},
    {"archive": 1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_hostile_manifests_are_refused(wrong: dict[str, Any]) -> None:
    facts = json.loads(manifest_facts(MANIFEST))
    assert read_manifest(json.dumps(facts).encode()) == MANIFEST
    with pytest.raises(ValueError):
        read_manifest(json.dumps(facts | wrong).encode())


@pytest.mark.parametrize(
    "name", ["size", "mtime_ns", "inode", "device", "read_to", "first", "last", "packed"]
)
@pytest.mark.parametrize("value", ["x", -(2**70), 1.5, [0, 9], {}])
def test_hostile_states_are_refused(name: str, value: object) -> None:
    facts = json.loads(manifest_facts(MANIFEST))
    with pytest.raises(ValueError):
        read_manifest(json.dumps(facts | {"state": {**facts["state"], name: value}}).encode())


def test_ranges_behind_the_read_ones_may_leave_gaps() -> None:
    ahead = structs.replace(
        MANIFEST, ranges=(*MANIFEST.ranges, CachedRange(20, 5, NAME), CachedRange(30, 5, NAME))
    )
    found = read_manifest(manifest_facts(ahead))
    assert found == ahead
    assert found.prefix == MANIFEST.ranges


def test_manifest_comes_back_for_its_file_only(tmp_path: Path) -> None:
    cache = LocalStore(tmp_path / "cache")
    cache.save("/logs/a.jsonl", MANIFEST)
    assert cache.manifest("/logs/a.jsonl") == MANIFEST
    assert cache.manifest("/logs/b.jsonl") is None
    for file in (tmp_path / "cache").glob("files-*/**/*.json"):
        assert "logs" not in file.read_text()
        file.write_text('{"version": 1}')
    assert cache.manifest("/logs/a.jsonl") is None


def test_files_that_begin_alike_are_found_without_their_paths(tmp_path: Path) -> None:
    cache = LocalStore(tmp_path / "cache")
    assert not cache.has_heads
    other = structs.replace(MANIFEST, state=replace(STATE, inode=99))
    cache.save("/logs/a.jsonl", MANIFEST, NAME)
    cache.save("/logs/b.jsonl", other, NAME)
    cache.save("/logs/c.jsonl", MANIFEST)
    assert LocalStore(tmp_path / "cache").has_heads
    assert sorted(manifest.state.inode for manifest in cache.manifests_by_head(NAME)) == [7, 99]
    assert (
        cache.manifests_by_head("")
        == cache.manifests_by_head("f" * 32)
        == cache.manifests_by_head("..")
        == []
    )
    for file in (tmp_path / "cache").glob("files-*/**/*.json"):
        file.unlink()
    assert cache.manifests_by_head(NAME) == []
