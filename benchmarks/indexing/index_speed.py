"""Cold indexing beside a line loop that keeps everything, and beside parsing alone: fresh processes in turn, medians.

    python -m benchmarks.indexing.index_speed [--quick | --full] [--tokens 64 1000 16000] [--mb 300] [--pairs 3]

- `ours` builds the index as TensorBoard does at the first visit: every statistic and text, the curves, parts kept in an
  empty folder. Then it is checked that every sample has every statistic that the log gives.
- `loop` does what a board does that loads the files itself (RL Logging Board): json.loads line by line, the four arrays,
  log-ratio, k3 and both probabilities kept per token, mean and sum of log-ratio and k3 per sample. No more than that.
- `parse` is simdjson going over the same lines, nothing extracted, a process on every core: the ceiling.
- `sums` is `parse` with the four arrays taken out as numbers and added up.

`ours` and `loop` count from the start of their process, imports included; `parse` and `sums` only while they parse. All
read files that are in the page cache.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import generate
from benchmarks.shared import bench, machine
from benchmarks.shared.figure import Figure, over_runs

ARRAYS = ("logprobs", "ref_logprobs", "values", "token_rewards")
CHECKED = dict.fromkeys(
    ("reward", "n_tokens", "n_chars", "k3_mean", "log_ratio_sum", "values_std", "explained_variance"), 1.0
) | {"repetition": 0.99}
"""Statistics of which it is made sure that so large a share of the samples has them; short texts have no repetition."""
BLOCK = 8 << 20


@dataclass(frozen=True)
class Sizes:
    """Tokens of a response, megabytes of each log, runs of each way."""

    tokens: tuple[int, ...] = (64, 1000, 16000)
    mb: int = 300
    pairs: int = 3


def ours(folder: Path) -> int:
    """Indexes the folder; returns its samples."""
    from tensorboard_plugin_rlboard.board.board import Board  # noqa: PLC0415 (counted: a cold start)
    from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion  # noqa: PLC0415 (see above)
    from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion  # noqa: PLC0415 (see above)
    from tensorboard_plugin_rlboard.index.registry import Registry  # noqa: PLC0415 (see above)
    from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer  # noqa: PLC0415 (see above)
    from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots  # noqa: PLC0415 (see above

    with tempfile.TemporaryDirectory(prefix="rlboard-bench-") as cache:
        registry = Registry(parse_roots(str(folder), ""), Path(cache))
        indexer = BackgroundIndexer(registry, 0)
        board = Board(indexer)
        indexer.index_now()
        count = sum(run.samples for run in registry.runs.values())
        curves = board.steps(StepsQuestion(_whole("run"), None))
        _print_done(count)
        if sum(int(n or 0) for n in curves.metrics["reward"].count) != count:
            sys.exit("The curves do not cover all samples.")
        for name, share in CHECKED.items():
            found = board.distribution(DistributionQuestion(_whole("run"), name))
            if found.count + found.nonfinite < share * count:
                sys.exit(f"Only {found.count} of {count} samples have {name}.")
        indexer.stop()
    return count


def _whole(run: str) -> Any:
    from tensorboard_plugin_rlboard.board.selection import Selection  # noqa: PLC0415 (see `ours`)

    return Selection(run)


def loop(folder: Path) -> int:
    """Parses line by line and keeps everything; returns the number of samples."""
    import numpy as np  # noqa: PLC0415 (counted: a cold start)

    kept: list[Any] = []
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                arrays = {name: np.asarray(row[name]) for name in ARRAYS}
                ratio = arrays["logprobs"] - arrays["ref_logprobs"]
                k3 = np.exp(-ratio) - 1 + ratio
                arrays |= {"log_ratio": ratio, "k3": k3}
                arrays |= {"prob": np.exp(arrays["logprobs"]), "ref_prob": np.exp(arrays["ref_logprobs"])}
                kept.append((row, arrays, ratio.mean(), ratio.sum(), k3.mean(), k3.sum()))
    _print_done(len(kept))
    return len(kept)


def _print_done(count: int) -> None:
    """The moment at which a way is done: what it does later (checks, giving memory back) does not count."""
    print(json.dumps({"samples": count}), flush=True)


def _for_each_line(path: Path, handle: Callable[[bytes], object]) -> int:
    """Hands over each line of a file, read in large blocks; returns their number."""
    count, rest = 0, b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                handle(line)
            count += len(lines)
    return count


def parse(path: Path, sums: bool) -> int:
    """Parses a file with simdjson, once told to begin; returns the number of lines."""
    import numpy as np  # noqa: PLC0415 (see `loop`)
    import simdjson  # noqa: PLC0415 (not everyone has it)

    parser, total = simdjson.Parser(), np.zeros(len(ARRAYS))

    def add(line: bytes) -> None:
        row: Any = parser.parse(line)
        for i, name in enumerate(ARRAYS):
            total[i] += np.frombuffer(row[name].as_buffer(of_type="d")).sum()

    print("{}", flush=True)
    sys.stdin.readline()
    count = _for_each_line(path, add if sums else parser.parse)
    _print_done(count)
    return count


def run_way(way: str, path: Path) -> None:
    """Runs one way in this process, which prints its number of samples the moment that it is done."""
    if way in {"parse", "sums"}:
        parse(path, way == "sums")
    else:
        {"ours": ours, "loop": loop}[way](path)


def measure(way: str, folder: Path) -> tuple[float, int, float]:
    """Seconds of one way in fresh processes, the samples that it saw, and seconds of CPU with its start and its end."""
    has_process_per_file = way in {"parse", "sums"}
    paths = sorted(folder.rglob("*.jsonl")) if has_process_per_file else [folder]
    begin, before = time.perf_counter(), _children_cpu_seconds()
    running = [
        subprocess.Popen(
            [sys.executable, __file__, "--child", way, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=machine.environment(),
        )
        for path in paths
    ]
    try:
        if has_process_per_file:
            results = [_line(process) for process in running]
            begin = time.perf_counter()
            for process in running:
                assert process.stdin is not None  # noqa: S101 (it was opened with a pipe)
                process.stdin.write("\n")
                process.stdin.flush()
        results = [_line(process) for process in running]
        seconds = time.perf_counter() - begin
        if any(process.wait() for process in running):
            raise RuntimeError(f"{way} failed.")
    finally:
        for process in running:
            process.kill()
            process.communicate()
    return seconds, sum(found["samples"] for found in results), _children_cpu_seconds() - before


def _children_cpu_seconds() -> float:
    """Seconds of CPU that ended processes of ours have used, and those that they had started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _line(process: subprocess.Popen[str]) -> dict[str, int]:
    assert process.stdout is not None  # noqa: S101 (it was opened with a pipe)
    text = process.stdout.readline()
    if not text:
        raise RuntimeError("A process of the benchmark ended early; its message is above.")
    found: dict[str, int] = json.loads(text)
    return found


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Measures every length of responses."""
    ways = ["ours", "loop", "parse", "sums"]
    for way in ways:  # not counted: brings programs and libraries into memory
        measure(way, workspace.log(generate.sized(1, 64)))
    for tokens in sizes.tokens:
        folder = workspace.log(generate.sized(sizes.mb, tokens, seed=tokens, files=max(2, machine.cores())))
        size = bench.megabytes(folder)
        runs, used = ({way: list[float]() for way in ways} for _ in range(2))
        for pair in range(sizes.pairs):
            found = set()
            for way in ways if pair % 2 == 0 else ways[::-1]:
                seconds, samples, cpu = measure(way, folder)
                runs[way].append(seconds)
                used[way].append(cpu)
                found.add(samples)
            if len(found) != 1:
                raise RuntimeError(f"The ways do not agree on the number of samples: {sorted(found)}.")
        name = f"{tokens:,} tokens"
        ratios = {way: [b / a for a, b in zip(runs["ours"], runs[way], strict=True)] for way in ways}
        sums_ratios = [a / b for a, b in zip(runs["parse"], runs["sums"], strict=True)]
        yield over_runs(f"{name}: ours : loop", ratios["loop"], "×", reach=8, at_least=True)
        yield over_runs(f"{name}: ours : parse alone", ratios["parse"], "×", reach=0.4, at_least=True)
        yield over_runs(f"{name}: sums : parse alone", sums_ratios, "×")
        for way in ways:
            note = f"{size:.0f} MB, {size / statistics.median(used[way]):.0f} MB for each second of CPU"
            yield over_runs(f"{name}: {way}", [size / x for x in runs[way]], "MB/s", note=note)


ROW = bench.Row(
    "index",
    "Cold index, beside a line loop and beside parsing alone",
    {"quick": Sizes((64, 1000), 10, 1), "usual": Sizes(), "full": Sizes(mb=2000, pairs=5)},
    figures,
)

if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_way(sys.argv[2], Path(sys.argv[3]))
    else:
        bench.run_alone(ROW, str(__doc__))
