"""A small log for `rlboard index`, and what the command has made of it."""

from __future__ import annotations

import json
from pathlib import Path

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore, Manifest
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots
from tensorboard_plugin_rlboard.texts import TextRules

ROWS = 60


def line(step: int) -> str:
    return json.dumps({"step": step, "response": f"r{step} " + "x" * 300, "reward": step / 2}) + "\n"


def manifest(tmp_path: Path, logs: Path, name: str = "a.jsonl") -> Manifest:
    found = LocalStore(tmp_path / "cache").manifest(str(logs / "run" / name))
    assert found is not None
    return found


def rewards(logs: Path, cache: Path | None) -> list[float]:
    indexer = BackgroundIndexer(Registry(roots(str(logs), ""), cache), 0)
    indexer.index_now()
    table = Board(indexer).samples(Selection("run"), TextRules(), columns=["reward"], limit=500)
    indexer.stop()
    return [float(str(reward)) for reward in table.columns["reward"]]
