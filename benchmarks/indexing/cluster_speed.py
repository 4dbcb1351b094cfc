"""Building the index ahead with `rlboard index`, on one worker and on two, by Ray and by local processes.

    python -m benchmarks.indexing.cluster_speed [--quick | --full] [--mb 10000] [--pairs 3]

Each run is a command of its own with an empty cache folder. Starting it, and Ray with it, takes seconds that do not grow
with the log: they are measured by the same command on a log of a few lines, and taken off. What is left is compared.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate
from benchmarks.shared import bench, machine
from benchmarks.shared.figure import Figure, over_runs

CLI = "tensorboard_plugin_rlboard.cli"

LEAST = 1.0
"""Seconds beyond the start that are needed for a comparison without it."""


@dataclass(frozen=True)
class Sizes:
    """Megabytes and tokens of the log, pairs of one and two workers."""

    mb: int = 2000
    tokens: int = 1000
    pairs: int = 1


def command(further: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs `rlboard` of this source tree."""
    return subprocess.run(
        [sys.executable, "-m", CLI, *further],
        env=machine.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def index(logdir: Path, cache: Path, engine: str, workers: int) -> float:
    """Seconds of one command."""
    begin = time.perf_counter()
    order = ["index", str(logdir), f"--cache-dir={cache}", f"--engine={engine}", f"--workers={workers}"]
    done = command(order)
    if done.returncode:
        raise RuntimeError(f"rlboard {' '.join(order)} failed:\n{done.stderr[-2000:]}")
    if not any(path.stat().st_size for path in cache.rglob("*.parquet")):
        raise RuntimeError(f"rlboard {' '.join(order)} kept no part.")
    return time.perf_counter() - begin


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Compares one worker with two."""
    if not (machine.ROOT / CLI.replace(".", "/")).with_suffix(".py").exists():
        raise bench.SkipError("there is no command `rlboard index` here yet.")
    if machine.cores() < 2:
        raise bench.SkipError("two workers need two cores.")
    logdir = workspace.log(generate.sized(sizes.mb, sizes.tokens))
    few = workspace.log(generate.Log(8, 64, per_step=4))
    size = bench.megabytes(logdir)
    for engine in ("ray", "local"):
        if engine == "ray" and importlib.util.find_spec("ray") is None:
            print("Left out: Ray is not installed (`pip install rlboard[ray]`).", flush=True)
            continue
        whole, starts = {1: list[float](), 2: list[float]()}, {1: list[float](), 2: list[float]()}
        for pair in range(sizes.pairs):
            for workers in (1, 2) if pair % 2 == 0 else (2, 1):
                starts[workers].append(index(few, workspace.empty_folder("parts"), engine, workers))
                whole[workers].append(index(logdir, workspace.empty_folder("parts"), engine, workers))
        took = {n: [a - b for a, b in zip(whole[n], starts[n], strict=True)] for n in whole}
        is_large_enough = min(took[1] + took[2]) > LEAST
        took = took if is_large_enough else whole
        name = {"ray": "Ray", "local": "local processes"}[engine]
        ratios = [one / two for one, two in zip(took[1], took[2], strict=True)]
        reach = 1.7 if engine == "ray" else None
        note = f"{size / 1000:.2g} GB, {'less' if is_large_enough else 'with'} the start"
        yield over_runs(f"{name}: 1 → 2 workers", ratios, "×", reach=reach, at_least=True, note=note)
        for workers, seconds in took.items():
            yield over_runs(
                f"{name}: {workers} worker{'s' * (workers > 1)}", [size / x for x in seconds], "MB/s"
            )
        yield over_runs(f"{name}: start", starts[1] + starts[2], "s")


ROW = bench.Row(
    "cluster",
    "`rlboard index` on one worker and on two",
    {"quick": Sizes(20, 200), "usual": Sizes(), "full": Sizes(10_000, pairs=3)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
