"""A small log for `rlboard index`, and what the command has made of it."""

from __future__ import annotations

from pathlib import Path

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore, Manifest
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

ROWS = 60


def manifest(tmp_path: Path, logs: Path, name: str = "a.jsonl") -> Manifest:
    found = LocalStore(tmp_path / "cache").manifest(str(logs / "run" / name))
    assert found is not None
    return found


def rewards(logs: Path, cache: Path | None) -> list[float]:
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), ""), cache), 0)
    indexer.index_now()
    table = Board(indexer).samples(
        SamplesQuestion(Selection("run"), TextRules(), columns=("reward",), limit=500)
    )
    indexer.stop()
    return [float(str(reward)) for reward in table.columns["reward"]]
