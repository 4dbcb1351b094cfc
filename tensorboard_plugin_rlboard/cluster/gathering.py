"""What is gathered of whole runs once they are indexed: their curves, and what became of their prompts.

Both depend on all rows of a run, so no worker can make them. They are gathered as TensorBoard would at its first start,
which finds them instead, in the cache or beside the logs.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots


def gather(source: str, cache: LocalStore | None) -> int:
    """Gathers what no part has, and stores it where the parts are; returns the number of runs.

    Args:
        source: the folder or address that was indexed.
        cache: where its index is; None for beside the logs.
    """
    folder = None if cache is None else cache.folder
    indexer = BackgroundIndexer(Registry(parse_roots(source, ""), folder, results_beside=folder is None), 0)
    board = Board(indexer)
    indexer.call_when_read(None)  # findings are not kept between starts
    try:
        indexer.index_in_time()
        runs = list(board.registry.runs.values())
        for run in runs:
            board.prompts.update_in_background(run, is_looked_at=True)
        return len(runs)
    finally:
        indexer.stop()
