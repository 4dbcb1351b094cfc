"""What the findings of a large run cost: the first time, with every new step, and when the tab asks.

    python -m benchmarks.questions.findings_speed [--quick | --full] [--samples 1000000] [--new-steps 5]

In this process, without a server. The first time is in the background, when the last row has been read; so is each step
that comes, of 512 samples, after the curves have it. What the tab asks is the answer of /findings with its evidence. The
log is that of `million.py`.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from benchmarks import generate
from benchmarks.questions import million
from benchmarks.shared import bench
from benchmarks.shared.figure import Figure
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots


@dataclass(frozen=True)
class Sizes:
    """Samples of the run, and steps that are appended, one after the other."""

    samples: int = 200_000
    new_steps: int = 3


class TimedIndexer(BackgroundIndexer):
    """An indexer that notes the seconds of each examination."""

    def __init__(self, registry: Registry) -> None:
        """Times nothing yet."""
        super().__init__(registry, 1.0)
        self.seconds: list[float] = []

    def call_when_read(self, examine: Callable[[RunIndex], None] | None) -> None:
        """Has runs examined when they have been read, and the seconds noted."""

        def timed(run: RunIndex) -> None:
            begin = time.perf_counter()
            if examine is not None:
                examine(run)
            self.seconds.append(time.perf_counter() - begin)

        super().call_when_read(timed)


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Indexes the run, appends steps, and asks."""
    log = million.log(sizes.samples)
    folder = workspace.empty_folder("growing")
    shutil.copytree(workspace.log(log), folder, dirs_exist_ok=True)
    indexer = TimedIndexer(Registry([parse_roots(str(folder), "")[0]]))
    board = Board(indexer)
    try:
        indexer.index_now()
        (run,) = (run.run for run in board.runs().runs)
        count = board.runs().runs[0].samples
        first = max(indexer.seconds)
        yield Figure("in the background, the first time", first, "s", 3, note=f"{count:,} samples")
        begin = time.perf_counter()
        found = board.findings(FindingsQuestion(Selection(run)))
        kinds = ", ".join(each.kind for each in found.findings) or "nothing"
        note = f"{found.n_steps:,} steps; found: {kinds}"
        yield Figure(
            "asked by the tab, the first time", (time.perf_counter() - begin) * 1000, "ms", note=note
        )
        examined, asked = [], []
        file = min(folder.rglob("*.jsonl"))
        for step in range(1, sizes.new_steps + 1):
            grown = replace(log, samples=log.samples + step * log.per_step)
            with file.open("ab") as end:
                end.writelines(generate.further_lines(grown, log.per_step))
            indexer.seconds.clear()
            time.sleep(1.1)
            indexer.index_now()
            examined.append(max(indexer.seconds) * 1000)
            begin = time.perf_counter()
            board.findings(FindingsQuestion(Selection(run)))
            asked.append((time.perf_counter() - begin) * 1000)
        yield _of("in the background, for a new step", examined, 100)
        yield _of("asked by the tab after a new step", asked)
    finally:
        indexer.stop()


def _of(what: str, times: list[float], reach: float | None = None) -> Figure:
    middle = statistics.median(times)
    return Figure(what, middle, "ms", reach, low=min(times), high=max(times), count=len(times))


ROW = bench.Row(
    "findings",
    "Findings of a large run",
    {"quick": Sizes(2_000, 1), "usual": Sizes(), "full": Sizes(1_000_000, 5)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
