"""Parts of a log that lies under another path by now."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moved_logs import ALL, ROWS
from rollout_log import append, long_line

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.manifest import VERSION
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

pytestmark = pytest.mark.usefixtures("small_ranges")
Open = Callable[..., list[float]]


Read = list[int]


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
    append(log, long_line(ROWS))
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
    begin = (logs / "run" / "a.jsonl").read_bytes()[:15000].rpartition(b"\n")[0] + b"\n"
    rest = b"".join(long_line(step + 100) for step in range(40))
    (tmp_path / "other" / "run" / "a.jsonl").write_bytes(begin + rest)
    found = rewards(tmp_path / "other", tmp_path / "cache")
    assert found[-40:] == [(step + 100) / 2 for step in range(40)]
    assert found[:-40] == ALL[: len(found) - 40]


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
    (logs / "run" / "b.jsonl").write_bytes(long_line(0))

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "put", full)
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), ""), tmp_path / "cache"), 0)
    indexer.index_now()
    run = indexer.registry.runs["run"]
    assert (run.samples, run.message, run.problems) == (ROWS + 1, "", 0)
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    assert f"kept in {tmp_path / 'cache'} (No space left on device)" in caplog.text
    indexer.stop()


def test_full_disk_does_not_hide_what_is_kept(
    logs: Path, tmp_path: Path, rewards: Open, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    (logs / "early").mkdir()
    (logs / "early" / "a.jsonl").write_bytes(long_line(0))

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "put", full)
    assert rewards(logs, tmp_path / "cache") == ALL
    assert read == [0]
