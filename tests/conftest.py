from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from repository import FIXTURES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps indexes of tests out of the user's cache, also those of processes that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of rollout files that tests open."""
    return FIXTURES


@pytest.fixture
def write_rows() -> Callable[[Path, Iterable[Any]], Path]:
    """Writes rows as JSON lines (text as it stands), making the folder where it is missing."""

    def write(path: Path, rows: Iterable[Any]) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def open_board() -> Iterator[Callable[[Path], Board]]:
    """Indexes everything below a folder in the calling thread, and closes the databases afterwards."""
    opened: list[BackgroundIndexer] = []

    def make(folder: Path) -> Board:
        indexer = BackgroundIndexer(Registry(roots(str(folder), "")), 0)
        opened.append(indexer)
        indexer.index_now()
        return Board(indexer)

    yield make
    for indexer in opened:
        indexer.stop()
