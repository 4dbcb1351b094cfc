"""A log of several ranges, and what is read of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moved_logs import ROWS
from rollout_log import long_line

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.cache import manifest_ledger
from tensorboard_plugin_rlboard.index.parts import range_builder, range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update import part_loader
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[..., list[float]]


Read = list[int]


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of 20 KB has seven ranges."""
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    monkeypatch.setattr(manifest_ledger, "SMALL_RANGE", 1)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    (tmp_path / "logs" / "run").mkdir(parents=True)
    (tmp_path / "logs" / "run" / "a.jsonl").write_bytes(b"".join(long_line(step) for step in range(ROWS)))
    return tmp_path / "logs"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The offsets of the ranges that are built by TensorBoard from now on."""
    offsets: Read = []
    real = range_builder.build_range

    def build(order: range_builder.RangeOrder, target: Path, data: bytes | None) -> range_builder.BuiltRange:
        offsets.append(order.offset)
        return real(order, target, data)

    monkeypatch.setattr(part_loader, "build_range", build)
    return offsets


@pytest.fixture
def rewards() -> Iterator[Open]:
    """Opens a log directory as TensorBoard would and gives the rewards of its run."""
    opened: list[BackgroundIndexer] = []

    def begin(folder: Path | str, cache: Path | None, run: str = "run") -> list[float]:
        indexer = BackgroundIndexer(Registry(parse_roots(str(folder), ""), cache), 0)
        opened.append(indexer)
        indexer.index_now()
        table = Board(indexer).samples(
            SamplesQuestion(Selection(run), TextRules(), columns=("reward", "line"), limit=500)
        )
        assert table.columns["line"] == list(range(1, len(table.columns["line"]) + 1))
        return [float(str(reward)) for reward in table.columns["reward"]]

    yield begin
    for indexer in opened:
        indexer.stop()
