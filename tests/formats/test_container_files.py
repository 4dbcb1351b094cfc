"""Containers whatever their format: ignored with a reason, completed later, damaged, loaded again."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from answers import ignored
from dumps import dump
from packing import write_parquet
from repository import SAMPLES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Open = Callable[[Path], Board]


def test_only_files_that_are_nothing_but_tables_are_listed_as_ignored(
    tmp_path: Path, open_board: Open
) -> None:
    write_parquet(tmp_path / "data" / "train.parquet", "SELECT 'a.png' AS image, 3 AS label")
    (tmp_path / "data" / "torn.parquet").write_bytes(b"PAR1 half")
    (tmp_path / "data" / "no.parquet").write_bytes(b"<html>" * 100)
    for name in (
        "config.json",
        "tokenizer.json",
        "trainer_state.json",
        "metrics.csv",
        "model.pt",
        "optimizer.pt",
    ):
        (tmp_path / "data" / name).write_bytes(b'{"prompt": "x", "reward": 2}')
    board = open_board(tmp_path)
    assert not board.runs().runs
    found = dict(ignored(board))
    assert sorted(found) == ["data/no.parquet", "data/torn.parquet", "data/train.parquet"]
    assert "image, label" in found["data/train.parquet"]
    assert "still being written" in found["data/torn.parquet"]
    assert "no Parquet file" in found["data/no.parquet"]


def test_a_file_that_is_complete_later_is_opened_then(tmp_path: Path) -> None:
    real = SAMPLES / "trl" / "plain" / "completions" / "completions_00001.parquet"
    path = tmp_path / "completions_00001.parquet"
    path.write_bytes(real.read_bytes()[:1000])
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
    indexer.index_now()
    board = Board(indexer)
    assert "still being written" in dict(ignored(board))["completions_00001.parquet"]
    shutil.copy(real, path)
    indexer.index_now()
    assert dict(ignored(board)) == {}
    assert len(dump(board, ".")["samples"]) == 8
    indexer.stop()


def test_rows_behind_damage_are_told(tmp_path: Path, open_board: Open) -> None:
    rows = [{"prompt": "a", "response": "b", "reward": 1.0, "step": 1}] * 3
    (tmp_path / "rollouts.json").write_text(json.dumps(rows)[:-1])
    found = dump(open_board(tmp_path), ".")
    assert len(found["samples"]) == 3
    assert [kind for _, kind, _ in found["problems"]] == ["damaged_archive"]
    assert "torn behind its item 3" in found["problems"][0][2]


def test_an_index_that_was_kept_is_loaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLES / "trl", tmp_path / "trl")
    shutil.copytree(SAMPLES / "slime", tmp_path / "slime")
    for path in tmp_path.rglob("*"):
        os.utime(path, (time.time() - 100, time.time() - 100))
    found = []
    for _ in range(2):
        indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), "")), 0)
        indexer.index_now()
        board = Board(indexer)
        found.append([dump(board, run.run)["samples"] for run in board.runs().runs])
        indexer.stop()
    assert found[0] == found[1]
    assert sum(map(len, found[0])) == 5 * 8 + 4 * 12
