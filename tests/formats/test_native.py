"""Every trap of the native format, one fixture file each; the file's name says what is odd about it.

After a wanted change: ``RLBOARD_UPDATE_SNAPSHOTS=1 pytest tests/formats/test_native.py``, then read the difference.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dumps import as_native, dump
from repository import FORMATS
from rollout_log import opened
from snapshots import assert_same

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.formats.rows.sample_reader import parse_line

FOLDER = FORMATS / "native"
FILES = sorted(FOLDER.glob("*.jsonl"))
UPDATE = bool(os.environ.get("RLBOARD_UPDATE_SNAPSHOTS"))


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Every fixture as a run of its own, under its name and under another."""
    root = tmp_path_factory.mktemp("formats")
    for path in FILES:
        for folder, name in ((path.stem, path.name), (f"{path.stem}/other", "unknown.jsonl")):
            (root / folder).mkdir()
            shutil.copy(path, root / folder / name)
    yield from opened(root)


@pytest.fixture(scope="module")
def again(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """The samples of every fixture, written out as native lines."""
    root = tmp_path_factory.mktemp("again")
    for path in FILES:
        (root / path.stem).mkdir()
        lines = [json.dumps(row) + "\n" for row in as_native(board, path.stem)]
        (root / path.stem / "again.jsonl").write_text("".join(lines), encoding="utf-8")
    yield from opened(root)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_read_as_it_was(path: Path, board: Board) -> None:
    """(1) the file, readable; (2) the same file under another name."""
    found = json.loads(json.dumps(dump(board, path.stem)))
    kept = path.with_suffix(".json")
    if UPDATE:
        kept.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert_same(found, json.loads(kept.read_text(encoding="utf-8")), path.stem)
    assert json.loads(json.dumps(dump(board, f"{path.stem}/other"))) == found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_written_out_and_read_again_it_is_the_same(path: Path, board: Board, again: Board) -> None:
    first, second = as_native(board, path.stem), as_native(again, path.stem)
    assert json.dumps(second) == json.dumps(first)  # NaN is itself in text


def test_every_fixture_has_its_dump_and_every_dump_its_fixture() -> None:
    assert FILES
    assert {path.stem for path in FILES} == {path.stem for path in FOLDER.glob("*.json")}


def test_look_alikes_are_not_recognised() -> None:
    """Key sets of other logs that trainers leave beside rollouts."""
    rows: tuple[dict[str, Any], ...] = (
        {"step": 1, "loss": 0.5},
        {"step": 3, "data": {"reward": 1.0}},
        {"loss": 0.1, "grad_norm": 2.0, "learning_rate": 1e-6, "epoch": 1.0},
        {"question": "?", "answer": "!"},
        {"response": "no step, no prompt, no reward, no arrays"},
        {"response": 3, "step": 1},
        {"response_tokens": [1, 2], "step": 1, "logprobs": [-1.0, -2.0]},
        {"response_tokens": [], "step": 1},
        {"traces": []},
        {},
    )
    for row in rows:
        assert recognise(row) is None, row


def test_rows_that_are_enough() -> None:
    for row in (
        {"response": "a", "step": 1},
        {"response": "", "reward": 0.0},
        {"response": "a", "prompt": "b"},
        {"response_tokens": ["a"]},
        {"response": "a", "logprobs": None},
        {"response": [{"role": "assistant", "content": "a"}], "step": 1},
    ):
        assert recognise(row) is NATIVE, row


def test_a_row_is_parsed_as_leniently_as_it_is_indexed() -> None:
    assert parse_line(b'\xef\xbb\xbf{"a": NaN}\r') is not None
    assert parse_line(b'{"a": "caf\xe9"}') == {"a": "caf\ufffd"}
    assert parse_line(b'{"a": 1, "a": 2}') == {"a": 2}, "the last counts"
    for line in (b"", b"3", b"[1]", b"{", b"\0", b"[" * 100_000):
        assert parse_line(line) is None
