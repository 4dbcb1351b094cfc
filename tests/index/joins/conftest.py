"""Indexes of logs with files beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots

Start = Callable[[], Board]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Boards over the folder `log`, with parts kept in the folder `cache`; everything is indexed and joined."""
    opened: list[Registry] = []

    def make() -> Board:
        registry = Registry(roots(str(tmp_path / "log"), ""), 0, tmp_path / "cache")
        opened.append(registry)
        board = Board(registry)
        registry.refresh()
        return board

    yield make
    for registry in opened:
        registry.stop()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"
