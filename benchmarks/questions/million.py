"""A million samples in one run: how long the questions of the tab take, 95 of 100 of them.

    python -m benchmarks.questions.million [--quick | --full] [--samples 1000000] [--asks 50]

Prompts and responses have about 240 characters, responses 8 to 16 tokens, so the lines are short and go through the
same reader as any log. Every question is asked in many variants, one after the other, once the index is ready: over
HTTP (a new connection each time, compressed as for a browser) and in the server's process (see `asking.py`). The
overview's curves are one question that every visitor asks alike; `of a search` is what no one asked before.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import generate
from benchmarks.shared import asking, bench, serving
from benchmarks.shared.asking import Question
from benchmarks.shared.figure import Figure

PATTERNS = (
    r"therefore\b.{0,40}\banswer",
    r"(?i)MODEL (policy|reward)",
    r"\b(\w+)ce (step|of) \w*vefo",
    r"春.*秋.*月",
    r"xo[a-z]{6,}yu\.$",
)
COLUMNS = ("reward", "ref_reward", "k3_mean", "log_ratio_mean", "n_tokens", "n_chars")


@dataclass(frozen=True)
class Sizes:
    """Samples of the run, and asks of each question; half as many of the slow ones."""

    samples: int = 200_000
    asks: int = 30


def log(samples: int) -> generate.Log:
    """The log of so many samples; `new_line.py` appends to it."""
    return generate.Log(
        samples, tokens=12, words=4, prompt=10, per_step=max(8, min(512, samples // 20)), seed=5
    )


def questions(run: dict[str, Any], asks: int, filters: bool) -> list[Question]:
    """The questions about a run, with filter expressions where the server takes them."""
    draw, name = random.Random(1), run["run"]
    steps = [draw.randint(run["steps"]["first"], run["steps"]["last"]) for _ in range(asks)]
    slow = max(5, asks // 2)
    searched = generate.SYLLABLES[: max(3, asks // 10)]  # each stands in most responses

    def samples(**arguments: Any) -> list[asking.Request]:
        return [("samples", {"run": name, **arguments})]

    def top(i: int) -> dict[str, Any]:
        return {"sort": COLUMNS[i % 6], "order": ("desc", "asc")[i // 6 % 2], "limit": 100}

    found = [
        Question("a page of a step", [samples(step=s, offset=draw.randint(0, 2) * 50) for s in steps], 10),
        Question("top 100 of the run", [samples(**top(i)) for i in range(asks)], 60),
        Question("the overview's curves", [[("steps", {"run": name})]] * asks, 80),
        Question(
            "regular expression over all responses",
            [
                samples(search=PATTERNS[i % 5], regex=1, **{"in": "response"}, offset=i // 5)
                for i in range(slow)
            ],
            1000,
        ),
        Question(
            "curves of a search",
            [[("steps", {"run": name, "search": w})] for w in searched],
        ),
        Question("findings", [[("findings", {"run": name})]] * asks, 100),
        Question("distribution of a step", [[("distribution", {"run": name, "step": s})] for s in steps]),
    ]
    if filters:
        wheres = [f"reward > {draw.gauss(0, 1):.3f} AND n_tokens > 9" for _ in range(asks)]
        found.append(Question("filter expression", [samples(where=where) for where in wheres]))
    worst = [
        [("worst_tokens", {"run": name, "metric": metric, "limit": limit})]
        for metric in ("k3", "log_ratio")
        for limit in range(50, 50 + max(1, slow // 2))
    ]
    found.append(Question("worst tokens of the run", worst))
    gathered = [
        [("worst_tokens", {"run": name, "by": "token", "limit": 50 + i})] for i in range(max(1, slow // 5))
    ]
    return [*found, Question("worst tokens of the run, gathered by their text", gathered)]


def _filters(server: serving.TensorBoard, run: str) -> bool:
    """Whether the server takes a filter expression; one from before ignores it, which would be no answer."""
    return bool(server.ask("samples", run=run, where="reward > 1e9", limit=1)["total"] == 0)


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Indexes the run and asks."""
    logdir, cache = workspace.log(log(sizes.samples)), workspace.empty_folder("cache-million")
    with serving.TensorBoard(logdir, cache) as server:
        begin = server.open_tab()
        run = server.wait_until_ready()[0]
        took = time.perf_counter() - begin
        yield Figure(
            "indexing the run",
            took,
            "s",
            note=f"{run['samples']:,} samples, {bench.megabytes(logdir):,.0f} MB",
        )
        _, _, first = server.send(serving.address("steps", {"run": run["run"]}))
        yield Figure("the overview's curves, asked as indexing ends", first * 1000, "ms")
        status, _, first = server.send(serving.address("findings", {"run": run["run"]}))
        if status == 200:  # an older version has none
            yield Figure("findings, asked after that", first * 1000, "ms")
        asked = questions(run, sizes.asks, _filters(server, run["run"]))
        yield from asking.measure_both(server, logdir, cache, asked)


ROW = bench.Row(
    "million",
    "A million samples in one run",
    {"quick": Sizes(2_000, 5), "usual": Sizes(), "full": Sizes(1_000_000, 100)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
