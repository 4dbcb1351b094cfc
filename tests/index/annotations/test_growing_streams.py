"""Whatever happens to a stream and its annotations, and in which order: the index is what a fresh start would make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from example_counts import THOROUGH
from rollout_log import TestLog
from trace_streams import RandomTraining, StreamRun, everything, sample_of, shipped, tokens_of, trace, trained

from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.index import growing_file
from tensorboard_plugin_rlboard.index.annotations import line_batches, run_annotations
from tensorboard_plugin_rlboard.index.annotations.annotation_table import AnnotationTable
from tensorboard_plugin_rlboard.index.parts.range_builder import build_part

TURNS = 6 if THOROUGH else 5
COMPARED = range(TURNS) if THOROUGH else (1, 4)
"""Turns: what goes wrong in one is still wrong after the next, and to compare costs more than the turns do.

The first is before TensorBoard starts again, the second after that and after more changes.
"""


@pytest.fixture
def run(test_log: TestLog) -> StreamRun:
    return StreamRun(test_log.folder)


def test_annotations_that_come_later_move_the_sample(run: StreamRun, test_log: TestLog) -> None:
    run.arrive(trace("a", 1), trace("b", 1))
    board = test_log.open()
    before = sample_of(board, "a")
    run.orchestrator(shipped("a", 5))
    board.indexer.index_now()
    (info,) = board.runs().runs
    assert (info.steps.first, info.steps.last, info.samples) == (1, 5, 2)
    assert board.sample(SampleQuestion(".", before)).step == 5
    run.trainer(trained("a"))
    board.indexer.index_now()
    assert tokens_of(board, "a")["logprobs"] == pytest.approx([-0.35, -0.4, -0.5])


def test_a_sealed_chunk_has_the_same_samples_under_the_same_ids(run: StreamRun, test_log: TestLog) -> None:
    stream = run.arrive(*(trace(f"t{i}", 1) for i in range(9)))
    told = run.orchestrator(*(shipped(f"t{i}", 2) for i in range(4)))
    board = test_log.open()
    before = everything(board)
    names = [sample_of(board, f"t{i}") for i in range(9)]
    run.seal(stream)
    board.indexer.index_now()
    assert [sample_of(board, f"t{i}") for i in range(9)] == names
    run.seal(told)
    run.arrive(trace("next", 2), chunk=1)
    board.indexer.index_now()
    (info,) = board.runs().runs
    assert (info.samples, info.problems, info.joined[0].matched) == (10, 0, 4)
    after = everything(board)["."]
    assert after["train"]["tokens"].items() >= before["."]["train"]["tokens"].items()


def test_while_a_chunk_is_being_sealed_no_sample_is_there_twice(run: StreamRun, test_log: TestLog) -> None:
    stream = run.arrive(*(trace(f"t{i}", 1) for i in range(3)))
    plain = stream.read_bytes()
    run.seal(stream)
    stream.write_bytes(plain)  # the plain file goes once its twin is whole
    assert test_log.open().runs().runs[0].samples == 3


def test_a_resumed_training_is_another_attempt(run: StreamRun, test_log: TestLog) -> None:
    # Arrival orders attempts: a late trace of step 1 that ships at 2 begins none.
    run.arrive(trace("a", 1), trace("b", 2), trace("c", 2), trace("d", 1), trace("e", 2))
    run.orchestrator(*(shipped(name, step) for name, step in zip("abcde", (2, 2, 2, 1, 2), strict=True)))
    attempts = [(one.attempt, one.first, one.last) for one in test_log.open().runs().runs[0].attempts]
    assert attempts == [(1, 2, 2), (2, 1, 2)]


@pytest.mark.parametrize("seed", range(3 if THOROUGH else 2))
def test_any_order_of_changes(
    test_log: TestLog, seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(growing_file, "RANGE_BYTES", 400 + 200 * seed)
    monkeypatch.setattr(line_batches, "BATCH_BYTES", 1000 + 700 * seed)
    monkeypatch.setattr(line_batches, "_GAP", 300 * seed)
    training = RandomTraining(test_log.folder, seed)
    board = test_log.open()
    for turn in range(TURNS):
        for _ in range(training.random.randint(1, 3)):
            training.turn()
        if turn % 3 == 2:  # TensorBoard starts again over the same kept parts
            test_log.close()
            board = test_log.open()
        board.indexer.index_now()
        if turn not in COMPARED:
            continue
        with TestLog(test_log.folder) as fresh:
            now, expected = everything(board), everything(fresh.open())
            assert now == expected, f"turn {turn}"


def _built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where the ranges begin that are built with annotations from now on."""
    offsets: list[int] = []

    def noted(lines: Any, offset: int, *further: Any) -> Any:
        offsets.append(offset)
        return build_part(lines, offset, *further)

    monkeypatch.setattr(run_annotations, "build_part", noted)
    return offsets


def test_annotated_rows_are_kept_for_the_next_start(
    run: StreamRun, test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.arrive(*(trace(f"t{i}", 1) for i in range(6)))
    run.orchestrator(*(shipped(f"t{i}", 2) for i in range(6)))
    run.trainer(trained("t1"))
    built = _built(monkeypatch)
    first = everything(test_log.open())
    assert built == [0]
    assert everything(test_log.open()) == first
    assert built == [0]


def test_the_order_in_which_traces_are_found_makes_no_other_rows(
    run: StreamRun, test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.arrive(*(trace(f"t{i}", 1) for i in range(6)))
    run.orchestrator(*(shipped(f"t{i}", 2) for i in range(6)))
    built = _built(monkeypatch)
    asked = AnnotationTable.addresses_query
    for order in ("ASC", "DESC"):
        monkeypatch.setattr(
            AnnotationTable,
            "addresses_query",
            lambda *given, order=order: f'{asked(*given)} ORDER BY "key" {order}',
        )
        test_log.open()
        test_log.close()
    assert built == [0]


def test_rows_are_built_again_once_there_are_other_annotations(
    run: StreamRun, test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.arrive(*(trace(f"t{i}", 1) for i in range(3)))
    run.orchestrator(*(shipped(f"t{i}", 2) for i in range(3)))
    test_log.open()
    run.orchestrator(shipped("t1", 7))
    built = _built(monkeypatch)
    board = test_log.open()
    assert built == [0]
    assert board.sample(SampleQuestion(".", sample_of(board, "t1"))).step == 7


def test_a_damaged_kept_row_is_built_again(
    run: StreamRun, test_log: TestLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.arrive(trace("a", 1))
    run.orchestrator(shipped("a", 2))
    first = everything(test_log.open())
    assert test_log.cache is not None
    (name,) = test_log.cache.rglob("annotated-*/*/*.name")
    (rows,) = test_log.cache.rglob(f"{name.read_text()}.parquet")
    rows.write_bytes(rows.read_bytes()[:-1])
    built = _built(monkeypatch)
    assert everything(test_log.open()) == first
    assert built == [0]
