"""Whatever happened to logs and side files, and in which order: what is joined is what a fresh start would join."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from example_counts import THOROUGH

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index import growing_file
from tensorboard_plugin_rlboard.index.joins import run_joins
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

ROUNDS = 40 if THOROUGH else 6
COMPARED_EVERY = 1 if THOROUGH else 3
"""Turns: what goes wrong in one is still wrong after the next, and to compare costs more than the turns do."""


def write(path: Path, rows: list[dict[str, Any]], mode: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


class World:
    """Two runs and side files that change at random."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.step = 0
        for run in ("a", "a/b"):
            self.log(run)

    def log(self, run: str) -> None:
        rows = []
        for _ in range(self.random.randint(1, 9)):
            i = self.random.randint(0, 6)
            row: dict[str, Any] = {
                "step": self.step,
                "prompt": f"<pad>问{i}",
                "response": f"答{i % 3}",
                "reward": i / 2,
            }
            if self.random.random() < 0.2:
                row["ref_reward"] = self.random.choice([1.0, float("nan")])
            if self.random.random() < 0.1:
                row["ref_response"] = self.random.choice(["参1", "own"])
            rows.append(row)
        self.step += 1
        write(self.folder / run / "x.jsonl", rows, "a")

    def reference(self) -> list[dict[str, Any]]:
        chosen = [self.random.randint(0, 7) for _ in range(self.random.randint(1, 5))]
        return [
            {
                "prompt": f"问{i}",
                "ref_response": f"参{i % 2}",
                "ref_reward": self.random.choice([0.0, 1.0, 2.0]),
            }
            for i in chosen
        ]

    def scores(self) -> list[dict[str, Any]]:
        pairs = [
            (self.random.randint(0, 7), self.random.randint(0, 2)) for _ in range(self.random.randint(1, 6))
        ]
        name = self.random.choice(["rm", "judge"])
        return [{"prompt": f"问{i}", "response": f"答{k}<pad>", name: float(i + k)} for i, k in pairs]

    def turn(self) -> None:
        kind = self.random.choice(["reference", "scores"])
        rows = self.reference() if kind == "reference" else self.scores()
        place = (
            self.folder / self.random.choice(["", "a", "a/b"]) / f"{kind}{self.random.randint(0, 1)}.jsonl"
        )
        what = self.random.random()
        if what < 0.35:
            self.log(self.random.choice(["a", "a/b"]))
        elif what < 0.7:
            write(place, rows, "a")
        elif what < 0.85:
            write(place, rows, "w")
        else:
            place.unlink(missing_ok=True)


def everything(board: Board) -> dict[str, Any]:
    """Every value of every sample, the curves, and what is said of joins and problems."""
    found: dict[str, Any] = {}
    for info in board.runs().runs:
        names = sorted({metric.name for metric in info.metrics} | set(info.text_columns))
        table = board.samples(
            SamplesQuestion(Selection(info.run), TextRules(), columns=tuple(names), limit=500)
        ).columns
        rows = sorted(zip(*(map(repr, table[name]) for name in ("id", *names)), strict=True))
        steps = board.steps(StepsQuestion(Selection(info.run)))
        curves = {name: (repr(c.mean), repr(c.count)) for name, c in steps.metrics.items()}
        shared = {name: repr(c) for name, c in steps.step_metrics.items()}
        problems = board.problems(ProblemsQuestion(info.run, 0, 500)).columns
        said = sorted(zip(problems.file, problems.kind, problems.reason, strict=True))
        said = [one for one in said if one[1] != "vanished"]
        found[info.run] = (info.samples, info.joined, info.metrics, names, rows, curves, shared, said)
    return found


@pytest.mark.parametrize("seed", range(3 if THOROUGH else 2))
def test_any_order_of_changes(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_joins, "BATCH", 5 + seed)
    monkeypatch.setattr(growing_file, "RANGE_BYTES", 150 + 100 * seed)
    log, cache = tmp_path / "log", tmp_path / "cache"
    world = World(log, seed)
    if seed % 3 == 2:
        (log / "rlboard.toml").write_text("[reference]\nfirst_visit = true\n")
    indexer = BackgroundIndexer(Registry(parse_roots(str(log), ""), cache), 0)
    board = Board(indexer)
    try:
        for turn in range(ROUNDS):
            for _ in range(world.random.randint(1, 3)):
                world.turn()
            indexer.index_now()
            if turn % 4 == 3:  # TensorBoard starts again over the same kept parts
                indexer.stop()
                indexer = BackgroundIndexer(Registry(parse_roots(str(log), ""), cache), 0)
                board = Board(indexer)
                indexer.index_now()
            if (turn + 1) % COMPARED_EVERY:
                continue
            fresh = BackgroundIndexer(Registry(parse_roots(str(log), "")), 0)
            try:
                fresh.index_now()
                now, expected = everything(board), everything(Board(fresh))
                assert now == expected, f"turn {turn}"
            finally:
                fresh.stop()
    finally:
        indexer.stop()
