"""Tables of runs that nobody looks at are offloaded to files; what is answered is the same."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from rollout_log import TestLog, rollouts, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.errors import StoppedError
from tensorboard_plugin_rlboard.index.tables import offloadable_table, table_offloader
from tensorboard_plugin_rlboard.web.json_answers import encode

RUNS = 6


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestLog:
    monkeypatch.setattr(table_offloader, "MAX_LOADED", 2)
    log = TestLog(tmp_path / "logs")
    for run in range(RUNS):
        log.write(
            *rollouts([1, 2 + run], tokens=3, kind=f"k{run}", note=float("nan")), file=f"r{run}/a.jsonl"
        )
    return log


def offloaded(board: Board) -> list[str]:
    return sorted(run.name for run in board.registry.runs.values() if run.sample_table.is_offloaded)


def answers(board: Board, run: str) -> list[bytes]:
    listed = board.samples(SamplesQuestion(Selection(run, where="reward > 0.2")))
    found = [
        listed,
        board.sample(SampleQuestion(run, str(listed.columns["id"][0]))),
        board.steps(StepsQuestion(Selection(run))),
        board.steps(StepsQuestion(Selection(run, search="r1"))),
        board.distribution(DistributionQuestion(Selection(run), metric="reward")),
    ]
    return [encode(answer) for answer in found]


def test_the_runs_beyond_the_first_rest_and_answer_as_before(
    log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with log:
        board = log.open(with_curves=True)
        assert offloaded(board) == ["r0", "r1", "r2", "r3"]
        listed = board.runs()
        assert offloaded(board) == ["r0", "r1", "r2", "r3"]  # the list needs no rows
        monkeypatch.setattr(table_offloader, "MAX_LOADED", RUNS)
        other = log.open(with_curves=True)
        assert offloaded(other) == []
        assert listed == other.runs()
        for run in ("r0", "r3", "r5"):
            assert answers(board, run) == answers(other, run)
        assert offloaded(board) == ["r1", "r2"]


def test_a_run_that_grows_is_there_again(log: TestLog) -> None:
    with log:
        board = log.open(with_curves=True)
        log.append(row(9, "new"), file="r1/a.jsonl")
        (log.folder / "r2/a.jsonl").unlink()
        board.indexer.index_now()
        assert board.registry.runs["r1"].samples == 9
        assert list(board.steps(StepsQuestion(Selection("r1"))).step) == [1, 3, 9]
        assert "r2" not in board.registry.runs or not board.registry.runs["r2"].samples
        board.indexer.index_now()
        assert offloaded(board) == ["r0", "r1", "r3"]  # r2 has no row that could be offloaded


def test_a_table_that_a_question_may_use_stays(log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    with log:
        board = log.open(with_curves=True)
        asking = threading.Thread(target=answers, args=(board, "r0"))
        asking.start()
        asking.join()
        board.indexer.index_now()
        assert "r0" not in offloaded(board)
        monkeypatch.setattr(offloadable_table, "IDLE_SECONDS", -1.0)
        board.indexer.activity.note_viewed_run("r5")
        board.indexer.index_now()
        assert "r0" in offloaded(board)


def test_rows_whose_file_was_cleared_are_read_again(log: TestLog) -> None:
    with log:
        board = log.open(with_curves=True)
        before = answers(board, "r0")
        board.indexer.index_now()
        for file in board.registry.database.folder.glob("run_*.parquet"):
            file.unlink()
        with pytest.raises(StoppedError, match="read again"):
            board.samples(SamplesQuestion(Selection("r1")))
        log.append(row(9, "new"), file="r2/a.jsonl")
        board.indexer.index_now()
        assert answers(board, "r0") == before
        assert [board.registry.runs[name].samples for name in ("r0", "r1", "r2", "r3")] == [8, 8, 9, 8]
        assert not board.problems_total


def test_a_table_for_whose_file_there_is_no_room_stays(log: TestLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_offloader, "MAX_LOADED", RUNS)
    with log:
        board = log.open(with_curves=True)
        monkeypatch.setattr(table_offloader, "MAX_LOADED", 2)
        database = board.registry.database
        monkeypatch.setattr(database, "folder", log.folder / "gone")
        board.indexer.index_now()
        assert not board.registry.failure
        assert offloaded(board) == []
        assert len(answers(board, "r0")) == 5


def test_a_table_whose_rows_would_get_other_numbers_stays(log: TestLog) -> None:
    with log:
        board = log.open(with_curves=True)
        run = board.registry.runs["r5"]
        database = board.registry.database
        database.cursor().execute(f"DELETE FROM {run.table} WHERE step = 1")
        assert not run.sample_table.offload(database.cursor, database.folder)
        assert not run.sample_table.is_offloaded
