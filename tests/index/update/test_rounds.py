"""What a round of indexing says to those who keep answers, and how often rounds come."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.ids import resolve
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index import registry as registry_module
from tensorboard_plugin_rlboard.index.build import range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.update import scheduler
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Write = Callable[[Path, Iterable[Any]], Path]
Start = Callable[[], Registry]


def row(step: int, response: str = "a", **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": "Q", "response": response, "reward": 0.5, **more}


def append(path: Path, *rows: dict[str, Any]) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps(found) + "\n" for found in rows)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


@pytest.fixture
def start(tmp_path: Path, logs: Path) -> Iterator[Start]:
    """Opens the logs as a new TensorBoard would, with the same cache each time."""
    opened: list[Registry] = []

    def begin() -> Registry:
        registry = Registry(parse_roots(str(logs), ""), 0, tmp_path / "cache")
        opened.append(registry)
        registry.refresh()
        return registry

    yield begin
    for registry in opened:
        registry.stop()


def column(registry: Registry, name: str, run: str = ".") -> list[Any]:
    chosen = Selection(run)
    return list(Board(registry).samples(chosen, TextRules(), columns=[name], limit=500).columns[name])


def test_new_rows_touch_their_steps_only(logs: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(logs / "a.jsonl", [row(1), row(2), row(3, validation=True)])
    registry = start()
    run = registry.runs["."]
    assert set(run.touched) == {("train", 1), ("train", 2), ("eval", 3)}
    before, version, epoch = dict(run.touched), run.version, run.epoch
    assert all(at <= version for at in before.values())
    append(path, row(2), row(4))
    registry.refresh()
    changed = {key for key, at in run.touched.items() if at > version}
    assert changed == {("train", 2), ("train", 4)}
    assert run.epoch == epoch


def test_rows_that_change_begin_a_new_epoch(logs: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(logs / "a.jsonl", [row(1), row(2)])
    other = write_rows(logs / "b.jsonl", [row(1), row(2)])
    registry = start()
    run = registry.runs["."]
    epoch = run.epoch
    append(path, row(1, "resumed"))
    registry.refresh()
    assert run.attempts == 2
    assert run.epoch > epoch
    epoch = run.epoch
    append(path, row(2, "resumed"))
    registry.refresh()
    assert run.epoch == epoch, "the attempt goes on"
    other.unlink()
    registry.refresh()
    assert run.epoch > epoch
    epoch = run.epoch
    write_rows(path, [row(9)])
    registry.refresh()
    assert run.epoch > epoch
    assert column(registry, "attempt") == [1]


def test_attempts_of_ranks_that_come_one_after_the_other(logs: Path, start: Start, write_rows: Write) -> None:
    """The rank that was read first is numbered anew when another shows that it began later."""
    write_rows(logs / "a.jsonl", [row(5), row(6)])
    registry = start()
    run = registry.runs["."]
    assert column(registry, "attempt") == [1, 1]
    epoch = run.epoch
    write_rows(logs / "b.jsonl", [row(1), row(2), row(1), row(2), row(5), row(6)])
    registry.refresh()
    assert run.epoch > epoch
    assert column(registry, "attempt") == [2] * 6


def test_run_that_comes_back_as_it_was_touches_nothing(logs: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(logs / "a.jsonl", [row(1), row(2), row(1), row(2)])
    write_rows(logs / "b.jsonl", [row(1), row(2)])
    first = start().runs["."]
    assert first.recalled == ""
    digest = first.kept_digest()
    assert digest
    registry = start()
    run = registry.runs["."]
    assert run.recalled == run.kept_digest() == digest
    assert (run.touched, run.epoch, run.attempts) == ({}, 0, 2), "also the attempts are what they were"
    append(path, row(3))
    registry.refresh()
    assert set(run.touched) == {("train", 3)}
    assert run.kept_digest() == "", "the small new range is not kept"
    path.unlink()
    registry.refresh()
    assert run.recalled == ""


def test_parts_that_are_gone_touch_everything(
    tmp_path: Path, logs: Path, start: Start, write_rows: Write
) -> None:
    write_rows(logs / "a.jsonl", [row(1), row(2)])
    start()
    for part in (tmp_path / "cache").glob("parts-*/**/*.parquet"):
        part.unlink()
    run = start().runs["."]
    assert run.recalled == ""
    assert set(run.touched) == {("train", 1), ("train", 2)}


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
    registry = Registry(parse_roots(str(logs), ""), 0)
    calls: list[tuple[str, int]] = []

    def note(run: RunIndex) -> None:
        calls.append((run.name, run.samples))
        raise RuntimeError("no room")

    registry.after_round = note
    try:
        with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
            registry.refresh()
            assert calls == [("a", 1), ("b", 1)]
            registry.refresh()
            append(path, row(2))
            registry.refresh()
        assert calls == [("a", 1), ("b", 1), ("a", 2)]
        assert registry.failure == ""
    finally:
        registry.stop()


def test_thousands_of_small_files_and_many_runs(
    logs: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few here; what counts is that they are loaded together, and that each keeps its own lines."""
    monkeypatch.setattr(scheduler, "_MOST", 7)
    for i in range(30):
        rows: list[Any] = [row(i // 10, f"{i} {k}", **{f"key_{i % 3}": i}) for k in range(1 + i % 3)]
        write_rows(logs / "tasks" / f"{i}.jsonl", ["", *rows, "{torn"] if i == 17 else rows)
    for i in range(12):
        write_rows(logs / f"run_{i}" / "a.jsonl", [row(1, f"run {i}")])
    for registry in (start(), start()):
        board = Board(registry)
        assert len(registry.runs) == 13
        shown = board.samples(
            Selection("tasks"), TextRules(), columns=["response", "line", "key_0", "key_2"], limit=500
        ).columns
        expected = {f"{i} {k}": k + 1 + (i == 17) for i in range(30) for k in range(1 + i % 3)}
        assert dict(zip(shown["response"], shown["line"], strict=True)) == expected
        for name, text, key in zip(shown["id"], shown["response"], shown["key_2"], strict=True):
            number = int(str(text).split()[0])
            assert resolve(registry.runs["tasks"], str(name))[0].relative == f"tasks/{number}.jsonl"
            assert key == (number if number % 3 == 2 else None)
        assert board.problems("tasks").columns.line == [5]
        assert [column(registry, "response", f"run_{i}") for i in range(12)] == [
            [f"run {i}"] for i in range(12)
        ]


def test_newest_step_is_shown_before_its_turn(
    logs: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_RANGE", "RANGE"):
        monkeypatch.setattr(range_plan, name, 1000)
    for name in ("AHEAD_FROM", "NEWEST_FROM"):
        monkeypatch.setattr(scheduler, name, 1000)
    rows: list[Any] = [row(1 + k // 2, f"r{k}", note="x" * 100) for k in range(100)]
    rows[70] = {**row(1), "note": 3}
    write_rows(logs / "a.jsonl", [*rows, "{torn"])
    registry = Registry(parse_roots(str(logs), ""), 0)
    shown: list[tuple[int, set[int]]] = []

    def note(registry: Registry, run: RunIndex) -> None:
        cursor = registry.cursor()
        steps = cursor.execute(f"SELECT DISTINCT step FROM {run.table}").fetchall()
        count = cursor.execute(f"SELECT count(*), count(DISTINCT line_offset) FROM {run.table}").fetchall()[0]
        assert count == (run.samples, run.samples), "no row is there twice"
        if any(file.early for file in run.files.values()):
            assert run.kept_digest() == ""
        shown.append((run.samples, {step for (step,) in steps}))

    monkeypatch.setattr(Registry, "_care", note)
    try:
        registry.refresh()
        first = next(steps for _, steps in shown if 50 in steps)
        assert not {20, 30, 40} & first
        run = registry.runs["."]
        assert ("train", 50) in run.touched
        assert Board(registry).problems(".").columns.line == [101]
        lines = registry.cursor().execute(f"SELECT line FROM {run.table} ORDER BY line_offset").fetchall()
        assert [line for (line,) in lines] == list(range(1, 101)), "every row has its line number in the end"
        resumed = (
            registry.cursor().execute(f"SELECT attempt FROM {run.table} ORDER BY line_offset").fetchall()
        )
        assert [attempt for (attempt,) in resumed] == [1] * 70 + [2] * 30
    finally:
        registry.stop()


def test_looks_become_rarer_while_nothing_changes_and_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("tensorboard_plugin_rlboard.index.registry.time.monotonic", lambda: clock[0])
    registry = Registry([], 4.0)
    pause = 4.0
    pauses = [pause := registry._next_pause(pause, quiet=True) for _ in range(8)]
    assert pauses[0] > 4.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == 24.0
    assert registry._next_pause(pause, quiet=False) == 4.0
    registry._asked = clock[0] - 31.0
    assert registry._next_pause(pause, quiet=True) == 4.0, "an open tab asks at least twice a minute"
    clock[0] += 1000.0
    assert registry._next_pause(4.0, quiet=True) > 4.0
    slow = Registry([], 300.0)
    assert slow._next_pause(300.0, quiet=True) == 300.0, "never more often than the user wants"


def test_whoever_asks_ends_a_long_wait(
    logs: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_module, "_ATTENTIVE", 0.0)
    monkeypatch.setattr(Registry, "_next_pause", lambda *_, **__: 3600.0)
    registry = Registry(parse_roots(str(logs), ""), 0.01)
    registry.start()
    try:
        for _ in range(2000):
            if registry.surveys:
                break
            registry._stop.wait(0.01)
        write_rows(logs / "a.jsonl", [row(1)])
        for _ in range(2000):
            registry.start()
            if registry.runs and registry.runs["."].samples:
                break
            registry._stop.wait(0.01)
        assert registry.runs["."].samples == 1
    finally:
        registry.stop()
