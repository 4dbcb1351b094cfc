"""The cache of parts: whole or absent, shared, bounded, never trusted blindly."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.index.cache import Cache, KeptRange, Manifest, default_folder
from tensorboard_plugin_rlboard.index.keys import Keys
from tensorboard_plugin_rlboard.index.ranges import Built, Order, build_range
from tensorboard_plugin_rlboard.sources.tail import FileState, Fingerprint

LINES = b'{"step": 1, "response": "a", "reward": 1.0, "acc": 0.5}\n\n{torn\n{"step": 2, "response": "b", "reward": NaN}\n'


@pytest.fixture
def order(tmp_path: Path) -> Order:
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES)
    return Order(str(path), 0, len(LINES), "native")


@pytest.fixture
def built(order: Order, tmp_path: Path) -> tuple[Built, Path]:
    parquet = tmp_path / "range.parquet"
    return build_range(order, parquet), parquet


def test_part_comes_back_as_it_was_kept(tmp_path: Path, order: Order, built: tuple[Built, Path]) -> None:
    cache = Cache(tmp_path / "cache")
    name = cache.keep(order, *built)
    found = Cache(tmp_path / "cache").part(name)
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


def test_name_depends_on_the_bytes_and_the_keys(
    tmp_path: Path, order: Order, built: tuple[Built, Path]
) -> None:
    cache = Cache(tmp_path / "cache")
    part = built[0].part
    other = Built(Fingerprint(0, len(LINES), b"x"), part)
    further = Built(built[0].fingerprint, replace(part, keys=Keys(numbers=frozenset({"acc", "b"}))))
    assert len({cache.name(order, found) for found in (built[0], other, further)}) == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"keys": []}'])
def test_broken_facts_are_as_good_as_none(
    tmp_path: Path, order: Order, built: tuple[Built, Path], content: bytes
) -> None:
    cache = Cache(tmp_path / "cache")
    name = cache.keep(order, *built)
    (cache.parts / f"{name}.json").write_bytes(content)
    assert cache.part(name) is None
    assert cache.part("no-such-part") is None


def test_part_without_its_rows_is_none(tmp_path: Path, order: Order, built: tuple[Built, Path]) -> None:
    cache = Cache(tmp_path / "cache")
    name = cache.keep(order, *built)
    (cache.parts / f"{name}.parquet").unlink()
    assert cache.part(name) is None


def test_manifest_comes_back_for_its_file_only(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    state = FileState(9, 8, 7, 6, settled=True, read_to=9, first=Fingerprint(0, 9, b"\x00\xff"))
    manifest = Manifest("native", state, 3, (KeptRange(0, 9, 0, "p"),))
    cache.save("/logs/a.jsonl", manifest)
    assert cache.manifest("/logs/a.jsonl") == manifest
    assert cache.manifest("/logs/b.jsonl") is None
    for file in (tmp_path / "cache").glob("files-*/*.json"):
        file.write_text('{"version": 1}')
    assert cache.manifest("/logs/a.jsonl") is None


def test_oldest_parts_go_first(tmp_path: Path, order: Order, built: tuple[Built, Path]) -> None:
    cache = Cache(tmp_path / "cache", bound=1000)
    for age, name in enumerate(("new", "middle", "old")):
        part = cache.parts / f"{name}.parquet"
        part.write_bytes(b"x" * 400)
        os.utime(part, (1e9 - age, 1e9 - age))
    cache.evict()
    assert sorted(path.stem for path in cache.parts.iterdir()) == ["middle", "new"]


def test_no_half_written_file_is_left(tmp_path: Path, order: Order, built: tuple[Built, Path]) -> None:
    cache = Cache(tmp_path / "cache")
    name = cache.keep(order, *built)
    assert sorted(path.name for path in cache.parts.iterdir()) == [f"{name}.json", f"{name}.parquet"]


def test_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "rlboard"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert default_folder() == tmp_path / "home" / ".cache" / "rlboard"
