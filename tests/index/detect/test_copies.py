"""Copies beside a log: each sample counts once, and the copy is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from answers import column, ignored
from rollout_log import TestLog, lines, log_of, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.detect.copies import original_name

NAMES = [
    *("a.jsonl.bak", "a.jsonl~", "a.jsonl.orig", "a.jsonl.old", "a.jsonl.bak2", "a.jsonl.1", "a.jsonl.bak.1"),
    *(
        "a (copy).jsonl",
        "a (1).jsonl",
        "a copy.jsonl",
        "a - Copy.jsonl",
        "a - Copy (2).jsonl",
        "a - 副本.jsonl",
    ),
    *(
        "a_backup.jsonl",
        "a.bak.jsonl",
        "a-old.jsonl",
        "a_copy2.jsonl",
        "backup_a.jsonl",
        "Copy of a.jsonl",
        "a.jsonl.tmp",
        "a (ann's conflicted copy 2024-05-01).jsonl",
        "#a.jsonl#",
    ),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_copies(name: str) -> None:
    assert original_name(name) == "a.jsonl"


@pytest.mark.parametrize(
    "name", ["step_10.jsonl", "a.jsonl", "old.jsonl", "copy.jsonl", "fold_1.jsonl", ".jsonl~"]
)
def test_other_names_are_their_own(name: str) -> None:
    assert original_name(name) == name


@pytest.fixture
def log(tmp_path: Path) -> TestLog:
    return TestLog(tmp_path)


def opened(log: TestLog) -> Board:
    board = log.open()
    assert [run.run for run in board.runs().runs] == ["."]
    return board


@pytest.mark.parametrize("name", ["a.jsonl.bak", "a (copy).jsonl", "a.jsonl~"])
def test_the_same_rows_are_shown_once_and_the_copy_is_named(name: str, log: TestLog) -> None:
    log.path().write_bytes(log_of(0, 1, 2))
    log.path(name).write_bytes(log_of(0, 1, 2))
    board = opened(log)
    assert column(board, "step") == [0, 1, 2]
    assert ignored(board) == [(name, "All of its rows are in a.jsonl as well, which is read instead.")]
    log.close()


def test_a_copy_of_the_first_rows_is_one_though_its_last_line_is_torn(log: TestLog) -> None:
    log.path().write_bytes(log_of(0, 1, 2))
    log.path("a.jsonl.bak").write_bytes(log_of(0, 1, 2)[:-10])
    assert column(opened(log), "step") == [0, 1, 2]
    log.close()


def test_the_longer_file_counts_whatever_its_name(log: TestLog) -> None:
    log.path().write_bytes(log_of(0))
    log.path("a.jsonl.old").write_bytes(log_of(0, 1))
    board = opened(log)
    assert column(board, "step") == [0, 1]
    assert [file for file, _ in ignored(board)] == ["a.jsonl"]
    log.close()


def test_a_rotated_log_has_rows_of_its_own(log: TestLog) -> None:
    for at, name in enumerate(("a.jsonl.2", "a.jsonl.1", "a.jsonl")):
        log.path(name).write_bytes(log_of(at))
    board = opened(log)
    assert column(board, "step") == [0, 1, 2]
    assert ignored(board) == []
    log.close()


def test_a_copy_that_goes_another_way_is_read_again(log: TestLog) -> None:
    log.path().write_bytes(log_of(0, 1))
    log.path("a.jsonl.bak").write_bytes(log_of(0))
    indexer = log.indexer()
    indexer.index_now()
    board = Board(indexer)
    assert column(board, "response") == ["a", "a"]
    log.append(row(5, "other"), file="a.jsonl.bak")
    indexer.index_now()
    assert column(board, "step") == [0, 0, 1, 5]
    assert ignored(board) == []
    log.path("a.jsonl.bak").write_bytes(lines())
    indexer.index_now()
    assert column(board, "step") == [0, 1]
    log.close()
