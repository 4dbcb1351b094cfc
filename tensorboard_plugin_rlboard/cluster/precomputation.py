"""Computes ahead of time what depends on whole runs: their curves, and what became of their prompts.

Both depend on all rows of a run, so no worker can make them. They are computed as TensorBoard would at its first start,
which finds them instead, in the cache or beside the logs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.cache.blob_folder import open_folder
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.manifest import VERSION
from tensorboard_plugin_rlboard.index.cache.part_store import file_key_digest
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.cache.blob_folder import BlobFolder

_LEFT, _DONE = b"left", b"done"


class Precomputation:
    """Remembers in the index itself whether there is something to precompute: a call that is interrupted leaves it to the next.

    Args:
        source: the folder or address that is indexed.
        cache: where its index is; None for beside the logs.
    """

    def __init__(self, source: str, cache: LocalStore | None) -> None:
        self._source = source
        self._cache = cache
        path = source if is_address(source) else str(Path(source).resolve())
        self._folder: BlobFolder = (
            open_folder(f"{path.rstrip('/')}/{FOLDER}") if cache is None else cache.blobs
        )
        self._name = f"gathered-{VERSION}/{file_key_digest(path) if cache else 'source'}"

    def note_left(self) -> None:
        """Notes that there will be something to precompute.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.write(self._name, _LEFT)

    @property
    def is_left(self) -> bool:
        """Whether there is something to precompute, of this call or of one that was interrupted."""
        try:
            return self._folder.read(self._name, len(_LEFT)) == _LEFT
        except OSError:
            return False

    def finish(self) -> None:
        """Precomputes, and notes that nothing is left."""
        precompute(self._source, self._cache)
        self._folder.write(self._name, _DONE)


def precompute(source: str, cache: LocalStore | None) -> int:
    """Computes what no part has, and stores it where the parts are; returns the number of runs.

    Args:
        source: the folder or address that was indexed.
        cache: where its index is; None for beside the logs.
    """
    folder = None if cache is None else cache.folder
    indexer = BackgroundIndexer(Registry(parse_roots(source, ""), folder, results_beside=folder is None), 0)
    board = Board(indexer)
    indexer.call_when_read(None)  # findings are not kept between starts
    try:
        indexer.index_in_replaceable_thread()
        runs = list(board.registry.runs.values())
        for run in runs:
            board.prompts.update_in_background(run, is_looked_at=True)
        return len(runs)
    finally:
        indexer.stop()
