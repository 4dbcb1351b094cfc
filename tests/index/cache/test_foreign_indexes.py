"""Indexes that somebody else made: used where they fit the log, never believed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from moved_logs import ALL, ROWS
from msgspec import structs
from rollout_log import long_line

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER

pytestmark = pytest.mark.usefixtures("small_ranges")
Open = Callable[..., list[float]]


Read = list[int]


@pytest.mark.parametrize("cached", [True, False])
def test_index_beside_the_data_is_found(
    logs: Path, tmp_path: Path, rewards: Open, read: Read, cached: bool
) -> None:
    assert main(["index", str(logs), "--beside"]) == 0
    assert sorted(path.name for path in (logs / "run").iterdir()) == [FOLDER, "a.jsonl"]
    before = sorted((logs / "run" / FOLDER).rglob("*"))
    shutil.copytree(logs, tmp_path / "copy", copy_function=shutil.copy)
    cache = tmp_path / "cache" if cached else None
    for folder in (logs, tmp_path / "copy"):
        for _ in range(2):
            assert rewards(folder, cache) == ALL
    assert rewards(logs / "run", cache, ".") == ALL
    assert read == []
    assert sorted((logs / "run" / FOLDER).rglob("*")) == before, "TensorBoard writes nothing there"
    assert not list((tmp_path / "cache").rglob("*.parquet")), "what lies on a disk is not copied"


@pytest.mark.parametrize("harm", ["rows", "facts", "manifest", "all"])
def test_broken_index_beside_the_data_is_ignored(
    logs: Path, tmp_path: Path, rewards: Open, harm: str
) -> None:
    assert main(["index", str(logs), "--beside"]) == 0
    suffix = {"rows": "*.parquet", "facts": "parts-*/**/*.json", "manifest": "files-*/**/*.json", "all": "*"}
    for path in (logs / "run" / FOLDER).rglob(suffix[harm]):
        if path.is_file():
            path.write_bytes(b'{"version": 2}')
    assert rewards(logs, tmp_path / "cache") == ALL
    assert rewards(logs, None) == ALL


def test_index_beside_other_data_is_ignored(logs: Path, tmp_path: Path, rewards: Open) -> None:
    assert main(["index", str(logs), "--beside"]) == 0
    log = logs / "run" / "a.jsonl"
    log.write_bytes(b"".join(long_line(step + 1) for step in range(ROWS)))
    assert rewards(logs, None) == [reward + 0.5 for reward in ALL]


def test_manifest_that_vouches_for_foreign_parts_is_not_believed(
    logs: Path, tmp_path: Path, rewards: Open, read: Read
) -> None:
    """Its state is that of the file; a part in the middle was made of other bytes."""
    (tmp_path / "other" / "run").mkdir(parents=True)
    other = tmp_path / "other" / "run" / "a.jsonl"
    other.write_text((logs / "run" / "a.jsonl").read_text().replace('"reward": 15.0', '"reward": 99.0'))
    for folder in (logs, tmp_path / "other"):
        assert main(["index", str(folder), "--beside"]) == 0
    ours, theirs = (LocalStore(folder / "run" / FOLDER) for folder in (logs, tmp_path / "other"))
    good, bad = ours.manifest("a.jsonl"), theirs.manifest("a.jsonl")
    assert good is not None
    assert bad is not None
    wrong = next(i for i, kept in enumerate(good.ranges) if kept.part != bad.ranges[i].part)
    foreign = bad.ranges[wrong]
    ours.put(*theirs.fetch(foreign.part))
    swapped = structs.replace(good, ranges=(*good.ranges[:wrong], foreign, *good.ranges[wrong + 1 :]))
    ours.save("a.jsonl", swapped)
    # Only where the difference lies at an end of the range can it be seen without reading all of it.
    lines = (logs / "run" / "a.jsonl").read_bytes()
    assert lines[foreign.offset : foreign.offset + foreign.length].count(b'"reward": 15.0') == 1
    assert foreign.length < 2 * 4096
    assert rewards(logs, None) == ALL
    assert read[0] == foreign.offset


def test_part_with_more_rows_than_it_tells_is_built_again(
    logs: Path, tmp_path: Path, rewards: Open, read: Read
) -> None:
    assert main(["index", str(logs), "--beside"]) == 0
    store = LocalStore(logs / "run" / FOLDER)
    manifest = store.manifest("a.jsonl")
    assert manifest is not None
    first, second, *more = manifest.ranges
    facts, rows = store.fetch(first.part)
    _, others = store.fetch(second.part)
    assert rows != others
    forged = store.put(facts, others)
    store.save(
        "a.jsonl", structs.replace(manifest, ranges=(structs.replace(first, part=forged), second, *more))
    )
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read[0] == 0


def test_part_that_is_gone_costs_its_range_only(
    logs: Path, tmp_path: Path, rewards: Open, read: Read
) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    cache = LocalStore(tmp_path / "cache")
    manifest = cache.manifest(str(logs / "run" / "a.jsonl"))
    assert manifest is not None
    gone = manifest.ranges[2]
    next(cache.parts_folder.rglob(f"{gone.part}.parquet")).unlink()
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read == [gone.offset]
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read == [gone.offset], "it is kept again"


def test_ranges_that_a_cluster_has_finished_out_of_order_are_taken(
    logs: Path, tmp_path: Path, rewards: Open, read: Read
) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    cache, path = LocalStore(tmp_path / "cache"), str(logs / "run" / "a.jsonl")
    manifest = cache.manifest(path)
    assert manifest is not None
    first, missing, *more = manifest.ranges
    state = replace(manifest.state, read_to=first.length, last=manifest.state.first)
    cache.save(path, structs.replace(manifest, state=state, ranges=(first, *more)))
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read == [missing.offset]
    stored = cache.manifest(path)
    assert stored is not None
    assert stored.ranges == manifest.ranges
