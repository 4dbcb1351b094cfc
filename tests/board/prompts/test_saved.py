"""Histories that are kept between starts: gone on from where they fit the rows, and read anew where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from read_visits import steps_read_from_now_on
from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.api import Prompts
from tensorboard_plugin_rlboard.board import board as board_module
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.histories import saved_histories
from tensorboard_plugin_rlboard.board.prompts.histories.storage import dump_history, load_history
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion, PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.step_index import StepEntry

STEPS = 30


def rows(steps: range = range(1, STEPS + 1)) -> list[dict[str, Any]]:
    return [
        row(step, f"r{i}", prompt=f"p{(step + i) % 7}", reward=float((step * i) % 3 == 0), task=f"t{i % 2}")
        for step in steps
        for i in range(3)
    ]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[TestLog]:
    with TestLog(tmp_path / "log", tmp_path / "cache") as made:
        yield made


def prepare(board: Board) -> Board:
    board.prompts.update_in_background(board.registry.runs["."], is_looked_at=True)
    return board


def first_page(board: Board) -> Prompts:
    return board.prompts.prompts(PromptsQuestion(Selection(".")))


def kept_files(log: TestLog) -> list[Path]:
    assert log.cache is not None
    return sorted(path for path in log.cache.glob("prompts-*/**/*") if path.is_file())


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The steps of each reading from now on."""
    return steps_read_from_now_on(monkeypatch)


def fresh(log: TestLog, tmp_path: Path) -> Prompts:
    """The first page as an index without a cache has it."""
    with TestLog(log.folder) as plain:
        return first_page(plain.open())


def test_the_next_start_reads_the_newest_steps_only(
    log: TestLog, tmp_path: Path, read: list[list[int]]
) -> None:
    log.write(*rows())
    expected = first_page(prepare(log.open(with_curves=True)))
    passes = log.open(with_curves=True).prompts.pass_at_k(PassQuestion(Selection(".")))
    read.clear()
    board = log.open(with_curves=True)
    assert first_page(board) == expected
    assert read == [list(range(STEPS - 7, STEPS + 1))]
    assert board.prompts.pass_at_k(PassQuestion(Selection("."))) == passes
    assert expected == fresh(log, tmp_path)


def test_what_is_kept_is_read_while_rows_are_loaded(log: TestLog, read: list[list[int]]) -> None:
    log.write(*rows())
    expected = first_page(prepare(log.open(with_curves=True)))
    board = log.open(with_curves=True)
    board.prompts.look_up_in_background(board.registry.runs["."])
    for path in kept_files(log):
        path.unlink()
    read.clear()
    assert first_page(board) == expected
    assert read == [list(range(STEPS - 7, STEPS + 1))]


def test_what_is_kept_of_the_only_run_is_read_before_anybody_has_named_it(
    log: TestLog, read: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(*rows())
    prepare(log.open(with_curves=True))
    monkeypatch.setattr(board_module, "is_loading", lambda _: True)
    board = log.open(with_curves=True)
    assert board.indexer.activity.viewed_run == ""
    for path in kept_files(log):
        path.unlink()
    read.clear()
    first_page(board)
    assert read == [list(range(STEPS - 7, STEPS + 1))]


def test_rows_that_came_between_starts_are_read(log: TestLog, tmp_path: Path, read: list[list[int]]) -> None:
    log.write(*rows())
    prepare(log.open(with_curves=True))
    log.append(*rows(range(STEPS + 1, STEPS + 5)))
    read.clear()
    assert first_page(log.open(with_curves=True)) == fresh(log, tmp_path)
    assert read[0] == list(range(STEPS - 7, STEPS - 3)), "what was new then, and is not any more"
    assert read[1] == list(range(STEPS - 3, STEPS + 5))


@pytest.mark.parametrize("change", ["an old step", "rewritten", "another file"])
def test_a_step_that_changed_between_starts_has_all_read_anew(
    log: TestLog, tmp_path: Path, change: str
) -> None:
    log.write(*rows())
    prepare(log.open(with_curves=True))
    if change == "an old step":
        log.write(*rows(range(2, 4)), file="b.jsonl")
    elif change == "rewritten":
        log.write(*(each | {"reward": 1 - each["reward"]} for each in rows()))
    else:
        log.write(*rows(range(2, 9)), file="eval/a.jsonl")
    assert first_page(log.open(with_curves=True)) == fresh(log, tmp_path)


@pytest.mark.parametrize("damage", ["cut", "foreign", "gone", "other samples"])
def test_what_is_damaged_or_does_not_fit_is_read_anew(log: TestLog, tmp_path: Path, damage: str) -> None:
    log.write(*rows())
    expected = first_page(prepare(log.open(with_curves=True)))
    (file,) = kept_files(log)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-20])
    elif damage == "foreign":
        file.write_bytes(b"PK\x03\x04 something else")
    elif damage == "gone":
        file.unlink()
    else:
        stored = load_history(file.read_bytes())
        assert stored is not None
        wrong = replace(stored.history, best=stored.history.best + 1)
        file.write_bytes(
            dump_history(
                replace(stored, entries={**stored.entries, 1: StepEntry(0, ((1, 2),), 2)}, history=wrong)
            )
        )
    assert first_page(log.open(with_curves=True)) == expected


def test_a_history_as_bytes(log: TestLog) -> None:
    log.write(*rows())
    prepare(log.open(with_curves=True))
    (file,) = kept_files(log)
    stored = load_history(file.read_bytes())
    assert stored is not None
    assert (stored.split, stored.by, stored.labels) == ("train", "task", ["t0", "t1"])
    assert {step: entry.attempts for step, entry in stored.entries.items()} == dict.fromkeys(
        range(1, STEPS - 7), ((1, 3),)
    )
    again = load_history(dump_history(stored))
    assert again is not None
    assert replace(again, history=stored.history) == stored
    for name, column in vars(stored.history).items():
        np.testing.assert_equal(getattr(again.history, name), column, name)
    assert load_history(b"") is None


def test_one_history_of_a_run_is_kept_and_not_written_too_often(
    log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(*rows())
    board = prepare(log.open(with_curves=True))
    (first,) = kept_files(log)
    log.append(*rows(range(STEPS + 1, STEPS + 20)))
    board.indexer.index_now()
    prepare(board)
    assert kept_files(log) == [first], "a moment later"
    monkeypatch.setattr(saved_histories, "_SAVE_INTERVAL_SECONDS", 0.0)
    log.write(*rows(range(1, 3)), file="b.jsonl")
    board.indexer.index_now()
    prepare(board)
    (second,) = kept_files(log)
    assert second != first


def test_columns_that_tell_no_kinds_are_not_tried_again(log: TestLog, read: list[list[int]]) -> None:
    log.write(*(row(1 + i, prompt=f"p{i % 9}", data_source=f"own {i}") for i in range(1500)))
    prepare(log.open(with_curves=True))
    read.clear()
    found = first_page(log.open(with_curves=True))
    assert (found.by, found.counts["all"]) == ("", 9)
    assert len(read) == 1
