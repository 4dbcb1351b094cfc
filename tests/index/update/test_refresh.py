"""The index over time: files that grow, change and vanish, late keys, small ranges, what cannot be indexed."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.build import range_builder, range_plan
from tensorboard_plugin_rlboard.index.build.part import build
from tensorboard_plugin_rlboard.index.build.range_builder import RangeOrder
from tensorboard_plugin_rlboard.index.build.worker_pool import WorkerPool
from tensorboard_plugin_rlboard.index.detect import recognition
from tensorboard_plugin_rlboard.index.detect.sniff import sniff
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update import discovery, scheduler
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def row(step: int, response: str = "a", **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": "Q", "response": response, "reward": 0.5, **more}


def line(step: int, response: str = "a", **more: Any) -> bytes:
    return json.dumps(row(step, response, **more)).encode() + b"\n"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def column(board: Board, name: str, run: str = ".", **chosen: Any) -> list[Any]:
    found = board.samples(Selection(run, **chosen), TextRules(), columns=[name], limit=500)
    return list(found.columns[name])


def problems(board: Board, run: str = ".") -> list[tuple[str, int | None, str]]:
    columns = board.problems(run, 0, 500).columns
    return list(zip(columns.file, columns.line, columns.kind, strict=True))


def table(board: Board, run: str = ".") -> list[dict[str, Any]]:
    """Every sample of a run with every number and text that it has, in the order of logging."""
    info = next(found for found in board.runs().runs if found.run == run)
    names = [metric.name for metric in info.metrics] + list(info.text_columns)
    places = ["split", "attempt", "line"]
    rows = []
    for split in info.splits:
        for attempt in info.attempts:
            chosen = Selection(run, split=split, attempt=attempt.attempt)
            columns = board.samples(chosen, TextRules(), columns=[*places, *names], limit=500).columns
            rows += [
                {name: repr(x) for name, x in zip(columns, values, strict=True) if x is not None}
                for values in zip(*columns.values(), strict=True)
            ]
    return sorted(rows, key=lambda found: found["id"])


def test_bad_lines_are_named_with_their_number_in_the_file(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1), "", "{bad", "   ", row(2), "", "[]", "\t", row(3)])
    board = open_board(tmp_path)
    assert problems(board) == [("a.jsonl", 3, "bad_json"), ("a.jsonl", 7, "not_an_object")]
    assert column(board, "line") == [1, 5, 9]
    append(path, b"\n{}\n" + line(4))
    board.registry.refresh()
    assert problems(board)[-1] == ("a.jsonl", 11, "empty_object")
    assert column(board, "line") == [1, 5, 9, 12]
    offsets = board.problems(".").columns.offset
    data = path.read_bytes()
    assert [data[offset or 0 :].split(b"\n")[0] for offset in offsets] == [b"{bad", b"[]", b"{}"]


def test_half_written_tail_waits_for_its_end(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    whole = line(2, "the whole of it")
    path.write_bytes(line(1) + whole[:25])
    board = open_board(tmp_path)
    assert column(board, "response") == ["a"]
    assert problems(board) == []
    run = board.runs().runs[0]
    assert run.state == "ready", "a line that is being written is nothing to wait for"
    assert run.indexed_bytes < run.bytes
    append(path, whole[25:-3])
    board.registry.refresh()
    assert column(board, "response") == ["a"]
    append(path, whole[-3:])
    board.registry.refresh()
    assert column(board, "response") == ["a", "the whole of it"]
    assert problems(board) == []


def test_last_line_without_its_newline_is_taken_when_it_is_whole(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2).rstrip())
    board = open_board(tmp_path)
    assert column(board, "step") == [1, 2]
    append(path, b"\n" + line(3))
    board.registry.refresh()
    assert column(board, "step") == [1, 2, 3]
    assert column(board, "line") == [1, 2, 3]


def test_rewritten_file_is_read_anew(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1, "old"), "{bad", row(2, "old")])
    board = open_board(tmp_path)
    before = board.samples(Selection("."), TextRules()).columns["id"]
    write_rows(path, [row(1, "new"), row(5, "new"), row(6, "newer"), row(7, "newest")])
    board.registry.refresh()
    assert column(board, "response") == ["new", "new", "newer", "newest"]
    assert column(board, "step") == [1, 5, 6, 7]
    assert problems(board) == []
    assert board.sample(".", str(before[0]), TextRules()).texts["response"].raw == "new"


def test_truncated_file_keeps_only_what_is_left(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + line(2) + line(3))
    board = open_board(tmp_path)
    os.truncate(path, len(line(1)))
    board.registry.refresh()
    assert column(board, "step") == [1]
    assert board.runs().runs[0].samples == 1


def test_vanished_file_takes_its_samples_along_and_says_so(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    path = write_rows(tmp_path / "b.jsonl", [row(2), row(3)])
    board = open_board(tmp_path)
    assert column(board, "step") == [1, 2, 3]
    path.unlink()
    board.registry.refresh()
    assert column(board, "step") == [1]
    assert problems(board) == [("b.jsonl", None, "vanished")]
    write_rows(path, [row(9)])
    board.registry.refresh()
    assert column(board, "step") == [1, 9]
    assert problems(board) == [], "it is there again"


def test_opened_sample_of_a_changed_file_is_not_the_old_one(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1, "old", logprobs=[-1.0])])
    board = open_board(tmp_path)
    name = str(board.samples(Selection("."), TextRules()).columns["id"][0])
    assert board.token_lists(".", name)["logprobs"] == [-1.0]
    write_rows(path, [row(1, "new", logprobs=[-2.0]), row(2, "more")])
    board.registry.refresh()
    assert board.token_lists(".", name)["logprobs"] == [-2.0]


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 150)
    monkeypatch.setattr(range_plan, "RANGE", 200)


MIXED: list[Any] = [
    row(1, "plain"),
    row(1, "late text", source="math"),
    row(2, "late number", format_reward=1.5),
    "{bad",
    row(2, "late array", response_tokens=["x", "y"], logprobs=[-1.0, -2.0], extra=[1.0, 2.0]),
    "",
    row(3, "a number that turns to text", format_reward="n/a", KL=0.5),
    row(3, "differs in case", kl=0.25, split="eval"),
    row(4, "null", source=None, format_reward=0.25),
    row(3, "resumed", response_tokens=["x"], logprobs=[-1.0], ref_logprobs=[-2.0]),
    row(4, "resumed", source="code"),
]


def test_small_ranges_give_the_rows_of_one(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", MIXED)
    whole = open_board(tmp_path)
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 150)
    monkeypatch.setattr(range_plan, "RANGE", 200)
    pieces = open_board(tmp_path)
    assert whole.registry.runs["."].files["a.jsonl"].parts == 1
    assert pieces.registry.runs["."].files["a.jsonl"].parts > 4
    assert table(pieces) == table(whole)
    assert problems(pieces) == problems(whole)
    assert set(pieces.runs().runs[0].text_columns) == set(whole.runs().runs[0].text_columns)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 900), max_size=6))
def test_a_log_that_grows_is_read_like_one_that_is_there(cuts: list[int]) -> None:
    lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in MIXED]
    data = "".join(text + "\n" for text in lines).encode()
    with TemporaryDirectory() as folder:
        for name in ("grown", "whole"):
            (Path(folder) / name).mkdir()
        path = Path(folder) / "grown" / "a.jsonl"
        registry = Registry(parse_roots(folder, ""), 0)
        try:
            start = 0
            for cut in sorted({min(cut, len(data)) for cut in cuts}):
                append(path, data[start:cut])
                start = cut
                registry.refresh()
            append(path, data[start:])
            (Path(folder) / "whole" / "a.jsonl").write_bytes(data)
            registry.refresh()
            board = Board(registry)
            grown, whole = table(board, "grown"), table(board, "whole")
            for found in (*grown, *whole):
                del found["id"]  # it names the file
            key = lambda found: json.dumps(found, sort_keys=True)  # noqa: E731
            assert sorted(grown, key=key) == sorted(whole, key=key)
            assert [p[1:] for p in problems(board, "grown")] == [p[1:] for p in problems(board, "whole")]
        finally:
            registry.stop()


def test_late_key_simply_appears(
    tmp_path: Path, open_board: Open, write_rows: Write, small_ranges: None
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1), row(2)])
    board = open_board(tmp_path)
    assert "acc" not in {metric.name for metric in board.runs().runs[0].metrics}
    append(path, line(3, acc=0.25))
    board.registry.refresh()
    assert column(board, "acc") == [None, None, 0.25]


def test_number_that_turns_to_text_is_text_from_the_first_line_on(tmp_path: Path, open_board: Open) -> None:
    """Whichever comes first: whole numbers lose their decimal point, and the metric is gone."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1, level=2.0, problems=7) + line(2, level=0.5))
    board = open_board(tmp_path)
    run = board.registry.runs["."]
    assert {"level", "logged.problems"} <= {metric.name for metric in board.runs().runs[0].metrics}
    epoch = run.epoch
    append(path, line(3, level="hard", problems="none"))
    board.registry.refresh()
    assert run.epoch > epoch, "rows that were there have changed"
    epoch = run.epoch
    append(path, line(4, level=3) + line(5, level=None))
    board.registry.refresh()
    assert run.epoch == epoch
    assert column(board, "level") == ["2", "0.5", "hard", "3", None]
    assert column(board, "logged.problems") == ["7", None, "none", None, None]
    assert not {"level", "logged.problems"} & {metric.name for metric in board.runs().runs[0].metrics}
    assert {"level", "logged.problems"} <= set(board.runs().runs[0].text_columns)


def test_attempts_survive_that_a_number_turns_to_text(
    tmp_path: Path, open_board: Open, small_ranges: None
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(line(step, note=step) for step in (1, 2, 3, 2, 3, 4)))
    board = open_board(tmp_path)
    assert column(board, "attempt") == [1, 2, 2, 2]
    append(path, line(5, note=3))
    append(path, line(6, late="key", note="x"))
    board.registry.refresh()
    assert column(board, "attempt") == [1, 2, 2, 2, 2, 2]
    assert column(board, "note") == ["1", "2", "3", "4", "3", "x"]
    assert [found.attempt for found in board.runs().runs[0].attempts] == [1, 2]


def test_rank_files_are_merged_by_step(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "rank_0.jsonl", [row(1, "r0 s1"), row(2, "r0 s2")])
    write_rows(tmp_path / "rank_1.jsonl", [row(1, "r1 s1"), row(2, "r1 s2")])
    board = open_board(tmp_path)
    assert column(board, "step") == [1, 1, 2, 2]
    assert sorted(column(board, "response", step=2)) == ["r0 s2", "r1 s2"]
    assert board.steps(Selection(".")).step_metrics["n_samples"] == [2.0, 2.0]


def test_look_alikes_are_left_alone_with_a_reason(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "metrics.jsonl", [{"step": 1, "loss": 0.5}])
    write_rows(tmp_path / "list.jsonl", ["[1, 2]", "[3]"])
    write_rows(tmp_path / "text.jsonl", ["hello", "world"])
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "begun.jsonl").write_bytes(line(1)[:20])
    board = open_board(tmp_path)
    assert board.runs().runs == []
    reasons = {file.file: file.reason for file in board.runs().ignored}
    assert set(reasons) == {"metrics.jsonl", "list.jsonl", "text.jsonl", "empty.jsonl", "begun.jsonl"}
    assert "loss, step" in reasons["metrics.jsonl"]
    assert "no JSON objects" in reasons["list.jsonl"]
    assert "no JSON" in reasons["text.jsonl"]
    assert "no complete line" in reasons["empty.jsonl"]
    assert "no complete line" in reasons["begun.jsonl"]
    append(tmp_path / "begun.jsonl", line(1)[20:])
    (tmp_path / "text.jsonl").unlink()
    board.registry.refresh()
    assert column(board, "step") == [1]
    assert {file.file for file in board.runs().ignored} == {"metrics.jsonl", "list.jsonl", "empty.jsonl"}


def test_first_lines_may_be_bad(tmp_path: Path, write_rows: Write) -> None:
    path = write_rows(tmp_path / "a.jsonl", ["", "{torn", "\ufeff", json.dumps(row(1))])
    known, reason = sniff(str(path))
    assert known is not None
    assert reason == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file_is_named(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)]).chmod(0)
    board = open_board(tmp_path)
    assert "cannot be read" in board.runs().ignored[0].reason


def test_file_that_cannot_be_opened_is_named_and_the_others_are_read(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "good" / "a.jsonl", [row(1)])
    write_rows(tmp_path / "bad" / "a.jsonl", [row(1)])
    real = sniff

    def failing(path: str, mapped: object = None) -> Any:
        if "bad" in Path(path).parts:
            raise PermissionError(13, "Permission denied", path)
        return real(path, None)

    monkeypatch.setattr(recognition, "sniff", failing)
    board = open_board(tmp_path)
    assert [run.run for run in board.runs().runs] == ["good"]
    assert board.runs().ignored[0].file == "bad/a.jsonl"
    assert board.runs().ignored[0].reason == "It cannot be read: Permission denied."


def test_read_error_while_indexing_is_the_runs_message(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])

    def failing(order: RangeOrder) -> BinaryIO:
        raise OSError(5, "Input/output error", order.path)

    monkeypatch.setattr(range_builder, "opened", failing)
    board = open_board(tmp_path)
    info = board.runs().runs[0]
    assert "Input/output error" in info.message
    assert str(tmp_path) not in info.message


def test_range_that_cannot_be_indexed_is_read_in_smaller_pieces(
    tmp_path: Path,
    open_board: Open,
    write_rows: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing(lines: Iterable[bytes], *rest: Any) -> Any:
        whole = list(lines)
        if any(b"poison" in line for line in whole):
            raise duckdb.OutOfMemoryException("no")
        return build(whole, *rest)

    monkeypatch.setattr(range_builder, "build", failing)
    rows: list[Any] = [row(step, f"r{step}") for step in range(1, 30)]
    rows[7] = row(8, "poison")
    rows[20]["late"] = 1.0
    write_rows(tmp_path / "a.jsonl", ["", *rows])
    with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
        board = open_board(tmp_path)
    assert column(board, "step") == [step for step in range(1, 30) if step != 8]
    assert problems(board) == [("a.jsonl", 9, "not_indexed")]
    assert column(board, "line") == [step + 1 for step in range(1, 30) if step != 8]
    assert column(board, "late", step=21) == [1.0]


def test_deeply_nested_line_does_not_stop_the_others(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    deep = '{"step": 2, "response": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    write_rows(tmp_path / "a.jsonl", [row(1), deep, row(3), "[" * 100_000])
    board = open_board(tmp_path)
    assert {1, 3} <= set(column(board, "step"))
    assert problems(board)[-1][1:] == (4, "bad_json")


def test_folder_of_blank_lines_only_and_ranges_of_blank_lines(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + b"\n" * 50)
    board = open_board(tmp_path)
    append(path, b"\n \n\t\n")
    board.registry.refresh()
    append(path, line(2))
    board.registry.refresh()
    assert column(board, "line") == [1, 55]
    assert problems(board) == []
    append(path, b"{bad\n")
    board.registry.refresh()
    assert problems(board) == [("a.jsonl", 56, "bad_json")], "a range without a single good line"


def test_run_name_of_files_in_the_log_directory_itself(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    write_rows(tmp_path / "中文 run" / "b.jsonl", [row(1, "二")])
    board = open_board(tmp_path)
    assert [run.run for run in board.runs().runs] == [".", "中文 run"]
    assert column(board, "response", "中文 run") == ["二"]


@pytest.fixture
def started(tmp_path: Path, write_rows: Write) -> Iterator[Registry]:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    registry = Registry(parse_roots(str(tmp_path), ""), 0.02)
    registry.start()
    yield registry
    registry.stop()


def wait_for(condition: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(3000):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen within half a minute")


def test_background_thread_follows_the_log(started: Registry, tmp_path: Path) -> None:
    board = Board(started)
    wait_for(lambda: "." in started.runs and started.runs["."].samples == 1)
    revision = board.revision
    append(tmp_path / "a.jsonl", line(2))
    wait_for(lambda: started.runs["."].samples == 2)
    assert board.revision > revision
    started.start()
    assert sum(thread.name == "rlboard-index" for thread in threading.enumerate()) >= 1


def test_questions_may_be_asked_while_the_log_is_indexed(started: Registry, tmp_path: Path) -> None:
    board = Board(started)
    wait_for(lambda: "." in started.runs and started.runs["."].samples == 1)
    failures: list[Exception] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                board.steps(Selection("."))
                found = board.samples(Selection(".", search="a"), TextRules(), limit=500)
                board.sample(".", str(found.columns["id"][0]), TextRules())
                board.distribution(Selection("."), "reward")
                board.runs()
            except Exception as error:  # noqa: BLE001 (any is a failure)
                failures.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for step in range(2, 12):
            append(tmp_path / "a.jsonl", line(step, "a", **{f"late_{step}": 1.0}))
            wait_for(lambda step=step: started.runs["."].samples >= step)  # type: ignore[misc]
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert failures == []


def test_failure_of_the_whole_index_is_shown(
    tmp_path: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])

    def broken(roots: object) -> None:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(discovery, "scan", broken)
    registry = Registry(parse_roots(str(tmp_path), ""), 0)
    with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
        registry.start()
        assert registry._thread is not None
        registry._thread.join(30)
    try:
        assert "no memory left" in Board(registry).runs().message
    finally:
        registry.stop()


def test_query_database_opens_no_other_file(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    write_rows(tmp_path / "a.jsonl", [row(1)])
    board = open_board(tmp_path)
    cursor = board.registry.cursor()
    for sql in (
        "SELECT * FROM read_text('/etc/passwd')",
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_json('{tmp_path}/a.jsonl')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access=true",
        "SET allowed_directories=['/']",
    ):
        with pytest.raises(duckdb.Error):
            cursor.execute(sql).fetchall()
    assert not (tmp_path / "out.csv").exists()


def test_nothing_is_left_behind(tmp_path: Path, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    registry = Registry(parse_roots(str(tmp_path), ""), 0)
    registry.refresh()
    folder = registry.engine.folder
    assert folder.exists()
    registry.stop()
    assert not folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_ranges_built_by_processes_beside_are_the_same(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Any] = [row(step, f"r{step}", acc=step / 2) for step in range(1, 200)]
    rows[150]["late"] = 3.0
    rows[77] = "{torn"
    write_rows(tmp_path / "a.jsonl", rows)
    write_rows(tmp_path / "b.jsonl", [row(step, "b") for step in range(1, 200)])
    alone = open_board(tmp_path)
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 500)
    monkeypatch.setattr(range_plan, "RANGE", 3000)
    monkeypatch.setattr(scheduler, "AHEAD_FROM", 1)
    taken: list[RangeOrder] = []
    real = WorkerPool.take

    def counting(ahead: WorkerPool, ticket: int) -> Any:
        found = real(ahead, ticket)
        if found is not None and found.built is not None:
            taken.append(found.order)
        return found

    monkeypatch.setattr(WorkerPool, "take", counting)
    beside = open_board(tmp_path)
    assert taken
    for name in ("step", "response", "acc", "late", "line"):
        assert column(beside, name) == column(alone, name)
    assert problems(beside) == problems(alone)


def test_process_that_dies_costs_nothing_but_time(
    tmp_path: Path,
    open_board: Open,
    write_rows: Write,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(step, f"r{step}") for step in range(1, 100)])
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 500)
    monkeypatch.setattr(range_plan, "RANGE", 3000)
    monkeypatch.setattr(scheduler, "AHEAD_FROM", 1)
    real = WorkerPool._send

    def killing(ahead: WorkerPool, worker: Any, ticket: int, order: RangeOrder) -> None:
        real(ahead, worker, ticket, order)
        worker.process.kill()

    monkeypatch.setattr(WorkerPool, "_send", killing)
    with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
        board = open_board(tmp_path)
    assert column(board, "step") == list(range(1, 100))


def test_processes_end_when_nothing_is_left_to_index(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 500)
    monkeypatch.setattr(range_plan, "RANGE", 3000)
    monkeypatch.setattr(scheduler, "AHEAD_FROM", 1)
    started: list[Any] = []
    real = WorkerPool._send

    def noting(ahead: WorkerPool, worker: Any, ticket: int, order: RangeOrder) -> None:
        started.append(worker.process)
        real(ahead, worker, ticket, order)

    monkeypatch.setattr(WorkerPool, "_send", noting)
    write_rows(tmp_path / "a.jsonl", [row(step, f"r{step}") for step in range(1, 100)])
    open_board(tmp_path)
    assert started
    assert all(process.poll() is not None for process in started)
