"""How soon a line that a training writes can be listed, beyond TensorBoard's reload interval.

    python -m benchmarks.questions.new_line [--quick | --full] [--small 2000] [--large 1000000] [--lines 20]

A line is appended to a log that is indexed, and /samples is asked for its step until one sample more is counted. The
moment of writing is spread over the reload interval, so up to one interval of the time is waiting for the next look:
what is beyond it is the time that finding, reading and inserting take. A negative number means that the look came soon.
The large run is that of `million.py`: what could be slow about it is its number of samples.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate
from benchmarks.questions import million
from benchmarks.shared import bench, serving
from benchmarks.shared.figure import Figure, percentile, short


@dataclass(frozen=True)
class Sizes:
    """Samples of the two runs, lines that are appended, and the reload interval in seconds."""

    small: int = 2_000
    large: int = 200_000
    lines: int = 10
    interval: float = 1.0


def count(server: serving.TensorBoard, run: str, step: int) -> int:
    """How many samples of a step can be listed."""
    return int(server.ask("samples", run=run, step=step, columns="reward", limit=1)["total"])


def curve(server: serving.TensorBoard, run: str) -> float:
    """How many samples the last point of the curves is made of."""
    return float(server.ask("steps", run=run)["step_metrics"]["n_samples"][-1])


def drawn_samples(server: serving.TensorBoard, run: str) -> float:
    """How many samples the curves are made of; they follow the index by a moment."""
    return float(sum(server.ask("steps", run=run)["step_metrics"]["n_samples"]))


def delays(logdir: Path, log: generate.Log, sizes: Sizes) -> tuple[list[float], list[float]]:
    """Seconds from writing each of some lines until it is listed, and until the curves have it, less the interval."""
    draw, listed, drawn = random.Random(3), list[float](), list[float]()
    file = min(logdir.rglob("*.jsonl"))
    with serving.TensorBoard(logdir, interval=sizes.interval) as server:
        server.open_tab()
        run = server.wait_until_ready()[0]
        name, step = run["run"], run["steps"]["last"]
        serving.wait_until(
            "the curves have every sample", lambda: drawn_samples(server, name) == run["samples"], seconds=60
        )
        for line in generate.further_lines(log, sizes.lines):
            before, curves = count(server, name, step), curve(server, name)
            time.sleep(draw.uniform(0, sizes.interval))
            with file.open("ab", buffering=0) as end:
                end.write(line)
            begin = time.perf_counter()
            serving.wait_until("the line is listed", lambda: count(server, name, step) > before, seconds=60)  # noqa: B023 (called at once)
            listed.append(time.perf_counter() - begin - sizes.interval)
            serving.wait_until("the curves have it", lambda: curve(server, name) > curves, seconds=60)  # noqa: B023 (see above)
            drawn.append(time.perf_counter() - begin - sizes.interval)
    return listed, drawn


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Appends to a small and to a large run."""
    for samples in (sizes.small, sizes.large):
        log = million.log(samples)
        folder = workspace.empty_folder("growing")
        shutil.copytree(workspace.log(log), folder, dirs_exist_ok=True)
        listed, drawn = delays(folder, log, sizes)
        shutil.rmtree(folder)
        for what, times, reach in (("in /samples", listed, 1.0), ("in /steps", drawn, None)):
            yield Figure(
                f"{samples:,} samples: a new line {what}, beyond the interval: the slowest",
                max(times),
                "s",
                reach,
                low=min(times),
                high=max(times),
                count=len(times),
                note=f"median {short(percentile(times, 0.5))} s, interval {sizes.interval:g} s",
            )


ROW = bench.Row(
    "live",
    "A new line, beyond the reload interval",
    {"quick": Sizes(200, 2_000, 2, 1.0), "usual": Sizes(), "full": Sizes(large=1_000_000, lines=20)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
