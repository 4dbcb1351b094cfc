"""Indexes what lies below a path, as TensorBoard's tab does, in memory and a private folder; large files in part."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, parse_roots
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder


@dataclass(frozen=True)
class Indexed:
    """What was indexed.

    Attributes:
        board: answers questions about it.
        root: the folder that was looked in.
        partly_read: paths of files below the root of which only the beginning was read.
    """

    board: Board
    root: Root
    partly_read: frozenset[str]

    @property
    def registry(self) -> Registry:
        """The indexes."""
        return self.board.registry


@contextmanager
def indexed(path: str, limit: int, config: str = "") -> Iterator[Indexed]:
    """Indexes a folder, an address, or one file; everything is dropped at the end.

    Args:
        path: what to look at. Of a file, its folder is the log directory.
        limit: bytes of each file to read at most, 0 for all. Files that have to be unpacked are read whole.
        config: an rlboard.toml that lies elsewhere, as --rlboard_config names it.
    """
    only_file = "" if is_address(path) or not Path(path).is_file() else Path(path).name
    root = parse_roots(str(Path(path).absolute().parent) if only_file else path, "")[0]
    registry = Registry([root], settings=SettingsFinder([root], config))
    # The files are looked at once, however long it takes to read them.
    indexer = BackgroundIndexer(registry, math.inf, only_file=only_file, read_limit=limit)
    try:
        indexer.index_in_replaceable_thread()
        yield Indexed(Board(indexer), root, _partly_read(registry, limit))
    finally:
        indexer.stop()


def _partly_read(registry: Registry, limit: int) -> frozenset[str]:
    """Files that are larger than the limit and were not read beyond it."""
    files = (file for run in registry.runs.values() for file in run.files.values())
    return frozenset(
        file.relative
        for file in files
        if limit and file.state.packed < 0 and file.state.size > limit and file.state.read_to <= limit
    )
