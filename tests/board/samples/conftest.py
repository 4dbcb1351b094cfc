"""A board that these tests only read."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from listed_samples import ROWS

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder = tmp_path_factory.mktemp("samples")
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    indexer = BackgroundIndexer(Registry(roots(str(folder), "")), 0)
    indexer.index_now()
    yield Board(indexer)
    indexer.stop()
