"""Materialised curves are at every moment what a query over the same rows would answer."""

from __future__ import annotations

import gzip
import json
import logging
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.api import Steps
from tensorboard_plugin_rlboard.api.number_column import LargeSteps, Numbers, carried
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps import batches, materialized, service, step_index
from tensorboard_plugin_rlboard.board.steps.query import steps
from tensorboard_plugin_rlboard.board.steps.storage import KeptCurves, dump, load
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.web import json_answers

Write = Callable[[Path, Iterable[Any]], Path]
Start = Callable[..., Board]
HERE = Selection(".")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Boards over a folder `log`, with parts kept in a folder `cache`; nothing is indexed yet."""
    opened: list[Registry] = []

    def make(folder: Path = tmp_path) -> Board:
        (folder / "log").mkdir(exist_ok=True)
        registry = Registry(parse_roots(str(folder / "log"), ""), 0, folder / "cache")
        opened.append(registry)
        return Board(registry)

    yield make
    for registry in opened:
        registry.stop()


def survey_only(board: Board) -> None:
    """Finds the files and loads nothing."""
    board.registry._stop.set()
    board.registry.refresh()
    board.registry._stop.clear()


def row(step: int, i: int = 0, **more: Any) -> dict[str, Any]:
    tokens = 1 + (step + i) % 3
    return {
        "step": step,
        "prompt": "pq"[i % 2],
        "response": "abc"[: 1 + i % 3],
        "reward": [1.0, 0.5, math.nan, -2.0, 0.5][(step * 3 + i) % 5],
        "ref_reward": 0.5,
        "response_tokens": ["a"] * tokens,
        "logprobs": [-0.1 * (i + 1)] * tokens,
        "ref_logprobs": [-0.5] * tokens,
        **more,
    }


def plain(answer: Steps) -> dict[str, list[Any]]:
    """Every column of an answer by its name."""
    metrics = {
        f"{name}.{field}": list(column)
        for name, statistics in answer.metrics.items()
        for field, column in vars(statistics).items()
    }
    shared = {name: list(column) for name, column in answer.step_metrics.items()}
    return {"step": list(answer.step), **metrics, **shared}


def same(found: Steps, expected: Steps) -> None:
    left, right = plain(found), plain(expected)
    assert list(left) == list(right)
    for name, column in right.items():
        ours, theirs = (np.asarray(side, np.float64) for side in (left[name], column))  # None is NaN
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12, err_msg=name)


def queried(board: Board, chosen: Selection = HERE, metrics: list[str] | None = None) -> Steps:
    return steps(board.registry.cursor(), board.registry.runs[chosen.run], chosen, metrics)


def check(board: Board) -> None:
    """Every kind of question that is answered from what is materialised."""
    run = board.registry.runs.get(".")
    if run is None:
        return
    further = ["advantage", "k3_max"] if run.samples else []
    questions = [
        HERE,
        Selection(".", split="eval"),
        Selection(".", attempt=1),
        Selection(".", attempt=2),
        Selection(".", step=2),
        Selection(".", step_min=2, step_max=3),
    ]
    for chosen in questions:
        same(board.steps(chosen), queried(board, chosen))
    same(board.steps(HERE, tuple(further)), queried(board, HERE, further))
    described = board.runs().runs[0]
    cursor = board.registry.cursor()
    count = f"SELECT count(DISTINCT step), min(step), max(step) FROM {run.table}"
    span = (described.steps.count, described.steps.first, described.steps.last)
    assert [span] == cursor.execute(count).fetchall()
    spans = [(one.attempt, one.first, one.last) for one in described.attempts]
    groups = f"SELECT attempt, min(step), max(step) FROM {run.table} GROUP BY 1 ORDER BY 1"
    assert spans == cursor.execute(groups).fetchall()


WAYS = ("append", "rewrite", "late", "key", "text", "gone", "restart", "nothing")
ACTIONS = st.tuples(
    st.sampled_from(WAYS),
    st.integers(0, 2),
    st.lists(st.integers(0, 5), min_size=1, max_size=6),
    st.booleans(),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(actions=st.lists(ACTIONS, min_size=2, max_size=5), batch=st.sampled_from([1, 3, 1000]))
def test_curves_are_what_a_query_answers(
    actions: list[tuple[str, int, list[int], bool]], batch: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("curves")
    (folder / "log").mkdir()
    registry: Registry | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "ROWS", batch)
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
                if registry is not None:
                    registry.stop()
                registry = Registry(parse_roots(str(folder / "log"), ""), 0, folder / "cache")
                board = Board(registry)
                if way == "restart":
                    survey_only(board)
                    if "." in board.registry.runs:
                        board.steps(HERE)
            board.registry.refresh()
            if ask:
                check(board)
        assert board is not None
        check(board)
        board.registry.stop()


def test_only_steps_that_changed_are_computed_again(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(step) for step in range(1, 9)])
    board = start()
    board.registry.refresh()
    computed: list[int] = []
    counted: list[list[int]] = []
    real, count = batches.computed, step_index._count

    def computing(cursor: Any, samples: Any, units: Any) -> Any:
        found = real(cursor, samples, units)
        computed.extend(found.step.tolist())
        return found

    def counting(cursor: Any, run: RunIndex, steps: Iterable[int] = ()) -> Any:
        counted.append(list(steps))
        return count(cursor, run, steps)

    monkeypatch.setattr(materialized, "computed", computing)
    monkeypatch.setattr(step_index, "_count", counting)
    board.steps(HERE)
    board.runs()
    assert (computed, counted) == ([], []), "the round has done it"
    with path.open("a") as file:
        file.writelines(json.dumps(row(step)) + "\n" for step in (8, 9, 11))
    board.registry.refresh()
    same(board.steps(HERE), queried(board))
    board.runs()
    assert computed == [8, 9, 11]
    assert [sorted(bounds) for bounds in counted] == [[8, 9, 11]]


def test_a_metric_that_comes_later_is_computed_for_all_steps(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    assert "entropies_mean" not in board.steps(HERE).metrics
    with path.open("a") as file:
        file.write(
            json.dumps(row(3, entropies=[0.5], response_tokens=["a"], logprobs=[-1], ref_logprobs=[-1]))
        )
        file.write("\n")
    board.registry.refresh()
    found = board.steps(HERE)
    assert list(found.metrics["entropies_mean"].mean) == [None, None, 0.5]
    same(found, queried(board))


def test_a_metric_beside_the_overview_is_kept_up_to_date(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    monkeypatch.setattr(service, "steps", None)  # nothing is left to queries
    board.steps(HERE, ("advantage", "reward", "k3_max"))
    with path.open("a") as file:
        file.write(json.dumps(row(2, 3)) + "\n")
    board.registry.refresh()
    found = board.steps(HERE, ("advantage", "reward", "k3_max"))
    assert list(found.metrics) == ["advantage", "reward", "k3_max"]
    same(found, queried(board, HERE, ["advantage", "reward", "k3_max"]))
    monkeypatch.setattr(materialized, "MOST_FURTHER", 1)
    board.steps(HERE, ("k3_max",))
    path.write_text(path.read_text() + json.dumps(row(3)) + "\n")
    board.registry.refresh()
    assert "advantage" not in board._overview._states["."].curves.shown.metrics, "not asked for any more"


def test_more_metrics_than_are_kept_are_queried(tmp_path: Path, start: Start, write_rows: Write) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2, 1)])
    board = start()
    board.registry.refresh()
    names = [metric.name for metric in board.runs().runs[0].metrics]
    assert len(names) > materialized.MOST_FURTHER
    same(board.steps(HERE, tuple(names)), queried(board, HERE, names))
    assert len(board._overview._states["."].curves.shown.metrics) <= len(materialized.OVERVIEW)


def test_what_is_too_much_for_a_request_follows_in_the_background(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    before = plain(board.steps(HERE))
    follow, board.registry.after_round = board.registry.after_round, None
    with path.open("a") as file:
        file.writelines(json.dumps(row(step)) + "\n" for step in (2, 3))
    board.registry.refresh()
    with monkeypatch.context() as patch:
        patch.setattr(RunIndex, "pending", True)
        patch.setattr(service, "_REQUEST", 0)
        patch.setattr(service, "_SHARE", 0)
        assert plain(board.steps(HERE)) == before, "as of its last consistent state"
        revision = board.revision
        assert follow is not None
        follow(board.registry.runs["."])
        assert board.revision == revision + 1
        follow(board.registry.runs["."])
        assert board.revision == revision + 1, "nobody was answered from before"
        same(board.steps(HERE), queried(board))


def test_few_changed_rows_are_computed_by_the_request(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.after_round = None
    board.registry.refresh()
    same(board.steps(HERE), queried(board))
    with path.open("a") as file:
        file.write(json.dumps(row(3)) + "\n")
    board.registry.refresh()
    monkeypatch.setattr(RunIndex, "pending", True)
    assert list(board.steps(HERE).step) == [1, 2, 3]


def test_a_request_does_not_wait_for_another_that_computes(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    monkeypatch.setattr(service, "_PATIENCE", 0.01)
    found = board.steps(HERE)
    revision = board.revision
    with board._overview._states["."].curves.lock:
        assert board.steps(HERE) is found
    board.steps(HERE)
    assert board.revision == revision + 1, "who was answered meanwhile may ask again"


def test_curves_grow_while_a_run_is_indexed(tmp_path: Path, start: Start, write_rows: Write) -> None:
    """Many threads ask while rows come; every answer is whole, and the last one is right."""
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1)])
    board = start()
    board.registry.refresh()
    failures: list[Exception] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                found = board.steps(HERE)
                counts = np.asarray(found.step_metrics["n_samples"], np.float64).tolist()
                assert counts == list(found.metrics["n_chars"].count)
                assert counts == sorted(counts, reverse=True)
        except Exception as error:  # noqa: BLE001 (told in the main thread)
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for step in range(2, 8):
        with path.open("a") as file:
            file.writelines(json.dumps(row(s, step)) + "\n" for s in range(1, step + 1))
        board.registry.refresh()
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    same(board.steps(HERE), queried(board))


def test_failure_in_the_background_does_not_end_the_indexing(
    tmp_path: Path,
    start: Start,
    write_rows: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1)])
    board = start()

    def fail(*_: Any) -> Any:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(materialized, "computed", fail)
        board.registry.refresh()
        assert "out of memory" in caplog.text
        with pytest.raises(RuntimeError, match="out of memory"):
            board.steps(HERE)
    same(board.steps(HERE), queried(board))


def test_reopened_run_is_answered_before_its_rows_are_loaded(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    rows = [row(step, i) for step in (1, 2, 3, 2, 3) for i in range(3)] + [row(0, validation=True)]
    write_rows(tmp_path / "log" / "a.jsonl", rows)
    board = start()
    board.registry.refresh()
    expected, evaluation = plain(board.steps(HERE)), plain(board.steps(Selection(".", split="eval")))
    described = board.runs().runs[0]
    board.registry.stop()
    again = start()
    survey_only(again)
    assert again.registry.runs["."].samples == 0
    assert plain(again.steps(HERE)) == expected
    assert plain(again.steps(Selection(".", split="eval"))) == evaluation
    now = again.runs().runs[0]
    assert (now.steps, now.splits, now.attempts) == (described.steps, described.splits, described.attempts)
    again.registry.refresh()
    assert plain(again.steps(HERE)) == expected
    check(again)


def test_log_that_grew_between_starts(tmp_path: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    before = plain(board.steps(HERE))
    board.registry.stop()
    with path.open("a") as file:
        file.writelines(json.dumps(row(step, 1)) + "\n" for step in (2, 3))
    again = start()
    survey_only(again)
    assert plain(again.steps(HERE)) == before
    again.registry.refresh()
    assert list(again.steps(HERE).step) == [1, 2, 3]
    check(again)


def test_lines_that_are_in_no_kept_part_are_shown_as_well(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last lines of a log that was followed: too few for a part, and not to be missed when it is opened again."""
    monkeypatch.setattr(service, "_SAVE_EVERY", 0.0)
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    with path.open("a") as file:
        file.writelines(json.dumps(row(step, 1)) + "\n" for step in (2, 3))
    board.registry.refresh()
    expected = plain(board.steps(HERE))
    board.registry.stop()
    again = start()
    survey_only(again)
    assert plain(again.steps(HERE)) == expected
    again.registry.refresh()
    assert plain(again.steps(HERE)) == expected
    check(again)
    again.registry.stop()
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    last = start()
    last.registry.refresh()
    assert list(last.steps(HERE).step) == [1, 2], "they are gone, and so is their step"
    check(last)


def kept_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("curves-*/**/*") if path.is_file())


@pytest.mark.parametrize("damage", ["cut", "foreign", "gone", "part"])
def test_damaged_curves_are_as_good_as_absent(
    tmp_path: Path, start: Start, write_rows: Write, damage: str
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    expected = plain(board.steps(HERE))
    board.registry.stop()
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
    survey_only(again)
    if damage != "part":
        assert list(again.steps(HERE).step) == []
    again.registry.refresh()
    assert plain(again.steps(HERE)) == expected
    check(again)


def test_curves_that_do_not_fit_their_parts_are_found_out(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    """Whatever was kept is checked against the rows as soon as they are there."""
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2), row(2, 1)])
    board = start()
    board.registry.refresh()
    expected = plain(board.steps(HERE))
    board.registry.stop()
    (kept,) = kept_files(tmp_path / "cache")
    found = load(kept.read_bytes())
    assert found is not None
    entries = {key: entry for key, entry in found.entries.items() if key != ("train", 1)}
    entries["train", 7] = entries["train", 2]
    kept.write_bytes(dump(KeptCurves(entries, found.units, found.tables)))
    again = start()
    again.registry.refresh()
    assert plain(again.steps(HERE)) == expected
    check(again)


def test_curves_as_bytes(tmp_path: Path, start: Start, write_rows: Write) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2), row(3, validation=True)])
    board = start()
    board.registry.refresh()
    board.steps(HERE, ("k3_max",))
    kept = board._overview._states["."].curves.to_keep()
    assert "m:k3_max" not in kept.units, "only what everybody asks for"
    found = load(dump(kept))
    assert found is not None
    assert found.units == kept.units
    assert {key: entry.attempts for key, entry in found.entries.items()} == {
        key: entry.attempts for key, entry in kept.entries.items()
    }
    for split, table in kept.tables.items():
        for unit in kept.units:
            for name, column in table.columns[unit].items():
                np.testing.assert_array_equal(found.tables[split].columns[unit][name], column)
    assert load(b"") is None
    assert load(dump(kept)[:-1]) is None


def test_steps_that_are_not_up_to_date_are_not_kept(tmp_path: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(tmp_path / "log" / "a.jsonl", [row(1), row(2)])
    board = start()
    board.registry.refresh()
    board.registry.after_round = None
    with path.open("a") as file:
        file.writelines(json.dumps(row(step, 1)) + "\n" for step in (2, 3))
    board.registry.refresh()
    board.runs()  # which knows of the steps before their curves are computed
    kept = board._overview._states["."].curves.to_keep()
    assert set(kept.entries) == {("train", 1)}
    assert kept.tables["train"].step.tolist() == [1]


def test_folder_that_cannot_be_written_keeps_no_curves(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(1)])
    board = start()
    board.registry.after_round = None
    board.registry.refresh()
    cache = board.registry.cache
    assert cache is not None

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.place, "write", full)
    cache.keep_curves("digest", b"content")
    assert cache.recall_curves("digest") == b""
    board._overview.follow(board.registry.runs["."])
    assert kept_files(tmp_path / "cache") == []
    assert cache.recall_curves("digest") == b""
    same(board.steps(HERE), queried(board))


def test_numbers_are_a_sequence() -> None:
    column = Numbers(np.asarray([1.0, np.nan, 2.5]))
    assert column == [1.0, None, 2.5]
    assert column != [1.0, None]
    assert column != 3
    assert (column[0], column[1], list(column[1:])) == (1.0, None, [None, 2.5])
    assert repr(Numbers(np.asarray([1.0, np.nan]), whole=True)) == "[1, None]"
    assert len(column) == 3


def test_large_answers_carry_their_json(
    tmp_path: Path, start: Start, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "log" / "a.jsonl", [row(step, step) for step in range(1, 6)])
    board = start()
    board.registry.refresh()
    answer = board.steps(HERE)
    assert not isinstance(answer, LargeSteps)
    monkeypatch.setattr(numbers, "LARGE", 1)
    monkeypatch.setattr(numbers, "_COLUMNS", 3)
    large = carried(board.registry.cursor(), answer)
    assert isinstance(large, LargeSteps)
    assert json.loads(gzip.decompress(large.gzipped)) == json.loads(json_answers.encode(answer))
    wild = Numbers(np.asarray([math.inf, -math.inf, math.nan, 1e-300, 1.0]))
    named = Steps(answer.step, answer.metrics, {'quo"te': wild})
    large = carried(board.registry.cursor(), named)
    assert isinstance(large, LargeSteps)
    assert json.loads(gzip.decompress(large.gzipped)) == json.loads(json_answers.encode(named))
    monkeypatch.setattr(numbers, "_ONE_TASK", 2)
    large = carried(board.registry.cursor(), named)
    assert isinstance(large, LargeSteps)
    assert json.loads(gzip.decompress(large.gzipped)) == json.loads(json_answers.encode(named))
