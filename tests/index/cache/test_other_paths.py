"""Parts that were made elsewhere: under another path, beside the data, by somebody else at the same time."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.index.build import range_builder, range_plan
from tensorboard_plugin_rlboard.index.cache import manifest_ledger
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.manifest import VERSION
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update import part_loader
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

ROWS = 60
Open = Callable[..., list[float]]
Read = list[int]


def line(step: int) -> str:
    return json.dumps({"step": step, "response": f"r{step} " + "x" * 300, "reward": step / 2}) + "\n"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of 20 KB has seven ranges."""
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    monkeypatch.setattr(manifest_ledger, "SMALL_RANGE", 1)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "logs" / "run").mkdir(parents=True)
    (tmp_path / "logs" / "run" / "a.jsonl").write_text("".join(line(step) for step in range(ROWS)))
    return tmp_path / "logs"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The offsets of the ranges that are built by TensorBoard from now on."""
    offsets: Read = []
    real = range_builder.build_range

    def build(order: range_builder.RangeOrder, target: Path) -> range_builder.BuiltRange:
        offsets.append(order.offset)
        return real(order, target)

    monkeypatch.setattr(part_loader, "build_range", build)
    return offsets


@pytest.fixture
def rewards() -> Iterator[Open]:
    """Opens a log directory as TensorBoard would and gives the rewards of its run."""
    opened: list[Registry] = []

    def begin(folder: Path | str, cache: Path | None, run: str = "run") -> list[float]:
        registry = Registry(parse_roots(str(folder), ""), 0, cache)
        opened.append(registry)
        registry.refresh()
        table = Board(registry).samples(Selection(run), TextRules(), columns=["reward", "line"], limit=500)
        assert table.columns["line"] == list(range(1, len(table.columns["line"]) + 1))
        return [float(str(reward)) for reward in table.columns["reward"]]

    yield begin
    for registry in opened:
        registry.stop()


ALL = [step / 2 for step in range(ROWS)]


def test_ranges_are_cut_as_tensorboard_cuts_them(
    logs: Path, tmp_path: Path, rewards: Open, read: Read
) -> None:
    path = str(logs / "run" / "a.jsonl")
    size = Path(path).stat().st_size
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read == [offset for offset, _ in range_plan.plan(path, 0, size)]
    one_by_one = []
    start = 0
    while (at := range_plan.next_range(path, start, size)) is not None:
        one_by_one.append(at)
        start = sum(at)
    assert one_by_one == list(range_plan.plan(path, 0, size))
    assert len(read) == 7


def test_log_under_another_path_is_not_read_again(
    logs: Path, tmp_path: Path, rewards: Open, read: Read
) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    logs.rename(tmp_path / "mounted")
    assert rewards(tmp_path / "mounted", tmp_path / "cache") == ALL
    assert read == []
    shutil.rmtree(tmp_path / "cache" / f"heads-{VERSION}")
    assert rewards(tmp_path / "mounted", tmp_path / "cache") == ALL, "now it is known under this path"
    assert read == []


def test_log_that_has_grown_under_another_path_is_read_from_there(
    logs: Path, tmp_path: Path, rewards: Open, read: Read
) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    logs.rename(tmp_path / "mounted")
    log = tmp_path / "mounted" / "run" / "a.jsonl"
    end = log.stat().st_size
    log.write_text(log.read_text() + line(ROWS))
    assert rewards(tmp_path / "mounted", tmp_path / "cache") == [*ALL, ROWS / 2]
    assert read == [end]


@pytest.mark.parametrize("step", [0, 30, ROWS - 1])
def test_copy_that_was_changed_is_read_anew(logs: Path, tmp_path: Path, rewards: Open, step: int) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    shutil.copytree(logs, tmp_path / "copy")
    log = tmp_path / "copy" / "run" / "a.jsonl"
    log.write_text(log.read_text().replace(f'"reward": {step / 2}', f'"reward": {step / 2 + 1}'))
    os.utime(log, (1e9, 1e9))
    changed = [*ALL[:step], step / 2 + 1, *ALL[step + 1 :]]
    assert rewards(tmp_path / "copy", tmp_path / "cache") == changed
    assert rewards(logs, tmp_path / "cache") == ALL


def test_log_that_begins_alike_is_another_one(logs: Path, tmp_path: Path, rewards: Open) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    (tmp_path / "other" / "run").mkdir(parents=True)
    begin = (logs / "run" / "a.jsonl").read_text()[:15000].rpartition("\n")[0] + "\n"
    rest = "".join(line(step + 100) for step in range(40))
    (tmp_path / "other" / "run" / "a.jsonl").write_text(begin + rest)
    found = rewards(tmp_path / "other", tmp_path / "cache")
    assert found[-40:] == [(step + 100) / 2 for step in range(40)]
    assert found[:-40] == ALL[: len(found) - 40]


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
    log.write_text("".join(line(step + 1) for step in range(ROWS)))
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
    swapped = replace(good, ranges=(*good.ranges[:wrong], foreign, *good.ranges[wrong + 1 :]))
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
    store.save("a.jsonl", replace(manifest, ranges=(replace(first, part=forged), second, *more)))
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
    next(cache.parts.rglob(f"{gone.part}.parquet")).unlink()
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
    cache.save(path, replace(manifest, state=state, ranges=(first, *more)))
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read == [missing.offset]
    stored = cache.manifest(path)
    assert stored is not None
    assert stored.ranges == manifest.ranges


def test_archive_under_another_path_is_not_unpacked(
    logs: Path, tmp_path: Path, rewards: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (logs / "run" / "a.jsonl").read_bytes()
    (logs / "run" / "a.jsonl").unlink()
    (logs / "run" / "a.jsonl.gz").write_bytes(gzip.compress(text))
    for places in (["--cache-dir", str(tmp_path / "cache")], ["--beside"]):
        assert main(["index", str(logs), *places]) == 0
    logs.rename(tmp_path / "mounted")

    def unpacking(*_: Any, **__: Any) -> int:
        raise AssertionError("the archive was unpacked")

    monkeypatch.setattr("tensorboard_plugin_rlboard.sources.file_changes.unpacked_size", unpacking)
    assert rewards(tmp_path / "mounted", None) == ALL
    shutil.rmtree(tmp_path / "mounted" / "run" / FOLDER)
    assert rewards(tmp_path / "mounted", tmp_path / "cache") == ALL


def test_full_disk_costs_the_index_and_never_a_run(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (logs / "run" / "b.jsonl").write_text(line(0))

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "put", full)
    registry = Registry(parse_roots(str(logs), ""), 0, tmp_path / "cache")
    registry.refresh()
    run = registry.runs["run"]
    assert (run.samples, run.message, run.problems) == (ROWS + 1, "", 0)
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    assert "No space left" in caplog.text
    registry.stop()


def test_full_disk_does_not_hide_what_is_kept(
    logs: Path, tmp_path: Path, rewards: Open, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    (logs / "early").mkdir()
    (logs / "early" / "a.jsonl").write_text(line(0))

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "put", full)
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read == [0]
