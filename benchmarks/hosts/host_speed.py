"""What our indexing costs the rest of TensorBoard: its own time series route, idle and while we index.

    python -m benchmarks.hosts.host_speed [--quick | --full] [--mb 10000] [--pairs 4]

The log directory holds event files beside the rollouts. A client asks /data/plugin/timeseries/timeSeries for one scalar
of every run every 50 ms. In each pair it does so while a cold log is indexed, and as long while nothing is done; in
every other pair the idle stretch comes first, before our tab was ever asked. The ratio is that of the 95th percentiles
of a pair; the median of the pairs counts. TensorBoard reads its event files itself here (--load_fast=false): its separate
data server answers some requests 40 ms late, with or without us, which would hide what we do. Client, server and the processes that index share the cores.
"""

from __future__ import annotations

import json
import math
import shutil
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from benchmarks import generate
from benchmarks.shared import bench, serving
from benchmarks.shared.figure import Figure, over_runs, percentile

ROUTE = "/data/plugin/timeseries/timeSeries"
TAG = "loss"
INTERVAL_S = 0.05


@dataclass(frozen=True)
class Sizes:
    """Megabytes of rollouts, runs and points of TensorBoard's own scalars, pairs, longest stretch in seconds."""

    mb: int = 2000
    tokens: int = 1000
    runs: int = 10
    points: int = 200
    pairs: int = 2
    seconds: float = 60.0


def write_events(logdir: Path, runs: int, points: int) -> None:
    """Writes scalars with TensorBoard's own writer."""
    for run in range(runs):
        writer = EventFileWriter(str(logdir / f"scalars{run}"))
        for step in range(points):
            value = summary_pb2.Summary.Value(tag=TAG, simple_value=math.exp(-step / 300) + 0.01 * run)
            summary = summary_pb2.Summary(value=[value])
            writer.add_event(event_pb2.Event(wall_time=1.7e9 + step, step=step, summary=summary))
        writer.close()


def ask(server: serving.TensorBoard) -> tuple[int, float]:
    """One question to TensorBoard's own route: how many runs it knows, and milliseconds."""
    wanted = json.dumps([{"plugin": "scalars", "tag": TAG}])
    body = urllib.parse.urlencode({"requests": wanted}).encode()
    status, content, seconds = server.send(ROUTE, body, gzip=False)
    if status != 200:
        raise RuntimeError(f"TensorBoard answered {status}: {content[:300]!r}")
    return len(json.loads(content)[0]["runToSeries"] or ()), seconds * 1000


def ask_repeatedly(server: serving.TensorBoard, is_going_on: Callable[[float], bool]) -> list[float]:
    """Milliseconds of one question every 50 ms, as long as `is_going_on` (given the seconds so far) says so."""
    started, times = time.perf_counter(), list[float]()
    while is_going_on(time.perf_counter() - started):
        times.append(ask(server)[1])
        time.sleep(INTERVAL_S - (time.perf_counter() - started) % INTERVAL_S)
    return times


@dataclass(frozen=True)
class Pair:
    """Milliseconds of each question idle and busy, and the seconds that indexing took."""

    idle: list[float]
    busy: list[float]
    took: float


def measure_pair(logdir: Path, cache: Path, sizes: Sizes, idle_first: bool) -> Pair:
    """Asks one TensorBoard while it indexes and while it does not."""
    with serving.TensorBoard(logdir, cache, flags=["--load_fast=false"]) as server:
        serving.wait_until("TensorBoard has read its scalars", lambda: ask(server)[0] == sizes.runs, 0.2)
        for _ in range(20):  # not counted: the warm-up
            ask(server)
        length = min(sizes.seconds, max(2.0, bench.megabytes(logdir) / 400))
        idle = ask_repeatedly(server, lambda seconds: seconds < length) if idle_first else []
        checked, done = 0.0, False

        def indexing(seconds: float) -> bool:
            nonlocal checked, done
            if seconds > checked + 1.0:  # as an open tab would
                checked, done = seconds, server.is_ready()
            return not done and seconds < sizes.seconds

        started = server.open_tab()
        busy = ask_repeatedly(server, indexing)
        took = time.perf_counter() - started
        if not idle_first:
            server.wait_until_ready()
            time.sleep(2.0)
            idle = ask_repeatedly(server, lambda seconds: seconds < took)
        return Pair(idle, busy, took)


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Measures the pairs."""
    rollouts = workspace.log(generate.sized(sizes.mb, sizes.tokens))
    logdir = workspace.empty_folder("host")
    (logdir / "rollouts").symlink_to(rollouts / "run")
    write_events(logdir, sizes.runs, sizes.points)
    found = [
        measure_pair(logdir, workspace.empty_folder("cache"), sizes, i % 2 == 1) for i in range(sizes.pairs)
    ]
    idle, busy = ([percentile(times, 0.95) for times in ways] for ways in _idle_and_busy(found))
    asks = f"{sum(len(each.busy) for each in found)} asks while indexing"
    ratios = [b / a for a, b in zip(idle, busy, strict=True)]
    yield over_runs("p95 while indexing : idle", ratios, "×", reach=1.3, note=asks)
    yield over_runs("p95 idle", idle, "ms")
    yield over_runs("p95 while indexing", busy, "ms")
    for name, ways in zip(("p50 idle", "p50 while indexing"), _idle_and_busy(found), strict=True):
        yield over_runs(name, [percentile(times, 0.5) for times in ways], "ms")
    yield over_runs("indexing took", [each.took for each in found], "s")
    shutil.rmtree(logdir)


def _idle_and_busy(pairs: list[Pair]) -> tuple[list[list[float]], list[list[float]]]:
    return [each.idle for each in pairs], [each.busy for each in pairs]


ROW = bench.Row(
    "host",
    "TensorBoard's own routes while we index",
    {"quick": Sizes(30, 200, 3, 50, 1, 3.0), "usual": Sizes(), "full": Sizes(10_000, pairs=4)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
