"""Curves that are stored with the index: loaded at the next start, and never trusted where they do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from curves import HERE, check, plain, queried, row, same, scan_only

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps import run_curves
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.steps.storage import StoredCurves, dump_curves, load_curves

Write = Callable[[Path, Iterable[Any]], Path]


Start = Callable[..., Board]


def test_reopened_run_is_answered_before_its_rows_are_loaded(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    rows = [row(step, i) for step in (1, 2, 3, 2, 3) for i in range(3)] + [row(0, validation=True)]
    write_rows(tmp_path / "log" / "a.jsonl", rows)
    board = start()
    board.indexer.index_now()
    expected, evaluation = (
        plain(board.steps(StepsQuestion(HERE))),
        plain(board.steps(StepsQuestion(Selection(".", split="eval")))),
    )
    described = board.runs().runs[0]
    board.indexer.stop()
    again = start()
    scan_only(again)
    assert again.registry.runs["."].samples == 0
    assert plain(again.steps(StepsQuestion(HERE))) == expected
    assert plain(again.steps(StepsQuestion(Selection(".", split="eval")))) == evaluation
    now = again.runs().runs[0]
    assert (now.steps, now.splits, now.attempts) == (described.steps, described.splits, described.attempts)
    again.indexer.index_now()
    assert plain(again.steps(StepsQuestion(HERE))) == expected
    check(again)


def test_log_that_grew_between_starts(tmp_path: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    before = plain(board.steps(StepsQuestion(HERE)))
    board.indexer.stop()
    with path.open("a") as file:
        file.writelines(json.dumps(row(step, 1)) + "\n" for step in (2, 3))
    again = start()
    scan_only(again)
    assert plain(again.steps(StepsQuestion(HERE))) == before
    again.indexer.index_now()
    assert list(again.steps(StepsQuestion(HERE)).step) == [1, 2, 3]
    check(again)


def test_lines_that_are_in_no_kept_part_are_shown_as_well(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last lines of a log that was followed: too few for a part, and not to be missed when it is opened again."""
    monkeypatch.setattr(run_curves, "_SAVE_INTERVAL_SECONDS", 0.0)
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    with path.open("a") as file:
        file.writelines(json.dumps(row(step, 1)) + "\n" for step in (2, 3))
    board.indexer.index_now()
    expected = plain(board.steps(StepsQuestion(HERE)))
    board.indexer.stop()
    again = start()
    scan_only(again)
    assert plain(again.steps(StepsQuestion(HERE))) == expected
    again.indexer.index_now()
    assert plain(again.steps(StepsQuestion(HERE))) == expected
    check(again)
    again.indexer.stop()
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    last = start()
    last.indexer.index_now()
    assert list(last.steps(StepsQuestion(HERE)).step) == [1, 2], "they are gone, and so is their step"
    check(last)


def kept_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("curves-*/**/*") if path.is_file())


@pytest.mark.parametrize("damage", ["cut", "foreign", "gone", "part"])
def test_damaged_curves_are_as_good_as_absent(
    tmp_path: Path, start: Start, write_rows: Write, damage: str
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    expected = plain(board.steps(StepsQuestion(HERE)))
    board.indexer.stop()
    (kept,) = kept_files(tmp_path / "cache")
    if damage == "cut":
        kept.write_bytes(kept.read_bytes()[:-20])
    elif damage == "foreign":
        kept.write_bytes(b"PK\x03\x04 something else")
    elif damage == "gone":
        kept.unlink()
    else:
        for part in (tmp_path / "cache").rglob("*.parquet"):
            part.write_bytes(b"no Parquet")
    again = start()
    scan_only(again)
    if damage != "part":
        assert list(again.steps(StepsQuestion(HERE)).step) == []
    again.indexer.index_now()
    assert plain(again.steps(StepsQuestion(HERE))) == expected
    check(again)


def test_curves_that_do_not_fit_their_parts_are_found_out(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    """Whatever was kept is checked against the rows as soon as they are there."""
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2), row(2, 1)])
    board = start()
    board.indexer.index_now()
    expected = plain(board.steps(StepsQuestion(HERE)))
    board.indexer.stop()
    (kept,) = kept_files(tmp_path / "cache")
    found = load_curves(kept.read_bytes())
    assert found is not None
    entries = {key: entry for key, entry in found.entries.items() if key != ("train", 1)}
    entries["train", 7] = entries["train", 2]
    kept.write_bytes(dump_curves(StoredCurves(entries, found.aggregates, found.tables)))
    again = start()
    again.indexer.index_now()
    assert plain(again.steps(StepsQuestion(HERE))) == expected
    check(again)


def test_curves_as_bytes(tmp_path: Path, start: Start, write_rows: Write) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2), row(3, validation=True)])
    board = start()
    board.indexer.index_now()
    board.steps(StepsQuestion(HERE, ("k3_max",)))
    kept = board._steps._run_curves["."].curves.to_store()
    assert "m:k3_max" not in kept.aggregates, "only what everybody asks for"
    found = load_curves(dump_curves(kept))
    assert found is not None
    assert found.aggregates == kept.aggregates
    assert {key: entry.attempts for key, entry in found.entries.items()} == {
        key: entry.attempts for key, entry in kept.entries.items()
    }
    for split, table in kept.tables.items():
        for aggregate in kept.aggregates:
            for name, column in table.columns[aggregate].items():
                np.testing.assert_array_equal(found.tables[split].columns[aggregate][name], column)
    assert load_curves(b"") is None
    assert load_curves(dump_curves(kept)[:-1]) is None


def test_steps_that_are_not_up_to_date_are_not_kept(tmp_path: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    board.indexer.call_after_round(None)
    with path.open("a") as file:
        file.writelines(json.dumps(row(step, 1)) + "\n" for step in (2, 3))
    board.indexer.index_now()
    board.runs()  # which knows of the steps before their curves are computed
    kept = board._steps._run_curves["."].curves.to_store()
    assert set(kept.entries) == {("train", 1)}
    assert kept.tables["train"].step.tolist() == [1]


def test_folder_that_cannot_be_written_keeps_no_curves(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1)])
    board = start()
    board.indexer.call_after_round(None)
    board.indexer.index_now()
    cache = board.registry.cache
    assert cache is not None

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.blobs, "write", full)
    cache.store_run_result("curves", "digest", b"content")
    assert cache.load_run_result("curves", "digest") == b""
    board._steps.update_in_background(board.registry.runs["."])
    assert kept_files(tmp_path / "cache") == []
    assert cache.load_run_result("curves", "digest") == b""
    same(board.steps(StepsQuestion(HERE)), queried(board))
