"""Ranges of any size give the rows of one."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from answers import column, problems
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from rollout_log import append, line, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.parts import range_builder, range_plan
from tensorboard_plugin_rlboard.index.parts.range_builder import build_part
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]


Write = Callable[[Path, Iterable[Any]], Path]


def canonical(found: dict[str, Any]) -> str:
    """A row as a text that sorts."""
    return json.dumps(found, sort_keys=True)


def table(board: Board, run: str = ".") -> list[dict[str, Any]]:
    """Every sample of a run with every number and text that it has, in the order of logging."""
    info = next(found for found in board.runs().runs if found.run == run)
    names = [metric.name for metric in info.metrics] + list(info.text_columns)
    places = ["split", "attempt", "line"]
    rows = []
    for split in info.splits:
        for attempt in info.attempts:
            chosen = Selection(run, split=split, attempt=attempt.attempt)
            columns = board.samples(
                SamplesQuestion(chosen, TextRules(), columns=(*places, *names), limit=500)
            ).columns
            rows += [
                {name: repr(x) for name, x in zip(columns, values, strict=True) if x is not None}
                for values in zip(*columns.values(), strict=True)
            ]
    return sorted(rows, key=lambda found: found["id"])


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


@settings(max_examples=examples(3), deadline=None)
@given(st.lists(st.integers(0, 900), max_size=6))
def test_a_log_that_grows_is_read_like_one_that_is_there(cuts: list[int]) -> None:
    lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in MIXED]
    data = "".join(text + "\n" for text in lines).encode()
    with TemporaryDirectory() as folder:
        for name in ("grown", "whole"):
            (Path(folder) / name).mkdir()
        path = Path(folder) / "grown" / "a.jsonl"
        indexer = BackgroundIndexer(Registry(parse_roots(folder, "")), 0)
        try:
            start = 0
            for cut in sorted({min(cut, len(data)) for cut in cuts}):
                append(path, data[start:cut])
                start = cut
                indexer.index_now()
            append(path, data[start:])
            (Path(folder) / "whole" / "a.jsonl").write_bytes(data)
            indexer.index_now()
            board = Board(indexer)
            grown, whole = table(board, "grown"), table(board, "whole")
            for found in (*grown, *whole):
                del found["id"]  # it names the file
            assert sorted(map(canonical, grown)) == sorted(map(canonical, whole))
            assert [p[1:] for p in problems(board, "grown")] == [p[1:] for p in problems(board, "whole")]
        finally:
            indexer.stop()


def test_late_key_simply_appears(
    tmp_path: Path, open_board: Open, write_rows: Write, small_ranges: None
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1), row(2)])
    board = open_board(tmp_path)
    assert "acc" not in {metric.name for metric in board.runs().runs[0].metrics}
    append(path, line(3, acc=0.25))
    board.indexer.index_now()
    assert column(board, "acc") == [None, None, 0.25]


def test_number_that_turns_to_text_is_text_from_the_first_line_on(tmp_path: Path, open_board: Open) -> None:
    """Whichever comes first: whole numbers lose their decimal point, and the metric is gone."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1, level=2.0, problems=7) + line(2, level=0.5))
    board = open_board(tmp_path)
    run = board.registry.runs["."]
    assert {"level", "logged.problems"} <= {metric.name for metric in board.runs().runs[0].metrics}
    invalidations = run.invalidations
    append(path, line(3, level="hard", problems="none"))
    board.indexer.index_now()
    assert run.invalidations > invalidations, "rows that were there have changed"
    invalidations = run.invalidations
    append(path, line(4, level=3) + line(5, level=None))
    board.indexer.index_now()
    assert run.invalidations == invalidations
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
    board.indexer.index_now()
    assert column(board, "attempt") == [1, 2, 2, 2, 2, 2]
    assert column(board, "note") == ["1", "2", "3", "4", "3", "x"]
    assert [found.attempt for found in board.runs().runs[0].attempts] == [1, 2]


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
        return build_part(whole, *rest)

    monkeypatch.setattr(range_builder, "build_part", failing)
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


def test_folder_of_blank_lines_only_and_ranges_of_blank_lines(tmp_path: Path, open_board: Open) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + b"\n" * 50)
    board = open_board(tmp_path)
    append(path, b"\n \n\t\n")
    board.indexer.index_now()
    append(path, line(2))
    board.indexer.index_now()
    assert column(board, "line") == [1, 55]
    assert problems(board) == []
    append(path, b"{bad\n")
    board.indexer.index_now()
    assert problems(board) == [("a.jsonl", 56, "bad_json")], "a range without a single good line"
