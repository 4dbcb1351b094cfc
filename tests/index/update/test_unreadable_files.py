"""What cannot be indexed is named, and the rest is read."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from answers import column, problems
from rollout_log import append, line, row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.detect import recognition
from tensorboard_plugin_rlboard.index.detect.sniff import sniff, sniff_rows
from tensorboard_plugin_rlboard.index.parts import range_builder
from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update import discovery
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Open = Callable[[Path], Board]


Write = Callable[[Path, Iterable[Any]], Path]


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
    board.indexer.index_now()
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
    real = sniff_rows

    def failing(path: str, mapped: object = None) -> Any:
        if "bad" in Path(path).parts:
            raise PermissionError(13, "Permission denied", path)
        return real(path, None)

    monkeypatch.setattr(recognition, "sniff_rows", failing)
    board = open_board(tmp_path)
    assert [run.run for run in board.runs().runs] == ["good"]
    assert board.runs().ignored[0].file == "bad/a.jsonl"
    assert board.runs().ignored[0].reason == "It cannot be read: Permission denied."


def test_read_error_while_indexing_is_the_runs_message(
    tmp_path: Path, open_board: Open, write_rows: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])

    def failing(order: RangeOrder, _: bytes | None) -> BinaryIO:
        raise OSError(5, "Input/output error", order.path)

    monkeypatch.setattr(range_builder, "opened", failing)
    board = open_board(tmp_path)
    info = board.runs().runs[0]
    assert "Input/output error" in info.message
    assert str(tmp_path) not in info.message


def test_deeply_nested_line_does_not_stop_the_others(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    deep = '{"step": 2, "response": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    write_rows(tmp_path / "a.jsonl", [row(1), deep, row(3), "[" * 100_000])
    board = open_board(tmp_path)
    assert {1, 3} <= set(column(board, "step"))
    assert problems(board)[-1][1:] == (4, "bad_json")


def test_failure_of_the_whole_index_is_shown(
    tmp_path: Path, write_rows: Write, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])

    def broken(*_: object) -> None:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(discovery, "list_sources", broken)
    registry = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
    with caplog.at_level(logging.CRITICAL, "tensorboard_plugin_rlboard"):
        registry.start()
        assert registry._thread is not None
        registry._thread.join(60)
    try:
        assert "no memory left" in Board(registry).runs().message
    finally:
        registry.stop()
