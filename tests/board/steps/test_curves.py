"""Materialised curves are at every moment what a query over the same rows would answer."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from curves import HERE, check, queried, row, same, scan_only
from example_counts import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.api import Steps
from tensorboard_plugin_rlboard.api.number_column import NumberColumn
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.steps import materialized, service, step_batches, step_index
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.web import json_answers
from tensorboard_plugin_rlboard.web.encoded_answers import EncodedAnswers

Write = Callable[[Path, Iterable[Any]], Path]


Start = Callable[..., Board]


WAYS = ("append", "rewrite", "late", "key", "text", "gone", "restart", "nothing")


ACTIONS = st.tuples(
    st.sampled_from(WAYS),
    st.integers(0, 2),
    st.lists(st.integers(0, 5), min_size=1, max_size=6),
    st.booleans(),
)


# Each way once, in the order in which one may spoil what another has left; the drawn ones look for the orders nobody thought of.
@settings(max_examples=examples(2), deadline=None, suppress_health_check=list(HealthCheck))
@example(
    actions=[
        ("key", 0, [2, 3], True),
        ("restart", 0, [3], True),
        ("text", 1, [2, 4], False),
        ("append", 0, [1, 5], True),
        ("restart", 0, [1], True),
    ],
    batch=3,
)
@example(
    actions=[
        ("append", 1, [0, 2, 4], False),
        ("late", 2, [1, 3], True),
        ("rewrite", 0, [4, 5], True),
        ("nothing", 0, [1], True),
        ("gone", 1, [1], True),
    ],
    batch=1,
)
@given(actions=st.lists(ACTIONS, min_size=2, max_size=5), batch=st.sampled_from([1, 3, 1000]))
def test_curves_are_what_a_query_answers(
    actions: list[tuple[str, int, list[int], bool]], batch: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("curves")
    (folder / "log").mkdir()
    indexer: BackgroundIndexer | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step_batches, "ROWS_AT_ONCE", batch)
        board = None
        for number, (way, which, found, ask) in enumerate([("append", 0, [1, 2], True), *actions]):
            path = folder / "log" / f"rank_{which}.jsonl"
            more: dict[str, Any] = {}
            if way == "key":
                more = {f"extra_{number}": 1.5, "entropies": [0.25]}
            elif way == "text":
                more = {"extra_1": "words", "validation": True}
            lines = "".join(json.dumps(row(step, i, **more)) + "\n" for i, step in enumerate(found))
            if way in {"append", "key", "text"}:
                with path.open("a") as file:
                    file.write(lines)
            elif way == "rewrite":
                path.write_text(lines)
            elif way == "late":
                (folder / "log" / f"late_{number}.jsonl").write_text(lines)
            elif way == "gone":
                path.unlink(missing_ok=True)
            if board is None or way == "restart":
                if indexer is not None:
                    indexer.stop()
                indexer = BackgroundIndexer(
                    Registry(parse_roots(str(folder / "log"), ""), folder / "cache"), 0
                )
                board = Board(indexer)
                if way == "restart":
                    scan_only(board)
                    if "." in board.registry.runs:
                        board.steps(StepsQuestion(HERE))
            board.indexer.index_now()
            if ask:
                check(board)
        assert board is not None
        check(board)
        board.indexer.stop()


def test_only_steps_that_changed_are_computed_again(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(step) for step in range(1, 9)])
    board = start()
    board.indexer.index_now()
    computed: list[int] = []
    counted: list[list[int]] = []
    real, count = step_batches.compute_table, step_index._count_rows

    def computing(cursor: Any, samples: Any, units: Any) -> Any:
        found = real(cursor, samples, units)
        computed.extend(found.step.tolist())
        return found

    def counting(cursor: Any, run: RunIndex, steps: Iterable[int] = ()) -> Any:
        counted.append(list(steps))
        return count(cursor, run, steps)

    monkeypatch.setattr(materialized, "compute_table", computing)
    monkeypatch.setattr(step_index, "_count_rows", counting)
    board.steps(StepsQuestion(HERE))
    board.runs()
    assert (computed, counted) == ([], []), "the round has done it"
    with path.open("a") as file:
        file.writelines(json.dumps(row(step)) + "\n" for step in (8, 9, 11))
    board.indexer.index_now()
    same(board.steps(StepsQuestion(HERE)), queried(board))
    board.runs()
    assert computed == [8, 9, 11]
    assert [sorted(bounds) for bounds in counted] == [[8, 9, 11]]


def test_a_metric_that_comes_later_is_computed_for_all_steps(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    assert "entropies_mean" not in board.steps(StepsQuestion(HERE)).metrics
    with path.open("a") as file:
        file.write(
            json.dumps(row(3, entropies=[0.5], response_tokens=["a"], logprobs=[-1], ref_logprobs=[-1]))
        )
        file.write("\n")
    board.indexer.index_now()
    found = board.steps(StepsQuestion(HERE))
    assert list(found.metrics["entropies_mean"].mean) == [None, None, 0.5]
    same(found, queried(board))


def test_a_metric_beside_the_overview_is_kept_up_to_date(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.indexer.index_now()
    monkeypatch.setattr(service, "query_steps", None)  # nothing is left to queries
    board.steps(StepsQuestion(HERE, ("advantage", "reward", "k3_max")))
    with path.open("a") as file:
        file.write(json.dumps(row(2, 3)) + "\n")
    board.indexer.index_now()
    found = board.steps(StepsQuestion(HERE, ("advantage", "reward", "k3_max")))
    assert list(found.metrics) == ["advantage", "reward", "k3_max"]
    same(found, queried(board, HERE, ["advantage", "reward", "k3_max"]))
    monkeypatch.setattr(materialized, "MAX_EXTRA_METRICS", 1)
    board.steps(StepsQuestion(HERE, ("k3_max",)))
    path.write_text(path.read_text() + json.dumps(row(3)) + "\n")
    board.indexer.index_now()
    assert "advantage" not in board._steps._run_curves["."].curves.snapshot.metrics, "not asked for any more"


def test_more_metrics_than_are_kept_are_queried(tmp_path: Path, start: Start, write_rows: Write) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2, 1)])
    board = start()
    board.indexer.index_now()
    names = [metric.name for metric in board.runs().runs[0].metrics]
    assert len(names) > materialized.MAX_EXTRA_METRICS
    same(board.steps(StepsQuestion(HERE, tuple(names))), queried(board, HERE, names))
    assert len(board._steps._run_curves["."].curves.snapshot.metrics) <= len(materialized.OVERVIEW_METRICS)


def test_numbers_are_a_sequence() -> None:
    column = NumberColumn(np.asarray([1.0, np.nan, 2.5]))
    assert column == [1.0, None, 2.5]
    assert column != [1.0, None]
    assert column != 3
    assert (column[0], column[1], list(column[1:])) == (1.0, None, [None, 2.5])
    assert repr(NumberColumn(np.asarray([1.0, np.nan]), integer=True)) == "[1, None]"
    assert len(column) == 3


def test_large_answers_are_encoded_once(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(step, step) for step in range(1, 6)])
    board = start()
    board.indexer.index_now()
    answer = board.steps(StepsQuestion(HERE))
    wild = NumberColumn(np.asarray([math.inf, -math.inf, math.nan, 1e-300, 1.0]))
    named = Steps(answer.step, answer.metrics, {'quo"te': wild})
    expected = [json.loads(json_answers.encode(steps)) for steps in (answer, named)]
    encoded = EncodedAnswers()
    small = encoded.of(answer)
    assert (json.loads(small.content), small.encoding) == (expected[0], None)
    monkeypatch.setattr(json_answers, "MIN_LARGE_NUMBERS", 1)
    large = [encoded.of(steps) for steps in (answer, named)]
    assert [json.loads(gzip.decompress(body.content)) for body in large] == expected
    assert encoded.of(answer) is large[0], "the same answer is encoded once"


def test_answers_are_prepared_before_they_are_asked_for_again(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    prepared: list[Steps] = []
    board.when_steps_prepared(prepared.append)
    board.indexer.index_now()
    board.steps(StepsQuestion(HERE))
    with path.open("a") as file:
        file.write(json.dumps(row(3)) + "\n")
    board.indexer.index_now()
    assert board.steps(StepsQuestion(HERE)) is prepared[-1]
