"""Boards on a log of this test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Start = Callable[..., Board]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Boards over a folder `log`, with parts kept in a folder `cache`; nothing is indexed yet."""
    opened: list[BackgroundIndexer] = []

    def make(folder: Path = tmp_path) -> Board:
        (folder / "log").mkdir(exist_ok=True)
        indexer = BackgroundIndexer(Registry(parse_roots(str(folder / "log"), ""), folder / "cache"), 0)
        opened.append(indexer)
        return Board(indexer)

    yield make
    for indexer in opened:
        indexer.stop()
