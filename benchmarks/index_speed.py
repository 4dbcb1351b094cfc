"""Cold indexing of one log, beside a line loop that keeps everything: paired runs in fresh processes, medians.

    python benchmarks/index_speed.py [--mb 300] [--pairs 3] [--tokens 64 1000 16000]

`ours` indexes the log with every statistic and text, as the tab does. `loop` is what a board does that loads the files
itself: json.loads line by line, NumPy statistics of the token arrays, everything kept in memory. `parse` is DuckDB
reading the same fields and adding them up, nothing kept: a ceiling for anything built on it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import generate

ARRAYS = ("logprobs", "ref_logprobs", "values", "token_rewards")


def ours(folder: Path) -> int:
    """Indexes the folder; returns its samples."""
    from tensorboard_plugin_rlboard.index.registry import Registry  # noqa: PLC0415 (counted: a cold start)
    from tensorboard_plugin_rlboard.sources.logdir import roots  # noqa: PLC0415 (see above)

    registry = Registry(roots(str(folder), ""), 0)
    registry.refresh()
    count = sum(run.samples for run in registry.runs.values())
    registry.stop()
    return count


def loop(folder: Path) -> int:
    """Parses line by line, keeps rows, arrays and statistics; returns the number of samples."""
    kept = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                arrays = {name: np.asarray(row[name]) for name in ARRAYS}
                ratio = arrays["logprobs"] - arrays["ref_logprobs"]
                arrays |= {"log_ratio": ratio, "k3": np.exp(-ratio) - 1 + ratio}
                arrays |= {"prob": np.exp(arrays["logprobs"]), "ref_prob": np.exp(arrays["ref_logprobs"])}
                numbers = {
                    name: (x.sum(), x.mean(), x.std(), x.min(), x.max(), int(x.argmax()))
                    for name, x in arrays.items()
                }
                kept.append((row, arrays, numbers))
    return len(kept)


def parse(folder: Path) -> int:
    """Reads every field with DuckDB and adds it up; returns the number of samples."""
    import duckdb  # noqa: PLC0415 (counted: a cold start)

    columns = dict.fromkeys(ARRAYS, "DOUBLE[]") | {"response_tokens": "VARCHAR[]"}
    columns |= {
        "prompt": "VARCHAR",
        "response": "VARCHAR",
        "ref_response": "VARCHAR",
        "step": "BIGINT",
        "reward": "DOUBLE",
    }
    spelt = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    sums = ", ".join(f"sum(list_sum({name}))" for name in ARRAYS)
    texts = "sum(length(prompt)), sum(length(response)), sum(length(ref_response)), sum(len(response_tokens))"
    source = f"read_json('{folder}/*.jsonl', format='newline_delimited', columns={{{spelt}}}, maximum_object_size=8388608)"
    return int(duckdb.connect().execute(f"SELECT count(*), {sums}, {texts} FROM {source}").fetchall()[0][0])  # noqa: S608 (our own names)


WAYS: dict[str, Callable[[Path], int]] = {"ours": ours, "loop": loop, "parse": parse}


def child(way: str, folder: Path) -> None:
    """Runs one way in this process and prints its figures as JSON."""
    start, before = time.perf_counter(), time.process_time()
    count = WAYS[way](folder)
    seconds, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = time.process_time() - before + used.ru_utime + used.ru_stime  # processes beside this one count, too
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"samples": count, "seconds": seconds, "cpu": cpu, "peak_mb": peak}))


def measure(way: str, folder: Path) -> dict[str, float]:
    """Runs one way in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", way, str(folder)], capture_output=True, text=True, check=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Reads the command line, makes the logs, prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mb", type=int, default=300, help="size of each log")
    parser.add_argument("--pairs", type=int, default=3, help="runs of each way, in turn")
    parser.add_argument(
        "--tokens", type=int, nargs="+", default=[64, 1000, 16000], help="tokens of a response"
    )
    parser.add_argument("--child", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args.child[0], Path(args.child[1]))
        return
    print(
        "| tokens | MB | ours MB/s | loop MB/s | ours : loop | ours : parse (CPU) | peak MB ours (without its workers) / loop |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as home:
        for tokens in args.tokens:
            folder = Path(home) / str(tokens)
            lines = args.mb * 1_000_000 // (tokens * 102 + 400)
            samples = max(2, min(512, lines // 4))
            steps = max(1, lines // samples)
            size = (
                generate.write(folder, tokens=tokens, steps=steps, samples=samples, jitter=0.2, seed=tokens)
                / 1e6
            )
            runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
            for _ in range(args.pairs):
                for way in WAYS:
                    runs[way].append(measure(way, folder))
            pairs = list(zip(runs["ours"], runs["loop"], runs["parse"], strict=True))
            if len({figures["samples"] for found in pairs for figures in found}) != 1:
                sys.exit("The ways do not agree on the number of samples.")
            speed = {
                way: statistics.median(size / figures["seconds"] for figures in runs[way]) for way in WAYS
            }
            ratio = statistics.median(b["seconds"] / a["seconds"] for a, b, _ in pairs)
            share = statistics.median(c["cpu"] / a["cpu"] for a, _, c in pairs)
            peak = {way: statistics.median(figures["peak_mb"] for figures in runs[way]) for way in WAYS}
            print(
                f"| {tokens} | {size:.0f} | {speed['ours']:.0f} | {speed['loop']:.0f} | {ratio:.1f} | {share:.2f} "
                f"| {peak['ours']:.0f} / {peak['loop']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
