"""`dropped_before` stands on the first row behind the gap, whatever becomes of the rows around it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_rows import rows_of

from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.gaps import (
    DropCount,
    MarkedLine,
    split_off_marks,
    with_marks_moved,
)
from tensorboard_plugin_rlboard.writing.snapshot import snapshot

MARK = "dropped_before"


def gaps(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """(step, samples that were lost before) of the rows that say so."""
    return [(row["step"], row[MARK]) for row in rows if MARK in row]


def test_samples_without_a_step_lie_before_the_next_of_their_batch(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        writer.log_batch(step=[1, None, None, 2, 3], response=["a"] * 5)
        writer.log_batch(step=4, response=["a", "b"], reward=[1.0])
        writer.log(step=5)
    assert gaps(rows_of(writer)) == [(2, 2), (5, 2)]
    assert writer.dropped == 4


def test_of_a_sampled_step_the_mark_stands_on_the_next_row_that_was_chosen(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, max_samples_per_step=2, scalars=False) as writer:
        writer.log_batch(step=[1, None, *[1] * 9], response=[str(at) for at in range(11)])
        writer.log(step=None)
        writer.log(step=2)
    rows = rows_of(writer)
    assert sum(lost for _, lost in gaps(rows)) == 2
    behind = [row for row in rows if row["step"] == 1 and int(row["response"]) >= 2]
    assert not behind or behind[0][MARK] == 1


def test_a_step_that_is_left_out_passes_its_mark_on(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path, every_n_steps=2, scalars=True) as writer:
        writer.log(step=2)
        writer.log(step=None)
        writer.log(step=3)
        writer.log(step=4)
    assert gaps(rows_of(writer)) == [(4, 1)]


def test_marks_of_lines_that_the_disk_refused_are_not_lost_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    full: Iterator[bool] = iter([False, True, True, False])

    def write(file: int, data: Any) -> int:
        if next(full, False):
            raise OSError(28, "No space left on device")
        return real(file, data)

    with RolloutWriter(tmp_path, background=False, scalars=False) as writer:
        monkeypatch.setattr(os, "write", write)
        writer.log(step=1)
        writer.log(step=None)
        writer.log(step=2)
        writer.log(step=3)
        writer.log(step=4)
    assert gaps(rows_of(writer)) == [(4, 3)]


def test_a_sample_that_could_not_be_copied_lies_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(value: object) -> object:
        if value == "broken":
            raise MemoryError("no")
        return snapshot(value)

    monkeypatch.setattr("tensorboard_plugin_rlboard.writer.snapshot", failing)
    with RolloutWriter(tmp_path) as writer:
        writer.log(step=1)
        writer.log(step=2, response="broken")
        writer.log(step=3)
    assert gaps(rows_of(writer)) == [(3, 1)]


def test_a_marked_line_is_json_with_the_count() -> None:
    assert MarkedLine(b'{"step":1}\n').encoded() == b'{"step":1}\n'
    assert MarkedLine(b'{"step":1}\n', 7).encoded() == b'{"step":1,"dropped_before":7}\n'


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=20))
def test_no_lost_sample_is_forgotten_or_counted_twice_by_a_choice(plan: list[tuple[int, bool]]) -> None:
    rows: list[dict[str, Any]] = []
    for at, (lost, chosen) in enumerate(plan):
        gap = DropCount()
        gap.add(lost)
        rows.append(gap.mark({"at": at, "chosen": chosen}))
    kept, left = with_marks_moved(rows, lambda rows: [dict(row) for row in rows if row["chosen"]])
    marks = split_off_marks(kept)
    assert [row["at"] for row in kept] == [at for at, (_, chosen) in enumerate(plan) if chosen]
    expected, waiting = [], 0
    for lost, chosen in plan:
        waiting += lost
        if chosen:
            expected.append(waiting)
            waiting = 0
    assert (marks, left) == (expected, waiting)
