"""Joins beside everything else: parts made ahead of time, archives, readers, resumed trainings, filters."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import column

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.index.joins import run_joins
from tensorboard_plugin_rlboard.index.joins.side_files import SideGroup
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.texts import TextRules

Write = Callable[[Path, Iterable[Any]], Path]
Start = Callable[..., Board]


def row(step: int, i: int, **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": f"p{i}", "response": f"r{step}{i}", "reward": i / 4, **more}


REFERENCE = [{"prompt": f"p{i}", "ref_response": f"f{i}", "ref_reward": 0.5} for i in range(3)]


def test_parts_made_ahead_of_time_are_joined_and_side_files_are_left_out(
    tmp_path: Path, start: Start, write_rows: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    write_rows(log / "run" / "x.jsonl", [row(step, i) for step in range(3) for i in range(4)])
    write_rows(log / "run" / "scores.jsonl", [{"prompt": "p1", "response": "r01", "rm": 1.5}])
    write_rows(log / "ref.jsonl", REFERENCE)
    write_rows(log / "other" / "x.jsonl", [{"prompt": "p", "response": "r", "score": 1.0}])
    assert main(["index", str(log), "--cache-dir", str(tmp_path / "cache")]) == 0
    assert "13 samples" in capsys.readouterr().out
    board = start()
    assert {run.run: run.samples for run in board.runs().runs} == {"run": 12, "other": 1}
    assert column(board, "ref_reward", "run", step=1) == [0.5, 0.5, 0.5, None]
    assert column(board, "rm", "run") == [None, 1.5, *[None] * 10]


def test_side_files_may_be_archives(tmp_path: Path, start: Start, write_rows: Write) -> None:
    write_rows(tmp_path / "log" / "x.jsonl", [row(1, i) for i in range(3)])
    lines = "".join(json.dumps(found) + "\n" for found in REFERENCE[:2])
    (tmp_path / "log" / "ref.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    assert column(start(), "ref_reward") == [0.5, 0.5, None]


def test_a_half_written_line_waits(tmp_path: Path, start: Start, write_rows: Write) -> None:
    write_rows(tmp_path / "log" / "x.jsonl", [row(1, i) for i in range(2)])
    ref = write_rows(tmp_path / "log" / "ref.jsonl", REFERENCE[:1])
    with ref.open("a") as file:
        file.write('{"prompt": "p1", "ref_rew')
    board = start()
    assert column(board, "ref_reward") == [0.5, None]
    with ref.open("a") as file:
        file.write('ard": 2.0}')
    board.indexer.index_now()
    assert column(board, "ref_reward") == [0.5, 2.0]
    with ref.open("a") as file:
        file.write("\n{bad\n")
    board.indexer.index_now()
    found = board.problems(ProblemsQuestion(".")).columns
    assert list(zip(found.line, found.kind, strict=True)) == [(3, "bad_json")]


def test_a_resumed_training_and_several_files(tmp_path: Path, start: Start, write_rows: Write) -> None:
    log = tmp_path / "log"
    for rank in range(2):
        steps = [1, 2, 3, 2, 3, 4]
        write_rows(log / f"rank{rank}.jsonl", [row(step, rank, n=k) for k, step in enumerate(steps)])
    write_rows(log / "ref.jsonl", REFERENCE)
    board = start()
    assert [attempt.attempt for attempt in board.runs().runs[0].attempts] == [1, 2]
    assert column(board, "ref_response", step=3) == ["f0", "f1"]
    assert column(board, "n", step=3) == [4.0, 4.0]
    assert column(board, "n", step=3, attempt=1) == [2.0, 2.0]
    assert list(board.steps(StepsQuestion(Selection("."))).metrics["ref_reward"].count) == [2, 2, 2, 2]
    (log / "rank0.jsonl").unlink()
    board.indexer.index_now()
    assert board.runs().runs[0].joined[0].matched == board.runs().runs[0].samples == 6


def test_joined_numbers_can_be_filtered_sorted_and_drawn(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    log = tmp_path / "log"
    write_rows(log / "x.jsonl", [row(1, i, sample_id=i) for i in range(4)])
    write_rows(log / "s.jsonl", [{"sample_id": i, "RM score": float(-i)} for i in range(3)])
    board = start()
    found = board.samples(
        SamplesQuestion(
            Selection(".", where='"RM score" < 0'), TextRules(), columns=("RM score",), sort="RM score"
        )
    )
    assert list(found.columns["RM score"]) == [-2.0, -1.0]
    drawn = board.distribution(DistributionQuestion(Selection("."), "RM score", bins=2))
    assert sum(drawn.counts) == 3


def test_readers_never_see_a_row_twice_or_not_at_all(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_joins, "BATCH", 100)
    log = tmp_path / "log"
    write_rows(log / "x.jsonl", [row(step, i % 4) for step in range(200) for i in range(8)])
    board = start()
    done, wrong = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            total = board.samples(
                SamplesQuestion(Selection(".", where="reward >= 0"), TextRules(), limit=1)
            ).total
            counts = sum(
                int(n or 0) for n in board.steps(StepsQuestion(Selection("."))).metrics["reward"].count
            )
            if (total, counts) != (1600, 1600):
                wrong.append((total, counts))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for i in range(3):
            write_rows(log / "ref.jsonl", REFERENCE[: i + 1])
            board.indexer.index_now()
    finally:
        done.set()
        reader.join()
    assert not wrong
    assert column(board, "ref_reward", step=199) == [0.5, 0.5, 0.5, None] * 2
    assert list(board.steps(StepsQuestion(Selection("."))).metrics["ref_reward"].count) == [6] * 200


def test_the_index_goes_on_while_a_large_side_file_is_read(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work on rows and on side files takes turns, and only files that some run needs are read."""
    monkeypatch.setattr("tensorboard_plugin_rlboard.index.growing_file.RANGE_BYTES", 200)
    turns: list[str] = []
    log = tmp_path / "log"
    for name in ("a", "b", "c"):
        write_rows(log / name / "x.jsonl", [row(1, i) for i in range(3)])
    write_rows(log / "a" / "ref.jsonl", REFERENCE * 20)
    read, load = SideGroup.read_next_range, Scheduler._index_new

    def side(*of: Any) -> int:
        turns.append("side")
        return read(*of)

    def rows(*of: Any) -> int:
        turns.append("rows")
        return load(*of)

    monkeypatch.setattr(SideGroup, "read_next_range", side)
    monkeypatch.setattr(Scheduler, "_index_new", rows)
    board = start()
    assert turns[:5] == ["rows", "side", "rows", "side", "rows"]
    assert turns.count("side") > 10
    assert column(board, "ref_reward", "a") == [0.5] * 3
    assert column(board, "reward", "c") == [0.0, 0.25, 0.5]
