"""Boards on a log of this test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots

Start = Callable[..., Board]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Boards over a folder `log`, with parts kept in a folder `cache`; nothing is indexed yet."""
    opened: list[Registry] = []

    def make(folder: Path = tmp_path) -> Board:
        (folder / "log").mkdir(exist_ok=True)
        registry = Registry(roots(str(folder / "log"), ""), 0, folder / "cache")
        opened.append(registry)
        return Board(registry)

    yield make
    for registry in opened:
        registry.stop()
