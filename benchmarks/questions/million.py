"""A million samples in one run: how long the questions of the tab take, 95 of 100 of them.

    python -m benchmarks.questions.million [--quick | --full] [--samples 1000000] [--asks 50]

Prompts and responses have about 240 characters, responses 8 to 16 tokens, so the lines are short and go through the
same reader as any log. Every question is asked in many variants, one after the other, once the index is ready: over
HTTP (a new connection each time, compressed as for a browser) and in the server's process (see `asking.py`). The
overview's curves are one question that every visitor asks alike; `of a search` is what no one asked before.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import generate
from benchmarks.shared import asking, bench, serving
from benchmarks.shared.asking import Question

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
    """What is asked of a run, filter expressions where the server takes them."""
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
        Question(
            "curves by a text with a value for each prompt",
            [
                [
                    (
                        "steps",
                        {"run": name, "by": "group_id", "metrics": COLUMNS[i % 6], "step_min": 1 + i // 6},
                    )
                ]
                for i in range(slow)
            ],
        ),
        Question("findings", [[("findings", {"run": name})]] * asks, 100),
        Question(
            "two ranges of steps on the prompts that they share",
            [[("compare", halves(run, i))] for i in range(slow)],
            300,
        ),
        Question("groups of a step", [[("groups", {"run": name, "step": s})] for s in steps], 20),
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


def halves(run: dict[str, Any], variant: int) -> dict[str, Any]:
    """The later steps of a run beside the earlier ones: together every sample, by another metric or cut each time."""
    first, last = run["steps"]["first"], run["steps"]["last"]
    cut = (first + last) // 2 + variant // len(COLUMNS)
    metric = COLUMNS[variant % len(COLUMNS)]
    return {"run": run["run"], "metric": metric, "step_min": cut + 1, "against_step_max": cut}


def prompt_questions(server: serving.TensorBoard, run: str, asks: int) -> list[Question]:
    """What is asked about prompts, once they have been gathered; nothing of a server that has no such route."""
    listing = serving.address("prompts", {"run": run, "limit": 200})
    status, body, _ = server.send(listing, gzip=False)
    if status != 200:
        return []
    keys = json.loads(body)["columns"]["prompt_key"]
    sorts = ("reward_change", "reward_last", "pass_rate", "samples", "n_tokens_mean")

    def page(i: int) -> dict[str, Any]:
        return {"sort": sorts[i % 5], "order": ("asc", "desc")[i // 5 % 2], "offset": 50 * (i // 10)}

    return [
        Question(
            "a page of the prompts, after the first time",
            [[("prompts", {"run": run, **page(i)})] for i in range(asks)],
            150,
        ),
        Question(
            "a prompt's page",
            [[("prompt", {"run": run, "prompt_key": keys[i % len(keys)]})] for i in range(asks)],
            30,
        ),
        Question("pass@k of every step", [[("pass_at_k", {"run": run})]] * asks),
    ]


def _filters(server: serving.TensorBoard, run: str) -> bool:
    """Whether the server takes a filter expression; one from before ignores it, which would be no answer."""
    return bool(server.ask("samples", run=run, where="reward > 1e9", limit=1)["total"] == 0)


def figures(sizes: Sizes, home: bench.Home) -> Iterator[bench.Figure]:
    """Indexes the run and asks."""
    logdir, cache = home.log(log(sizes.samples)), home.empty("cache-million")
    with serving.TensorBoard(logdir, cache) as server:
        begin = server.open_tab()
        run = server.ready()[0]
        took = time.perf_counter() - begin
        yield bench.Figure(
            "indexing the run",
            took,
            "s",
            note=f"{run['samples']:,} samples, {bench.megabytes(logdir):,.0f} MB",
        )
        _, _, first = server.send(serving.address("steps", {"run": run["run"]}))
        yield bench.Figure("the overview's curves, asked as indexing ends", first * 1000, "ms")
        status, _, first = server.send(serving.address("findings", {"run": run["run"]}))
        if status == 200:  # an older version has none
            yield bench.Figure("findings, asked after that", first * 1000, "ms")
        status, _, first = server.send(serving.address("prompts", {"run": run["run"]}))
        if status == 200:
            yield bench.Figure("prompts, asked for the first time", first * 1000, "ms")
        asked = questions(run, sizes.asks, _filters(server, run["run"]))
        asked += prompt_questions(server, run["run"], sizes.asks)
        yield from asking.both(server, logdir, cache, asked)


ROW = bench.Row(
    "million",
    "A million samples in one run",
    {"quick": Sizes(2_000, 5), "usual": Sizes(), "full": Sizes(1_000_000, 100)},
    figures,
)

if __name__ == "__main__":
    bench.alone(ROW, str(__doc__))
