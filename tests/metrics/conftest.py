from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

Row = dict[str, Any]


@pytest.fixture(scope="session")
def board_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Iterable[Row]], Board]]:
    """A board over one run with these rows; the same rows are indexed once."""
    opened: dict[str, tuple[BackgroundIndexer, Board]] = {}

    def make(rows: Iterable[Row]) -> Board:
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        if lines not in opened:
            folder = tmp_path_factory.mktemp("board")
            (folder / "rollouts.jsonl").write_text(lines, encoding="utf-8")
            indexer = BackgroundIndexer(Registry(parse_roots(str(folder), "")), 0)
            indexer.index_now()
            opened[lines] = indexer, Board(indexer)
        return opened[lines][1]

    yield make
    for indexer, _ in opened.values():
        indexer.stop()


@pytest.fixture
def columns_of(board_of: Callable[[Iterable[Row]], Board]) -> Callable[..., Mapping[str, list[Any]]]:
    """Sample metrics of some rows as the table of samples shows them: name -> values in the order of the rows."""

    def make(rows: Iterable[Row], *names: str) -> Mapping[str, list[Any]]:
        found = board_of(rows).samples(
            SamplesQuestion(Selection("."), TextRules(), columns=tuple(names), limit=500)
        )
        return {name: list(found.columns[name]) for name in names}

    return make


@pytest.fixture
def opened_of(board_of: Callable[[Iterable[Row]], Board]) -> Callable[[Iterable[Row]], list[Row]]:
    """Sample metrics of some rows as the opened samples show them, in the order of the rows."""

    def make(rows: Iterable[Row]) -> list[Row]:
        board = board_of(rows)
        ids = board.samples(SamplesQuestion(Selection("."), TextRules(), columns=(), limit=500)).columns["id"]
        return [dict(board.sample(SampleQuestion(".", str(name), TextRules())).scalars) for name in ids]

    return make


@pytest.fixture
def step_metrics_of(board_of: Callable[[Iterable[Row]], Board]) -> Callable[[Iterable[Row]], Row]:
    """Step metrics of some rows: name -> values in the order of the steps."""

    def make(rows: Iterable[Row]) -> Row:
        return {
            name: list(x)
            for name, x in board_of(rows).steps(StepsQuestion(Selection("."))).step_metrics.items()
        }

    return make
