"""The cache of parts: whole or absent, shared, bounded, never trusted blindly."""

from __future__ import annotations

import json
import os
import tempfile
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stored_parts import MANIFEST, NAME

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.cache.blob_folder import LocalFolder
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.manifest import (
    part_facts,
    read_part,
)
from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange, RangeOrder, build_range
from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint

LINES = b'{"step": 1, "response": "a", "reward": 1.0, "acc": 0.5}\n\n{torn\n{"step": 2, "response": "b", "reward": NaN}\n'


@pytest.fixture
def order(tmp_path: Path) -> RangeOrder:
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    return RangeOrder(str(path), 0, len(LINES), NATIVE)


@pytest.fixture
def built(order: RangeOrder, tmp_path: Path) -> tuple[BuiltRange, Path]:
    parquet = tmp_path / "range.parquet"
    return build_range(order, parquet), parquet


def files_of(cache: LocalStore) -> list[str]:
    return sorted(path.name for path in cache.parts_folder.rglob("*") if path.is_file())


def test_part_comes_back_as_it_was_kept(
    tmp_path: Path, order: RangeOrder, built: tuple[BuiltRange, Path]
) -> None:
    cache = LocalStore(tmp_path / "cache")
    name = cache.put_built(order.format, *built)
    found = LocalStore(tmp_path / "cache").part(name)
    assert found is not None
    again, parquet = found
    assert parquet.read_bytes() == built[1].read_bytes()
    assert (again.part.keys, again.fingerprint) == (built[0].part.keys, built[0].fingerprint)
    assert again.part.changes == built[0].part.changes
    where = [
        (int(again.part.line_numbers[p.line]), int(again.part.line_offsets[p.line]))
        for p in again.part.problems
    ]
    assert where == [(2, LINES.index(b"{torn"))]


def test_name_depends_on_all_that_a_part_holds(
    tmp_path: Path, order: RangeOrder, built: tuple[BuiltRange, Path]
) -> None:
    cache = LocalStore(tmp_path / "cache")
    name = cache.put_built(order.format, *built)
    assert cache.put_built(order.format, *built) == name
    other = replace(built[0], fingerprint=Fingerprint(0, len(LINES), "ab"))
    fewer = replace(built[0], part=replace(built[0].part, newlines=3))
    rows = tmp_path / "other.parquet"
    rows.write_bytes(built[1].read_bytes() + b"x")
    names = {
        cache.put_built(order.format, other, built[1]),
        cache.put_built(order.format, fewer, built[1]),
        cache.put_built(order.format, built[0], rows),
    }
    assert len(names | {name}) == 4


def test_copy_that_was_changed_in_the_middle_does_not_take_the_parts_of_the_other(tmp_path: Path) -> None:
    """Both ends and the length of the two ranges are the same."""
    cache, names = LocalStore(tmp_path / "cache"), []
    for reward in (0.0, 1.0):
        rewards = [reward if i == 50 else 0.5 for i in range(100)]
        text = "".join(
            json.dumps({"step": i, "response": "x" * 200, "reward": logged}) + "\n"
            for i, logged in enumerate(rewards)
        )
        (tmp_path / "a.jsonl").write_text(text)
        order = RangeOrder(str(tmp_path / "a.jsonl"), 0, len(text), NATIVE)
        names.append(cache.put_built(order.format, build_range(order, tmp_path / "rows"), tmp_path / "rows"))
    assert names[0] != names[1]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"keys": []}', b"[" * 100_000])
def test_broken_facts_are_as_good_as_none(
    tmp_path: Path, order: RangeOrder, built: tuple[BuiltRange, Path], content: bytes
) -> None:
    cache = LocalStore(tmp_path / "cache")
    name = cache.put_built(order.format, *built)
    next(cache.parts_folder.rglob("*.json")).write_bytes(content)
    assert cache.part(name) is None
    assert cache.part(NAME) is None
    assert cache.part("../../a") is None
    assert cache.put_built(order.format, *built) == name
    assert cache.part(name) is not None, "the good one is written in the place of the broken one"


@pytest.mark.parametrize("harm", ["remove", "change", "lengthen"])
def test_part_without_its_rows_is_none(
    tmp_path: Path, order: RangeOrder, built: tuple[BuiltRange, Path], harm: str
) -> None:
    cache = LocalStore(tmp_path / "cache")
    name = cache.put_built(order.format, *built)
    assert cache.has(name)
    rows = next(cache.parts_folder.rglob("*.parquet"))
    content = rows.read_bytes()
    rows.unlink()
    if harm != "remove":
        rows.write_bytes(content[:-9] + b"x" + content[-8:] if harm == "change" else content + b"x")
    assert cache.part(name) is None
    assert not cache.has(name)


HOSTILE: list[dict[str, Any]] = [
    {"version": 1},
    {"format": ["native", "another definition"]},
    {"format": ["no such format", ""]},
    {"samples": 10**9},
    {"samples": -1},
    {"samples": True},
    {"lines": "many"},
    {"newlines": 2**70},
    {"keys": [["a"], ["b"]]},
    {"keys": [[1], [], []]},
    {"problems": [[0, 10**12, "kind", "reason"]]},
    {"changes": [["train", 1.5, 0]]},
    {"changes": [["train", 2**80, 0]]},
    {"fingerprint": [0, 10, "zz"]},
    {"fingerprint": None},
    {"rewarded": -1},
    {"rewarded": 3},
    {"sampleless": 10**6},
    {"lost": 3},
]


@pytest.mark.parametrize("wrong", HOSTILE, ids=str)
def test_hostile_facts_are_refused(
    order: RangeOrder, built: tuple[BuiltRange, Path], wrong: dict[str, Any]
) -> None:
    facts = json.loads(part_facts(order.format, built[0]))
    assert read_part(json.dumps(facts).encode()).part.samples == 2
    with pytest.raises(ValueError):
        read_part(json.dumps(facts | wrong).encode())


def put_sized(cache: LocalStore, name: str, size: int, age: int) -> None:
    for suffix in (".parquet", ".json"):
        part = cache.parts_folder / name[:2] / f"{name}{suffix}"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(b"x" * (size // 2))
        os.utime(part, (1e9 - age - (suffix == ".json"), 1e9 - age - (suffix == ".json")))


def test_oldest_parts_go_first_and_go_whole(tmp_path: Path) -> None:
    cache = LocalStore(tmp_path / "cache", size_limit=1000)
    cache.save("/logs/a.jsonl", MANIFEST, NAME)
    for age, name in enumerate(("new", "middle", "old")):
        put_sized(cache, name, 400, age)
    cache.evict()
    assert files_of(cache) == ["middle.json", "middle.parquet", "new.json", "new.parquet"]
    assert cache.manifests_by_head(NAME)


def test_parts_of_an_earlier_version_count_and_go(tmp_path: Path) -> None:
    old = tmp_path / "cache" / "parts-1"
    old.mkdir(parents=True)
    (old / "x.parquet").write_bytes(b"x" * 2000)
    LocalStore(tmp_path / "cache", size_limit=1000).evict()
    assert list(old.iterdir()) == []


def test_folder_that_was_filled_on_purpose_has_no_bound(tmp_path: Path) -> None:
    LocalStore(tmp_path / "cache").remove_size_limit()
    cache = LocalStore(tmp_path / "cache", size_limit=1000)
    put_sized(cache, "big", 4000, 0)
    cache.evict()
    assert files_of(cache) == ["big.json", "big.parquet"]


def test_bound_holds_while_parts_are_kept(tmp_path: Path) -> None:
    cache = LocalStore(tmp_path / "cache", size_limit=5000)
    for number in range(20):
        cache.put(b"%d" % number, b"x" * 1000)
    assert sum(path.stat().st_size for path in cache.parts_folder.rglob("*") if path.is_file()) <= 11_000


def test_no_half_written_file_is_left(
    tmp_path: Path, order: RangeOrder, built: tuple[BuiltRange, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = LocalStore(tmp_path / "cache")
    name = cache.put_built(order.format, *built)
    assert files_of(cache) == [f"{name}.json", f"{name}.parquet"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        cache.put(b"facts", b"rows")
    assert files_of(cache) == [f"{name}.json", f"{name}.parquet"]


def test_files_are_for_whom_the_umask_says(tmp_path: Path) -> None:
    LocalFolder(tmp_path).write("shared/part", b"x")
    (tmp_path / "plain").write_bytes(b"x")
    assert (tmp_path / "shared" / "part").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert LocalFolder(tmp_path).read("a", 10) == b"x" * 10
    with pytest.raises(OSError, match="larger"):
        LocalFolder(tmp_path).read("a", 9)


def test_reading_takes_the_memory_of_what_there_is_and_not_of_what_there_may_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    tracemalloc.start()
    try:
        LocalFolder(tmp_path).read("a", 256 * 1024**2)
        assert tracemalloc.get_traced_memory()[1] < 1024**2
    finally:
        tracemalloc.stop()


def test_folder_of_somebody_else_is_only_read(
    tmp_path: Path, order: RangeOrder, built: tuple[BuiltRange, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = LocalStore(tmp_path / "cache").put_built(order.format, *built)

    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    cache = LocalStore(tmp_path / "cache", size_limit=0)
    assert not cache.writable
    cache.evict()
    assert cache.part(name) is not None
