"""What logging costs a training: how long a call takes, what the thread does to it meanwhile, and the size of the lines.

    python -m benchmarks.hosts.writer_speed [--quick | --full] [--samples 512] [--tokens 1000] [--repeats 20]

One call of `log_batch` a step, with prompts, responses, token strings and three token arrays, as tensors where torch is
installed and as NumPy arrays. `idle`: the thread had time to finish the step before, as in a training whose steps take
seconds. `at once`: the next call comes while it works. Log-probabilities are float32 as a model has them: most near 0.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.shared import bench, machine
from benchmarks.shared.figure import Figure, over_runs
from tensorboard_plugin_rlboard.writer import RolloutWriter
from tensorboard_plugin_rlboard.writing.output.rank_files import zstd_compressor

ARRAYS = ("logprobs", "ref_logprobs", "values")
VOCABULARY = 20_000
"""Different tokens: each is an object of its own, as a tokenizer's are."""


@dataclass(frozen=True)
class Sizes:
    """Samples of a step, tokens of a response, and steps."""

    samples: int = 512
    tokens: int = 1_000
    repeats: int = 20


def batch(sizes: Sizes, seed: int = 0) -> dict[str, Any]:
    """The fields of one step, arrays as NumPy's."""
    draw = np.random.default_rng(seed)
    shape = (sizes.samples, sizes.tokens)
    confident = draw.random(shape) < 0.6
    logprobs = -np.where(confident, draw.exponential(0.02, shape), draw.exponential(1.5, shape)).astype(
        np.float32
    )
    letters = draw.integers(97, 123, (VOCABULARY, 8), np.uint8).tobytes().decode()
    lengths = np.clip(draw.poisson(3.5, VOCABULARY), 1, 8).tolist()
    words = [" " + letters[8 * at : 8 * at + size] for at, size in enumerate(lengths)]
    drawn = (VOCABULARY ** draw.random(shape)).astype(int) % VOCABULARY  # the rank r comes as often as 1 / r
    tokens = [[words[word] for word in row] for row in drawn.tolist()]
    return {
        "prompt": [f"Question {at}: what is {at} + {at}? " * 4 for at in range(sizes.samples)],
        "response": ["".join(row) for row in tokens],
        "response_tokens": tokens,
        "reward": draw.random(sizes.samples).astype(np.float32),
        "group_id": [at // 8 for at in range(sizes.samples)],
        "logprobs": logprobs,
        "ref_logprobs": (logprobs + draw.normal(0, 0.05, shape)).clip(max=0).astype(np.float32),
        "values": draw.normal(0.5, 0.3, shape).astype(np.float32),
    }


def json_bytes(fields: dict[str, Any]) -> int:
    """Bytes of the same rows by `json.dumps`, each array as its `tolist()`."""
    columns = {key: value.tolist() if hasattr(value, "tolist") else value for key, value in fields.items()}
    rows = (
        {"step": 1, "split": "train", **dict(zip(columns, row, strict=True))}
        for row in zip(*columns.values(), strict=True)
    )
    return sum(len(json.dumps(row, ensure_ascii=False).encode()) + 1 for row in rows)


def tensors(fields: dict[str, Any]) -> dict[str, Any] | None:
    """The same with torch's tensors; None without torch."""
    try:
        import torch  # noqa: PLC0415 - most installations have none
    except ImportError:
        return None
    return {k: torch.from_numpy(v.copy()) if isinstance(v, np.ndarray) else v for k, v in fields.items()}


@dataclass(frozen=True)
class Calls:
    """Milliseconds of each call, those of them on a processor, and samples a second that the thread wrote."""

    wall: list[float]
    busy: list[float]
    rate: float


def time_calls(folder: Path, fields: dict[str, Any], repeats: int, *, idle: bool) -> Calls:
    """Logs a step again and again; `idle` waits for the thread in between."""
    calls, busy, samples = [], [], len(fields["prompt"])
    with RolloutWriter(folder, queue_bytes=1 << 33, queue_samples=1 << 30) as writer:
        writer.log_batch(step=0, **fields)
        writer.flush()
        begin = time.perf_counter()
        for step in range(1, repeats + 1):
            start, cpu_before = time.perf_counter(), time.thread_time()
            writer.log_batch(step=step, **fields)
            calls.append((time.perf_counter() - start) * 1e3)
            busy.append((time.thread_time() - cpu_before) * 1e3)
            if idle:
                writer.flush()
        writer.flush()
        seconds = time.perf_counter() - begin
        if writer.written != samples * (repeats + 1):
            raise RuntimeError(f"{writer.dropped} samples were dropped")
    return Calls(calls, busy, samples * repeats / seconds)


def slowdown(folder: Path, fields: dict[str, Any], repeats: int) -> float:
    """How many times as long a computation of the caller takes while the thread writes a step."""

    def work() -> float:
        start = time.perf_counter()
        for _ in range(300):
            np.square(table).sum()
            sum(range(2_000))
        return time.perf_counter() - start

    table = np.ones(20_000)
    alone = statistics.median(work() for _ in range(5))
    while_writing = []
    with RolloutWriter(folder, queue_bytes=1 << 33) as writer:
        for step in range(repeats):
            writer.log_batch(step=step, **fields)
            time.sleep(0.06)  # the thread waits that long for more
            while_writing.append(work())
            writer.flush()
    return statistics.median(while_writing) / alone


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Measures calls of the writer, its thread, and the size of what it writes."""
    fields = batch(sizes)
    what = f"{sizes.samples} samples × {sizes.tokens:,} tokens"
    for kind, step_fields in (("NumPy", fields), ("torch", tensors(fields))):
        if step_fields is None:
            continue
        calls = time_calls(workspace.empty_folder("idle"), step_fields, sizes.repeats, idle=True)
        name, count = f"caller blocked, {kind}, idle", len(calls.wall)
        yield over_runs(name, calls.wall, "ms", reach=20.0, note=what)
        yield Figure(f"{name}: worst", max(calls.wall), "ms", reach=20.0, count=count)
        yield over_runs(f"{name}: on a processor", calls.busy, "ms")
        at_once = time_calls(
            workspace.empty_folder("busy"), step_fields, max(2, sizes.repeats // 4), idle=False
        )
        yield over_runs(f"caller blocked, {kind}, at once", at_once.wall, "ms")
        yield Figure(f"the thread writes, {kind}", calls.rate, "samples/s")
    yield Figure(
        "the caller's own work while the thread writes",
        slowdown(workspace.empty_folder("slow"), fields, 5),
        "× as long",
        count=5,
    )
    losses = [lost_milliseconds(workspace.empty_folder("killed"), 1.5 + 0.3 * run) for run in range(5)]
    yield over_runs("what a kill loses: the calls of the last", losses, "ms")
    whole, arrays = json_bytes(fields), {name: fields[name] for name in ARRAYS}
    size = _bytes(workspace.empty_folder("whole"), fields)
    note = f"{size / 1e6:.1f} of {whole / 1e6:.1f} MB a step"
    yield Figure("bytes against json.dumps, whole lines", size / whole, "×", reach=0.45, note=note)
    ratio = _bytes(workspace.empty_folder("arrays"), arrays) / json_bytes(arrays)
    yield Figure("bytes against json.dumps, arrays alone", ratio, "×", reach=0.45)
    if zstd_compressor()[0] is not None:
        packed = _bytes(workspace.empty_folder("packed"), fields, compress=True) / whole
        yield Figure("the same with compress=True, whole lines", packed, "×")


def _bytes(folder: Path, fields: dict[str, Any], *, compress: bool = False) -> int:
    with RolloutWriter(folder, scalars=False, compress=compress) as writer:
        writer.log_batch(step=1, **fields)
    return writer.path.stat().st_size


KILLED_PROGRAM = """
import sys, time
from tensorboard_plugin_rlboard.writer import RolloutWriter
writer = RolloutWriter(sys.argv[1], scalars=False)
for step in range(1_000_000):
    writer.log(step=step, response="x" * 200, logprobs=[-0.5] * 100)
    print(time.monotonic_ns(), flush=True)
    time.sleep(0.002)
"""


def lost_milliseconds(folder: Path, seconds: float) -> float:
    """Milliseconds before a kill whose calls are in no file; a process that logs a sample every 2 ms is killed."""
    command = [sys.executable, "-c", KILLED_PROGRAM, str(folder)]
    with subprocess.Popen(command, env=machine.environment(), stdout=subprocess.PIPE) as process:
        time.sleep(seconds)
        process.kill()
        times = [int(line) for line in process.communicate()[0].split()]
    written = sum(path.read_bytes().count(b"\n") for path in folder.glob("*.jsonl"))
    return 0.0 if written >= len(times) else (times[-1] - times[written]) / 1e6


ROW = bench.Row(
    "writer",
    "Logging from a training",
    {"quick": Sizes(32, 100, 2), "usual": Sizes(), "full": Sizes()},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
