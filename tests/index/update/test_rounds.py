"""What a round of indexing says to those who keep answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import column
from rollout_log import TestLog, append, row
from waiting import wait_for

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.ids import resolve_sample_id
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import cached_digest
from tensorboard_plugin_rlboard.index.update import background, scheduler
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Write = Callable[[Path, Iterable[Any]], Path]
Start = Callable[[], Board]


def digest_if_all_cached(run: RunIndex) -> str:
    """The digest of the cached parts that hold exactly what is indexed now; empty where something is not cached."""
    files = [file for file in run.files.values() if file.state.read_to]
    for file in files:
        cached_to = file.cached[-1].end if file.cached else 0
        if file.to_load or file.early_range or cached_to != file.state.read_to:
            return ""
    return cached_digest(files)


@pytest.fixture
def logs(test_log: TestLog) -> Path:
    return test_log.folder


def test_new_rows_touch_their_steps_only(logs: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(logs / "a.jsonl", [row(1), row(2), row(3, validation=True)])
    indexer = start().indexer
    run = indexer.registry.runs["."]
    assert set(run.step_versions) == {("train", 1), ("train", 2), ("eval", 3)}
    before, version, epoch = dict(run.step_versions), run.version, run.invalidations
    assert all(at <= version for at in before.values())
    append(path, row(2), row(4))
    indexer.index_now()
    changed = {key for key, at in run.step_versions.items() if at > version}
    assert changed == {("train", 2), ("train", 4)}
    assert run.invalidations == epoch


def test_rows_that_change_begin_a_new_epoch(logs: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(logs / "a.jsonl", [row(1), row(2)])
    other = write_rows(logs / "b.jsonl", [row(1), row(2)])
    indexer = start().indexer
    run = indexer.registry.runs["."]
    epoch = run.invalidations
    append(path, row(1, "resumed"))
    indexer.index_now()
    assert run.attempts == 2
    assert run.invalidations > epoch
    epoch = run.invalidations
    append(path, row(2, "resumed"))
    indexer.index_now()
    assert run.invalidations == epoch, "the attempt goes on"
    other.unlink()
    indexer.index_now()
    assert run.invalidations > epoch
    epoch = run.invalidations
    write_rows(path, [row(9)])
    indexer.index_now()
    assert run.invalidations > epoch
    assert column(Board(indexer), "attempt") == [1]


def test_attempts_of_ranks_that_come_one_after_the_other(logs: Path, start: Start, write_rows: Write) -> None:
    """The rank that was read first is numbered anew when another shows that it began later."""
    write_rows(logs / "a.jsonl", [row(5), row(6)])
    indexer = start().indexer
    run = indexer.registry.runs["."]
    assert column(Board(indexer), "attempt") == [1, 1]
    epoch = run.invalidations
    write_rows(logs / "b.jsonl", [row(1), row(2), row(1), row(2), row(5), row(6)])
    indexer.index_now()
    assert run.invalidations > epoch
    assert column(Board(indexer), "attempt") == [2] * 6


def test_run_that_comes_back_as_it_was_touches_nothing(logs: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(logs / "a.jsonl", [row(1), row(2), row(1), row(2)])
    write_rows(logs / "b.jsonl", [row(1), row(2)])
    first = start().indexer.registry.runs["."]
    assert first.restored_digest == ""
    digest = digest_if_all_cached(first)
    assert digest
    indexer = start().indexer
    run = indexer.registry.runs["."]
    assert run.restored_digest == digest_if_all_cached(run) == digest
    assert (run.step_versions, run.invalidations, run.attempts) == ({}, 0, 2), (
        "also the attempts are what they were"
    )
    append(path, row(3))
    indexer.index_now()
    assert set(run.step_versions) == {("train", 3)}
    assert digest_if_all_cached(run) == "", "the small new range is not kept"
    path.unlink()
    indexer.index_now()
    assert run.restored_digest == ""


def test_parts_that_are_gone_touch_everything(
    tmp_path: Path, logs: Path, start: Start, write_rows: Write
) -> None:
    write_rows(logs / "a.jsonl", [row(1), row(2)])
    start()
    for part in (tmp_path / "cache").glob("parts-*/**/*.parquet"):
        part.unlink()
    run = start().indexer.registry.runs["."]
    assert run.restored_digest == ""
    assert set(run.step_versions) == {("train", 1), ("train", 2)}


def test_damaged_part_among_many_costs_its_own_file_only(
    tmp_path: Path, logs: Path, start: Start, write_rows: Write
) -> None:
    for i in range(8):
        write_rows(logs / f"{i}.jsonl", [row(i, f"file {i}")])
    before = column(start(), "response")
    parts = sorted((tmp_path / "cache").glob("parts-*/**/*.parquet"))
    parts[3].write_bytes(b"PAR1 not ours PAR1")
    parts[5].unlink()
    assert column(start(), "response") == before == [f"file {i}" for i in range(8)]


def test_whoever_keeps_answers_is_called_after_each_round(
    logs: Path, write_rows: Write, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_rows(logs / "a" / "a.jsonl", [row(1)])
    write_rows(logs / "b" / "a.jsonl", [row(1)])
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    calls: list[tuple[str, int]] = []

    def note(run: RunIndex) -> None:
        calls.append((run.name, run.samples))
        raise RuntimeError("no room")

    indexer.call_after_round(note)
    try:
        with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
            indexer.index_now()
            assert calls == [("a", 1), ("b", 1)]
            indexer.index_now()
            append(path, row(2))
            indexer.index_now()
        assert calls == [("a", 1), ("b", 1), ("a", 2)]
        assert indexer.registry.failure == ""
    finally:
        indexer.stop()


def test_runs_are_examined_when_all_is_read_and_only_what_changed(
    logs: Path, write_rows: Write, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_rows(logs / "a" / "a.jsonl", [row(1)])
    write_rows(logs / "b" / "a.jsonl", [row(1)])
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    indexer.activity.note_viewed_run("b")
    calls: list[tuple[str, str, bool]] = []

    def examine(run: RunIndex) -> None:
        calls.append(("examined", run.name, any(one.is_pending for one in indexer.registry.runs.values())))
        raise RuntimeError("no room")

    indexer.call_after_round(lambda run: calls.append(("read", run.name, run.is_pending)))
    indexer.call_when_read(examine)
    try:
        with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
            indexer.index_now()
            assert {call[:2] for call in calls[:2]} == {("read", "a"), ("read", "b")}
            assert calls[2:] == [("examined", "b", False), ("examined", "a", False)]
            calls.clear()
            indexer.index_now()
            assert calls == []
            append(path, row(2))
            indexer.index_now()
            assert calls == [("read", "a", False), ("examined", "a", False)]
    finally:
        indexer.stop()


def test_memory_is_given_back_in_a_pause(
    logs: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(logs / "a.jsonl", [row(1)])
    calls: list[str] = []
    monkeypatch.setattr(background, "_SECONDS_BETWEEN_TIDYING", 0.0)
    monkeypatch.setattr(background, "release_free_memory", lambda: calls.append("given back"))
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0.01)
    indexer.call_before_pause(lambda: calls.append(f"tidied with {len(indexer.registry.runs)} runs"))
    indexer.start()
    wait_for(lambda: len(calls) >= 4)
    indexer.stop()
    assert calls[:4] == ["tidied with 1 runs", "given back"] * 2


def test_thousands_of_small_files_and_many_runs(
    logs: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few here; what counts is that they are loaded together, and that each keeps its own lines."""
    monkeypatch.setattr(scheduler, "_MAX_PARTS", 7)
    for i in range(30):
        rows: list[Any] = [row(i // 10, f"{i} {k}", **{f"key_{i % 3}": i}) for k in range(1 + i % 3)]
        write_rows(logs / "tasks" / f"{i}.jsonl", ["", *rows, "{torn"] if i == 17 else rows)
    for i in range(12):
        write_rows(logs / f"run_{i}" / "a.jsonl", [row(1, f"run {i}")])
    for indexer in (start().indexer, start().indexer):
        board = Board(indexer)
        assert len(indexer.registry.runs) == 13
        shown = board.samples(
            SamplesQuestion(
                Selection("tasks"), TextRules(), columns=("response", "line", "key_0", "key_2"), limit=500
            )
        ).columns
        expected = {f"{i} {k}": k + 1 + (i == 17) for i in range(30) for k in range(1 + i % 3)}
        assert dict(zip(shown["response"], shown["line"], strict=True)) == expected
        for name, text, key in zip(shown["id"], shown["response"], shown["key_2"], strict=True):
            number = int(str(text).split()[0])
            assert (
                resolve_sample_id(indexer.registry.runs["tasks"], str(name))[0].relative
                == f"tasks/{number}.jsonl"
            )
            assert key == (number if number % 3 == 2 else None)
        assert board.problems(ProblemsQuestion("tasks")).columns.line == [5]
        assert [column(Board(indexer), "response", f"run_{i}") for i in range(12)] == [
            [f"run {i}"] for i in range(12)
        ]


def test_newest_step_is_shown_before_its_turn(
    logs: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_RANGE", "RANGE"):
        monkeypatch.setattr(range_plan, name, 1000)
    for name in ("WORKERS_FROM", "NEWEST_FROM"):
        monkeypatch.setattr(scheduler, name, 1000)
    rows: list[Any] = [row(1 + k // 2, f"r{k}", note="x" * 100) for k in range(100)]
    rows[70] = {**row(1), "note": 3}
    write_rows(logs / "a.jsonl", [*rows, "{torn"])
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    shown: list[tuple[int, set[int]]] = []

    def note(indexer: BackgroundIndexer, run: RunIndex) -> None:
        cursor = indexer.registry.cursor()
        steps = cursor.execute(f"SELECT DISTINCT step FROM {run.table}").fetchall()
        count = cursor.execute(f"SELECT count(*), count(DISTINCT line_offset) FROM {run.table}").fetchall()[0]
        assert count == (run.samples, run.samples), "no row is there twice"
        if any(file.early_range for file in run.files.values()):
            assert digest_if_all_cached(run) == ""
        shown.append((run.samples, {step for (step,) in steps}))

    monkeypatch.setattr(BackgroundIndexer, "_notify_after_round", note)
    try:
        indexer.index_now()
        first = next(steps for _, steps in shown if 50 in steps)
        assert not {20, 30, 40} & first
        run = indexer.registry.runs["."]
        assert ("train", 50) in run.step_versions
        assert Board(indexer).problems(ProblemsQuestion(".")).columns.line == [101]
        lines = (
            indexer.registry.cursor().execute(f"SELECT line FROM {run.table} ORDER BY line_offset").fetchall()
        )
        assert [line for (line,) in lines] == list(range(1, 101)), "every row has its line number in the end"
        resumed = (
            indexer.registry.cursor()
            .execute(f"SELECT attempt FROM {run.table} ORDER BY line_offset")
            .fetchall()
        )
        assert [attempt for (attempt,) in resumed] == [1] * 70 + [2] * 30
    finally:
        indexer.stop()
