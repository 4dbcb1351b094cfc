"""A million samples of a hundred thousand prompts in one run: how long questions about groups, prompts and comparisons take.

    python -m benchmarks.questions.many_prompts [--quick | --full] [--samples 1000000] [--asks 50]

The training goes round its prompts, four samples a visit, so that each is seen two or three times. Asked as in `million.py`;
what is gathered once, at the first question about it, has a row of its own.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import generate
from benchmarks.questions.million import COLUMNS
from benchmarks.shared import asking, bench, machine, serving
from benchmarks.shared.asking import Question
from benchmarks.shared.figure import Figure

GROUP_METRICS = ("advantage", "group_std", "group_rank")
_ASKED_FOR_MEMORY = 3
"""Asks of each question whose memory is measured."""
_MEMORY_OF_QUESTIONS = 512.0


@dataclass(frozen=True)
class Sizes:
    """Samples of the run, ten for each prompt, and asks of each question; half as many of the slow ones."""

    samples: int = 200_000
    asks: int = 30


def log(samples: int) -> generate.Log:
    """The log of so many samples."""
    per_step = max(8, min(512, samples // 20))
    return generate.Log(
        samples, tokens=12, words=4, prompt=10, per_step=per_step, seed=6, prompts=max(2, samples // 10)
    )


def questions(run: dict[str, Any], keys: list[str], asks: int) -> list[Question]:
    """The questions about groups and prompts of a run."""
    draw, name = random.Random(1), run["run"]
    steps = [draw.randint(run["steps"]["first"], run["steps"]["last"]) for _ in range(asks)]
    slow = max(5, asks // 2)
    sorts = ("reward_change", "reward_last", "pass_rate", "samples", "n_tokens_mean")

    def page(i: int) -> dict[str, Any]:
        return {"sort": sorts[i % 5], "order": ("asc", "desc")[i // 5 % 2], "offset": 50 * (i // 10)}

    def by(i: int) -> dict[str, Any]:
        return {"by": "group_id", "metrics": COLUMNS[i % 6], "step_min": 1 + i // 6}

    return [
        Question("groups of a step", [[("groups", {"run": name, "step": s})] for s in steps], 20),
        Question(
            "a page of the prompts, after the first time",
            [[("prompts", {"run": name, **page(i)})] for i in range(asks)],
            150,
        ),
        Question(
            "a prompt's page",
            [[("prompt", {"run": name, "prompt_key": keys[i % len(keys)]})] for i in range(asks)],
            30,
        ),
        Question("pass@k of every step", [[("pass_at_k", {"run": name})]] * asks),
        Question(
            "two ranges of steps on the prompts that they share",
            [[("compare", halves(run, i))] for i in range(slow)],
            300,
        ),
        Question(
            "two ranges of steps by a metric of groups",
            [[("compare", halves(run, i) | {"metric": GROUP_METRICS[i % 3]})] for i in range(slow)],
            300,
        ),
        Question(
            "curves by a text with a value for each prompt",
            [[("steps", {"run": name, **by(i)})] for i in range(slow)],
        ),
    ]


def halves(run: dict[str, Any], variant: int) -> dict[str, Any]:
    """The later steps of a run beside the earlier ones: together every sample, by another metric or cut each time."""
    first, last = run["steps"]["first"], run["steps"]["last"]
    cut = (first + last) // 2 + variant // len(COLUMNS)
    metric = COLUMNS[variant % len(COLUMNS)]
    return {"run": run["run"], "metric": metric, "step_min": cut + 1, "against_step_max": cut}


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Indexes the run and asks."""
    logdir, cache = workspace.log(log(sizes.samples)), workspace.empty_folder("cache-prompts")
    with serving.TensorBoard(logdir, cache) as server:
        server.open_tab()
        run = server.wait_until_ready()[0]
        note = f"{run['samples']:,} samples"
        listing = serving.address("prompts", {"run": run["run"], "limit": 200})
        before = serving.reset_peak(server.pid)
        _, body, first = server.send(listing, gzip=False)
        yield Figure("prompts, asked for the first time", first * 1000, "ms", note=note)
        yield _memory("prompts, asked for the first time", server, before)
        before = serving.reset_peak(server.pid)
        _, _, first = server.send(serving.address("compare", halves(run, 0)))
        yield Figure("a comparison, asked for the first time", first * 1000, "ms", note=note)
        yield _memory("a comparison, asked for the first time", server, before)
        keys = json.loads(body)["columns"]["prompt_key"]
        asked = questions(run, keys, sizes.asks)
        yield from memory(server, asked)
        yield from asking.measure_both(server, logdir, cache, asked)
    yield from of_made_index(logdir, workspace.empty_folder("cache-prompts-made"))


def memory(server: serving.TensorBoard, asked: list[Question]) -> Iterator[Figure]:
    """By how much the server's memory grows at most while questions are asked, each by itself."""
    for question in asked:
        before = serving.reset_peak(server.pid)
        asking.over_http(server, Question(question.what, question.asks[:_ASKED_FOR_MEMORY]))
        yield _memory(question.what, server, before)


def _memory(what: str, server: serving.TensorBoard, before: float) -> Figure:
    """By how much the server's memory has grown at most since it was so many MB."""
    grown = serving.peak_rss(server.pid) - before
    note = f"{before:,.0f} MB before it"
    return Figure(f"memory: {what}", grown, "MB", _MEMORY_OF_QUESTIONS, note=note)


def of_made_index(logdir: Path, cache: Path) -> Iterator[Figure]:
    """The first page of prompts where `rlboard index` made the index."""
    command = [
        sys.executable,
        "-m",
        "tensorboard_plugin_rlboard.cli",
        "index",
        str(logdir),
        "--cache-dir",
        str(cache),
    ]
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=machine.environment())
    yield Figure("indexing by `rlboard index`, prompts included", time.perf_counter() - begin, "s")
    with serving.TensorBoard(logdir, cache) as server:
        server.open_tab()
        run = server.wait_until_ready()[0]
        _, _, first = server.send(serving.address("prompts", {"run": run["run"], "limit": 50}))
        yield Figure("prompts of that index, asked as its rows are loaded", first * 1000, "ms", 150)


ROW = bench.Row(
    "many_prompts",
    "A million samples of a hundred thousand prompts",
    {"quick": Sizes(2_000, 5), "usual": Sizes(), "full": Sizes(1_000_000, 60)},
    figures,
)


if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
