"""Thousands of small files in one run, and hundreds of runs.

    python -m benchmarks.indexing.small_files [--quick | --full] [--files 2000] [--runs 200]

Some frameworks write a file for each task (AReaL). The first log has so many files of about 5 KB in one run, the second
so many runs of five such samples; both are opened by a TensorBoard with an empty index folder. `at rest` is the share
of one core that TensorBoard takes when everything is indexed and examined, nothing changes and a tab is open, with the
usual reload interval of 5 s.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate
from benchmarks.shared import bench, serving
from benchmarks.shared.figure import Figure, over_runs, percentile

_MAX_SHARE_AT_REST = 0.5
"""Share of a core that is more than rest: what was read last is still examined."""
_LONGEST_EXAMINING_SECONDS = 60.0


@dataclass(frozen=True)
class Sizes:
    """Files of the one run, runs of the other log, seconds that rest is watched, and TensorBoards started for each."""

    files: int = 1000
    runs: int = 100
    rest: float = 11.0
    repeats: int = 1


def write(folder: Path, runs: int, files: int, lines: int) -> None:
    """Writes runs of so many files of so many samples each, all of the same steps."""
    log = generate.Log(samples=max(1, runs * files * lines), tokens=44, seed=9)
    pool, draw = generate.Pool(log), random.Random(log.seed)
    for run in range(runs):
        (folder / f"run{run}").mkdir(parents=True)
        for file in range(files):
            step = 1 + file // 64
            text = b"".join(pool.line(log, draw, step, 0, file * lines + i) for i in range(lines))
            (folder / f"run{run}" / f"task{file:05}.jsonl").write_bytes(text)


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_rest(pid: int) -> None:
    """Waits until a process has taken little of a core for two seconds, at most a minute."""
    end = time.monotonic() + _LONGEST_EXAMINING_SECONDS
    while time.monotonic() < end:
        before = cpu_seconds(pid)
        time.sleep(2.0)
        if cpu_seconds(pid) - before < 2.0 * _MAX_SHARE_AT_REST:
            return


@dataclass(frozen=True)
class Opened:
    """Seconds until everything was indexed, milliseconds of /runs then, and the share of a core at rest."""

    seconds: float
    runs_ms: list[float]
    rest: float


def open_log(logdir: Path, cache: Path, runs: int, rest: float) -> Opened:
    """Opens a log and stays a while."""
    with serving.TensorBoard(logdir, cache) as server:
        begin = server.open_tab()
        found = server.wait_until_ready()
        seconds = time.perf_counter() - begin
        if len(found) != runs:
            raise RuntimeError(f"{len(found)} of {runs} runs were found.")
        times = [server.send(serving.address("runs", {}))[2] * 1000 for _ in range(20)]
        wait_for_rest(server.pid)
        before, start = cpu_seconds(server.pid), time.perf_counter()
        while time.perf_counter() - start < rest:
            server.ask("runs")
            time.sleep(min(5.0, rest))
        return Opened(seconds, times, (cpu_seconds(server.pid) - before) / (time.perf_counter() - start))


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Opens both logs."""
    if not Path("/proc/self/stat").exists():
        raise bench.SkipError("the CPU's time is read from /proc, which only Linux has.")
    for what, runs, files, lines in (("file", 1, sizes.files, 1), ("run", sizes.runs, 1, 5)):
        logdir = workspace.empty_folder("small")
        write(logdir, runs, files, lines)
        found = [
            open_log(logdir, workspace.empty_folder("cache"), runs, sizes.rest) for _ in range(sizes.repeats)
        ]
        count = max(runs, files)
        note = f"{count:,} {what}s, {bench.megabytes(logdir):.1f} MB"
        yield over_runs(f"{what}s: all indexed", [one.seconds for one in found], "s", note=note)
        yield over_runs(f"{what}s: for each {what}", [1000 * one.seconds / count for one in found], "ms")
        yield over_runs(f"{what}s: /runs, p95", [percentile(one.runs_ms, 0.95) for one in found], "ms")
        yield over_runs(f"{what}s: at rest", [100 * one.rest for one in found], "% of a core")


ROW = bench.Row(
    "small",
    "Small files and many runs",
    {"quick": Sizes(50, 10, 1.0), "usual": Sizes(), "full": Sizes(2000, 200, 31.0, 3)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
