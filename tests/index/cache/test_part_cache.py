"""An index that was kept: the same answers without reading the log, and never an old one for a new log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from rollout_log import TestLog, line, log_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.cache import manifest_ledger
from tensorboard_plugin_rlboard.index.detect import recognition
from tensorboard_plugin_rlboard.index.parts import range_builder, range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Start = Callable[[], Board]


@pytest.fixture
def logs(test_log: TestLog) -> Path:
    return test_log.folder


def everything(board: Board) -> dict[str, Any]:
    """All rows of the run, its problems and its curves."""
    columns = ["response", "reward", "line", "attempt"]
    columns += [name for name in ("acc", "late") if name in {m.name for m in board.runs().runs[0].metrics}]
    table = board.samples(SamplesQuestion(Selection("."), TextRules(), columns=tuple(columns), limit=500))
    return {
        "rows": table.columns,
        "problems": board.problems(ProblemsQuestion(".")),
        "steps": board.steps(StepsQuestion(Selection("."))),
    }


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(*_: object) -> bytes:
        raise AssertionError("the log was read")

    monkeypatch.setattr(range_builder, "opened", reading)
    monkeypatch.setattr(recognition, "sniff_rows", reading)


def test_reopened_run_answers_alike_and_reads_no_log(
    logs: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [line(step, acc=1) for step in range(1, 30)]
    (logs / "a.jsonl").write_bytes(b"".join([*rows, b"{torn\n", b"\n", *rows[10:]]))
    before = everything(start())
    forbid_reading(monkeypatch)
    assert everything(start()) == before
    assert before["problems"].columns.line == [30]
    assert max(before["rows"]["attempt"]) == 2


def test_what_was_appended_since_is_all_that_is_read(
    logs: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    (logs / "a.jsonl").write_bytes(b"".join(line(step) for step in range(1, 10)))
    start()
    with (logs / "a.jsonl").open("ab") as file:
        file.write(line(10))
    offsets = []
    real = range_builder.opened

    def reading(order: range_builder.RangeOrder, data: bytes | None) -> BinaryIO:
        offsets.append(order.offset)
        return real(order, data)

    monkeypatch.setattr(range_builder, "opened", reading)
    assert everything(start())["rows"]["step"] == list(range(1, 11))
    assert offsets == [sum(len(line(step)) for step in range(1, 10))]


@pytest.mark.parametrize("rewritten", [log_of(7, 8), line(1), b""])
def test_rewritten_log_is_read_anew(logs: Path, start: Start, rewritten: bytes) -> None:
    (logs / "a.jsonl").write_bytes(b"".join(line(step) for step in range(1, 4)))
    start()
    (logs / "a.jsonl").write_bytes(rewritten)
    board = start()
    steps = [json.loads(row)["step"] for row in rewritten.splitlines()]
    assert (everything(board)["rows"]["step"] if steps else []) == steps


@pytest.mark.parametrize("harm", ["remove", "damage", "facts", "foreign"])
def test_part_that_is_gone_or_damaged_is_built_again(
    logs: Path, start: Start, tmp_path: Path, harm: str
) -> None:
    (logs / "a.jsonl").write_bytes(b"".join(line(step) for step in range(1, 10)))
    before = everything(start())
    for part in (tmp_path / "cache").glob("parts-*/**/*.parquet"):
        if harm == "remove":
            part.unlink()
        elif harm == "damage":
            part.write_bytes(part.read_bytes()[:200])
        elif harm == "foreign":
            part.write_bytes(b"PAR1 not ours PAR1")
    for facts in (tmp_path / "cache").glob("parts-*/**/*.json"):
        if harm == "facts":
            facts.write_text("{")
    assert everything(start()) == before


def test_late_key_is_kept_with_the_parts(logs: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 300)
    monkeypatch.setattr(range_plan, "RANGE", 300)
    monkeypatch.setattr(manifest_ledger, "SMALL_RANGE", 1)
    rows = [line(step) for step in range(1, 40)]
    rows[0] = line(1, late="3.5")
    rows[30] = line(31, late=2)
    (logs / "a.jsonl").write_bytes(b"".join(rows))
    before = everything(start())
    assert before["rows"]["late"][0] == 3.5
    forbid_reading(monkeypatch)
    assert everything(start()) == before


def test_small_ranges_of_a_growing_log_are_not_kept_one_by_one(
    logs: Path, start: Start, tmp_path: Path
) -> None:
    (logs / "a.jsonl").write_bytes(line(1))
    board = start()
    for step in range(2, 6):
        with (logs / "a.jsonl").open("ab") as file:
            file.write(line(step))
        board.indexer.index_now()
    assert everything(board)["rows"]["step"] == [1, 2, 3, 4, 5]
    assert len(list((tmp_path / "cache").glob("parts-*/**/*.parquet"))) == 1
    assert everything(start())["rows"]["step"] == [1, 2, 3, 4, 5]


def test_folder_that_cannot_be_written_costs_the_cache_only(logs: Path, tmp_path: Path) -> None:
    (logs / "a.jsonl").write_bytes(line(1))
    (tmp_path / "file").write_text("")
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), ""), tmp_path / "file" / "cache"), 0)
    indexer.index_now()
    assert everything(Board(indexer))["rows"]["step"] == [1]
    indexer.stop()


def test_nothing_is_written_into_the_log_directory(logs: Path, start: Start) -> None:
    (logs / "a.jsonl").write_bytes(line(1))
    start()
    assert [path.name for path in logs.iterdir()] == ["a.jsonl"]
