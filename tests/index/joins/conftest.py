"""Indexes of logs with files beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots

Start = Callable[[], Board]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Boards over the folder `log`, with parts kept in the folder `cache`; everything is indexed and joined."""
    opened: list[BackgroundIndexer] = []

    def make() -> Board:
        indexer = BackgroundIndexer(Registry(roots(str(tmp_path / "log"), ""), tmp_path / "cache"), 0)
        opened.append(indexer)
        board = Board(indexer)
        indexer.index_now()
        return board

    yield make
    for indexer in opened:
        indexer.stop()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"
