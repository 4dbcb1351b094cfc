"""An index of one file only, or of the beginning of each file: what `rlboard doctor` asks for."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rollout_log import row

from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Write = Callable[[Path, Iterable[Any]], Path]
Start = Callable[..., Registry]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    opened: list[BackgroundIndexer] = []

    def begin(**options: Any) -> Registry:
        opened.append(BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), math.inf, **options))
        opened[-1].index_now()
        return opened[-1].registry

    yield begin
    for indexer in opened:
        indexer.stop()


def test_one_file_only(tmp_path: Path, start: Start, write_rows: Write) -> None:
    for name in ("a.jsonl", "b.jsonl", "deep/a.jsonl"):
        write_rows(tmp_path / name, [row(1)])
    write_rows(tmp_path / "notes.jsonl", ["no row"])
    registry = start(only_file="a.jsonl")
    assert {name: list(run.files) for name, run in registry.runs.items()} == {".": ["a.jsonl"]}
    assert registry.runs["."].samples == 1
    assert registry.ignored == {}


def test_one_file_that_is_no_log(tmp_path: Path, start: Start, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1)])
    write_rows(tmp_path / "notes.jsonl", ["no row"])
    registry = start(only_file="notes.jsonl")
    assert registry.runs == {}
    assert list(registry.ignored) == ["notes.jsonl"]


def test_the_beginning_of_a_file(tmp_path: Path, start: Start, write_rows: Write) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(step) for step in range(100)])
    line = len(json.dumps(row(10))) + 1
    registry = start(read_limit=20 * line)
    file = registry.runs["."].files["a.jsonl"]
    assert file.state.read_to <= 20 * line < file.state.size == path.stat().st_size
    assert 19 <= registry.runs["."].samples <= 21
    assert not file.is_pending


def test_a_first_line_beyond_the_limit_has_the_file_read_whole(
    tmp_path: Path, start: Start, write_rows: Write
) -> None:
    write_rows(tmp_path / "a.jsonl", [row(1, "long " * 100), row(2), row(3)])
    write_rows(tmp_path / "b.jsonl", [row(1)] * 10)
    registry = start(read_limit=100)
    files = registry.runs["."].files
    assert files["a.jsonl"].state.read_to == files["a.jsonl"].state.size
    assert 0 < files["b.jsonl"].state.read_to <= 100
    assert registry.runs["."].samples == 4
