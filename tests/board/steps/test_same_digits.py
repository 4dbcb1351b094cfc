"""The same logs give the same answers to the last digit, whoever indexed them, in whichever order, with however many threads."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.sums.ordered_sums import ordered_mean, ordered_sum
from tensorboard_plugin_rlboard.index.memory_budget import MemoryShares
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update import scheduler
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.web import json_answers

STEPS, SAMPLES = 2, 200
FILES = 2
CONNECT = duckdb.connect


def rows(seed: int) -> list[dict[str, Any]]:
    """Numbers of very different sizes, whose sum depends on the order in which they are added."""
    draw = random.Random(seed)
    found = []
    for step in range(1, STEPS + 1):
        for number in range(SAMPLES):
            logprobs = [-draw.expovariate(1.0) for _ in range(4)]
            found.append(
                {
                    "step": step,
                    "prompt": f"p{number // 100}",
                    "response": "abcd",
                    "response_tokens": list("abcd"),
                    "reward": draw.gauss(0, 1) * 10 ** draw.randint(-8, 8),
                    "logprobs": logprobs,
                    "rollout_logprobs": [x + draw.gauss(0, 0.1) for x in logprobs],
                    "values": [draw.gauss(0, 3) for _ in range(4)],
                    "token_rewards": [draw.gauss(0, 1) for _ in range(4)],
                }
            )
    return found


def answers(board: Board) -> dict[str, bytes]:
    """What the page shows of all samples, as it is sent."""
    chosen = Selection(".")
    asked: dict[str, Any] = {
        "steps": board.steps(StepsQuestion(chosen)),
        "filtered": board.steps(StepsQuestion(Selection(".", where="reward < 1000"))),
        "distribution": board.distribution(DistributionQuestion(chosen, "reward")),
        "samples": board.samples(
            SamplesQuestion(chosen, columns=("group_mean", "group_std", "advantage"), limit=500)
        ),
    }
    return {name: json_answers.encode(answer) for name, answer in asked.items()}


def with_threads(threads: int) -> Callable[..., duckdb.DuckDBPyConnection]:
    """As `duckdb.connect`; the query database has so many threads."""

    def connect(
        database: str = ":memory:", config: dict[str, Any] | None = None
    ) -> duckdb.DuckDBPyConnection:
        return CONNECT(database, config={"threads": threads} | (config or {}))

    return connect


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, bytes]]:
    """The answers of an index that is built anew."""
    for number in range(FILES):
        text = "".join(json.dumps(row) + "\n" for row in rows(number))
        (tmp_path / f"rank{number}.jsonl").write_text(text)

    def build(workers: int, range_bytes: int, threads: int) -> dict[str, bytes]:
        monkeypatch.setattr(range_plan, "FIRST_RANGE", range_bytes)
        monkeypatch.setattr(range_plan, "RANGE", range_bytes)
        monkeypatch.setattr(scheduler, "WORKERS_FROM", 1 if workers else 1 << 60)
        monkeypatch.setattr(duckdb, "connect", with_threads(threads))
        registry = Registry(parse_roots(str(tmp_path), ""))
        registry.memory_shares = MemoryShares(256, 128, 96, max(1, workers))
        indexer = BackgroundIndexer(registry, 0)
        board = Board(indexer)
        try:
            indexer.index_now()
            return answers(board)
        finally:
            indexer.stop()

    return build


def test_whoever_builds_and_in_whichever_slices(built: Callable[..., dict[str, bytes]]) -> None:
    first = built(0, 1 << 30, 1)
    assert json.loads(first["steps"])["metrics"]["reward"]["std"][0] > 0
    for workers, range_bytes, threads in ((2, 60_000, 2), (0, 40_000, 4)):
        assert built(workers, range_bytes, threads) == first


def test_the_order_of_rows_does_not_matter() -> None:
    """1e16 + 1 rounds to 1e16, and 1 + 1 + 1e16 does not: by size, the small ones come first and are not lost."""
    numbers = [1e16, 1.0, 1.0, -2e16, 0.1, 0.2, 0.3, 1e16]
    plain, ordered = set(), set()
    for seed in range(20):
        random.Random(seed).shuffle(numbers)
        rows_sql = "(SELECT unnest(?::DOUBLE[]) AS x)"
        found = duckdb.execute(
            f"SELECT sum(x), {ordered_sum('x')}, {ordered_mean('x')} FROM {rows_sql}", [numbers]
        )
        total, ours, mean = found.fetchone() or (0, 0, 0)
        plain.add(total)
        ordered.add((ours, mean))
    assert len(plain) > 1, "else this test shows nothing"
    assert len(ordered) == 1


def test_by_hand() -> None:
    """0.1 + 0.2 is 0.30000000000000004, and with 0.3 that is 0.6000000000000001."""
    sql = f"SELECT {ordered_sum('x')}, {ordered_mean('x')} FROM (VALUES (0.3::DOUBLE), (0.1), (NULL), (0.2)) t(x)"
    assert duckdb.execute(sql).fetchone() == (0.6000000000000001, 0.6000000000000001 / 3)
    assert duckdb.execute(sql.replace("FROM", "FROM (SELECT * FROM") + " WHERE false)").fetchone() == (
        None,
        None,
    )
