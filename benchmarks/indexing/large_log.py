"""A log of 10 GB in a real TensorBoard: memory while it is indexed, first answers, and opening it again.

    python -m benchmarks.indexing.large_log [--quick | --full] [--mb 10000] [--repeats 3]

Each repeat starts three TensorBoards, one after the other, on the same log directory:

1. plain, with our plugin absent: its memory once its page was opened;
2. with the tab and an empty index folder. From the page's first request until /steps answers with a step is `cold`. It
   is then asked as an open tab asks, until everything is indexed. Its peak of resident memory (VmHWM, which Linux keeps
   exactly) less that of the plain one is the memory of the index. `with its processes` adds the processes beside it and
   counts pages that several use once (PSS, sampled four times a second);
3. the same again with the index kept: from the page's first request until /steps runs over every sample is `reopened`.

The files have just been written, so they are in the page cache as far as they fit.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate
from benchmarks.shared import bench, serving
from benchmarks.shared.figure import Figure, over_runs

LOOK = 1.0
"""Seconds between two questions of the open tab."""


@dataclass(frozen=True)
class Sizes:
    """Megabytes and tokens of the log, repeats, and seconds that the finished TensorBoard is left alone."""

    mb: int = 2000
    tokens: int = 1000
    repeats: int = 1
    rest: float = 5.0


def plain(logdir: Path, rest: float) -> tuple[float, float]:
    """Memory in MB of TensorBoard without us: its process, and all its processes together."""
    with serving.TensorBoard(logdir, tab=False) as server:
        watch = serving.MemorySampler(server.pid)
        watch.start()
        for path in ("/", "/data/environment", "/data/plugins_listing", "/data/runs"):
            server.send(path)
        time.sleep(max(1.0, rest))
        return serving.peak_rss(server.pid), watch.stop().together


@dataclass(frozen=True)
class Cold:
    """What the first opening took: seconds and MB."""

    first: float
    indexed: float
    curves: float
    samples: int
    alone: float
    together: float


def cold(logdir: Path, cache: Path, rest: float) -> Cold:
    """Opens a log for the first time and stays until it is indexed."""
    with serving.TensorBoard(logdir, cache) as server:
        watch = serving.MemorySampler(server.pid)
        watch.start()
        begin = server.open_tab()
        name = server.first_run()
        serving.wait_until("a step answers", lambda: bool(server.ask("steps", run=name)["step"]))
        first = time.perf_counter() - begin
        asked = time.monotonic()
        while not server.is_ready():
            time.sleep(0.1)
            if time.monotonic() > asked + LOOK:
                asked = time.monotonic()
                server.ask("steps", run=name)
                server.ask("samples", run=name)
        indexed = time.perf_counter() - begin
        samples = server.ask("runs")["runs"][0]["samples"]
        serving.wait_until("the curves are whole", lambda: _covered(server, name) == samples)
        curves = time.perf_counter() - begin
        time.sleep(rest)  # so that whatever is kept is kept
        return Cold(first, indexed, curves, samples, serving.peak_rss(server.pid), watch.stop().together)


def reopened(logdir: Path, cache: Path, samples: int) -> tuple[float, float]:
    """Opens a log whose index was kept: seconds until the curves cover every sample, and until each can be listed."""
    with serving.TensorBoard(logdir, cache) as server:
        begin = server.open_tab()
        name = server.first_run()
        serving.wait_until("the curves are whole", lambda: _covered(server, name) == samples, 0.05)
        curves = time.perf_counter() - begin
        server.wait_until_ready()
        return curves, time.perf_counter() - begin


def _covered(server: serving.TensorBoard, name: str) -> int:
    """Over how many samples the curves run."""
    return int(sum(server.ask("steps", run=name)["step_metrics"].get("n_samples", ())))


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Measures one log several times."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise bench.SkipError("memory is read from /proc, which only Linux has.")
    logdir = workspace.log(generate.sized(sizes.mb, sizes.tokens))
    size = bench.megabytes(logdir)
    plains, colds, again = [], [], []
    for _ in range(sizes.repeats):
        cache = workspace.empty_folder("cache")
        plains.append(plain(logdir, min(sizes.rest, 5.0)))
        colds.append(cold(logdir, cache, sizes.rest))
        again.append(reopened(logdir, cache, colds[-1].samples))
    note = f"{size / 1000:.2g} GB"
    over = [found.alone - alone for found, (alone, _) in zip(colds, plains, strict=True)]
    beside = [found.together - together for found, (_, together) in zip(colds, plains, strict=True)]
    yield over_runs("memory over plain TensorBoard", over, "MB", reach=500, note=note)
    yield over_runs("the same, with its processes", beside, "MB", note="PSS")
    yield over_runs("plain TensorBoard", [alone for alone, _ in plains], "MB")
    yield over_runs("cold: first steps answered", [x.first for x in colds], "s", reach=2, note=note)
    yield over_runs("cold: all indexed", [x.indexed for x in colds], "s")
    yield over_runs("cold: curves of everything", [x.curves for x in colds], "s")
    yield over_runs("cold: speed in TensorBoard", [size / x.indexed for x in colds], "MB/s")
    curves, samples = zip(*again, strict=True)
    yield over_runs("reopened: all curves answered", curves, "s", reach=1, note=note)
    yield over_runs("reopened: every sample there", samples, "s")


ROW = bench.Row(
    "large",
    "A large log: memory, first answers, opened again",
    {"quick": Sizes(20, 200, 1, 0.5), "usual": Sizes(), "full": Sizes(10_000, repeats=3)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
