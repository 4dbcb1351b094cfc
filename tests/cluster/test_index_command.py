"""`rlboard index` as its user meets it."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from index_jobs import ROWS, manifest, rewards
from repository import ROOT
from rollout_log import append, long_line

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster import range_tasks, shared_store
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Run = Callable[..., int]


def test_tensorboard_reads_no_log_that_was_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = ROOT / "rollout_samples"
    assert main(["index", str(logs), "--cache-dir", str(tmp_path / "cache")]) == 0
    said = capsys.readouterr()
    assert "1,752 samples" in said.out
    assert f"--rlboard_cache_dir {tmp_path / 'cache'}" in said.out
    assert said.err == "", "no progress where there is no terminal"
    fresh = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    kept = BackgroundIndexer(Registry(parse_roots(str(logs), ""), tmp_path / "cache"), 0)
    fresh.index_now()
    monkeypatch.setattr("tensorboard_plugin_rlboard.index.parts.range_builder.build_range", None)
    monkeypatch.setattr("tensorboard_plugin_rlboard.index.update.part_loader.build_range", None)
    kept.index_now()
    for name in fresh.registry.runs:
        answers = [
            (
                board.steps(StepsQuestion(Selection(name))),
                board.samples(SamplesQuestion(Selection(name), TextRules(), limit=500)),
            )
            for board in (Board(fresh), Board(kept))
        ]
        assert answers[0][0] == answers[1][0]
        assert answers[0][1].columns == answers[1][1].columns
    fresh.stop()
    kept.stop()


def test_second_call_does_nothing_and_says_so(
    index: Run, tmp_path: Path, tasks: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert index() == 0
    assert len(tasks) == 7

    def files() -> dict[Path, int]:
        found = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
        return {path: path.stat().st_mtime_ns for path in found}

    before = files()
    capsys.readouterr()
    assert index() == 0
    assert capsys.readouterr().out.startswith("Nothing to do: 1 file of 1 run")
    assert len(tasks) == 7
    assert files() == before


def test_only_what_has_grown_is_read(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    assert index() == 0
    before = manifest(tmp_path, logs).ranges
    for step in range(3):
        append(logs / "run" / "a.jsonl", long_line(ROWS + step))
        tasks.clear()
        assert index() == 0
        assert len(tasks) == 1
    after = manifest(tmp_path, logs).ranges
    assert after[:-1] == before[:-1], (
        "the last range is made anew: else each call would add one of a few lines"
    )
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS + 3)]


def test_rewritten_log_is_indexed_anew(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    assert index() == 0
    (logs / "run" / "a.jsonl").write_bytes(b"".join(long_line(step + 1) for step in range(ROWS)))
    assert index() == 0
    assert len(tasks) == 14
    assert rewards(logs, tmp_path / "cache")[0] == 0.5


def test_part_that_is_gone_is_made_again(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    assert index() == 0
    gone = manifest(tmp_path, logs).ranges[3]
    next((tmp_path / "cache").rglob(f"{gone.part}.parquet")).unlink()
    tasks.clear()
    assert index() == 0
    assert tasks == [(gone.offset, gone.length)]


def test_same_log_under_another_path_is_known(
    index: Run, logs: Path, tmp_path: Path, tasks: list[object]
) -> None:
    assert index() == 0
    tasks.clear()
    logs.rename(tmp_path / "mounted")
    assert main(["index", str(tmp_path / "mounted"), "--cache-dir", str(tmp_path / "cache")]) == 0
    assert tasks == []
    assert manifest(tmp_path, tmp_path / "mounted").ranges == manifest(tmp_path, logs).ranges


def test_archives_are_one_task_each(index: Run, logs: Path, tmp_path: Path, tasks: list[object]) -> None:
    log = logs / "run" / "a.jsonl"
    (logs / "run" / "b.jsonl.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    assert index() == 0
    assert index() == 0
    assert tasks == [None]
    assert len(manifest(tmp_path, logs, "b.jsonl.gz").ranges) == 7
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


def test_plain_file_beside_its_archive_is_no_failure(index: Run, logs: Path) -> None:
    log = logs / "run" / "a.jsonl"
    (logs / "run" / "a.jsonl.gz").write_bytes(gzip.compress(log.read_bytes()))
    assert index() == 0


def test_parts_come_back_from_where_the_folder_is_not_seen(
    index: Run, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_tasks, "is_same_store", lambda *_: False)
    assert index() == 0
    assert len(manifest(tmp_path, logs).ranges) == 7
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


def test_folder_of_the_same_name_elsewhere_is_not_taken_for_this_one(tmp_path: Path) -> None:
    (tmp_path / "place").write_bytes(b"0123456789abcdef")
    assert shared_store.is_same_store(str(tmp_path), b"0123456789abcdef")
    assert not shared_store.is_same_store(str(tmp_path), b"another one 1234")
    assert not shared_store.is_same_store(str(tmp_path / "none"), b"0123456789abcdef")


def test_many_small_files_are_no_matter(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for task in range(30):
        folder = tmp_path / "many" / f"run{task % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{task}.jsonl").write_bytes(long_line(task))
    for _ in range(2):
        assert main(["index", str(tmp_path / "many"), "--cache-dir", str(tmp_path / "cache")]) == 0
    said = capsys.readouterr().out
    assert "Indexed 30 files of 3 runs: 30 samples" in said
    assert "Nothing to do: 30 files of 3 runs" in said
    shutil.rmtree(tmp_path / "many")
