"""How fast the dumps of trainers are indexed, against Python's `json` reading the same lines and keeping nothing.

    python -m benchmarks.indexing.format_speed [--quick | --full] [--megabytes 32] [--tokens 1000] [--repeats 3]

One core, one range, warm: texts, statistics and the Parquet file of rows included. The lines have the keys that each
framework writes, with random numbers; verl's are read by a mapping, the others by a function in Python.
"""

from __future__ import annotations

import functools
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.shared import bench
from benchmarks.shared.figure import Figure, over_runs
from tensorboard_plugin_rlboard.index.detect.sniff import sniff
from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder, build_range

PROMPT = "<|im_start|>user\nWhat is 64+53?<|im_end|>\n<|im_start|>assistant\n"
BATCH = 64


@dataclass(frozen=True)
class Sizes:
    """Megabytes of each log, tokens of a response, and runs of each reading."""

    megabytes: int = 32
    tokens: int = 1_000
    repeats: int = 3


def numbers(draw: random.Random, count: int) -> list[float]:
    """Log-probabilities."""
    return [-draw.random() for _ in range(count)]


def verl(draw: random.Random, line: int, tokens: int) -> dict[str, Any]:
    """A sample of verl's `{step}.jsonl`."""
    return {
        "input": f"user\nWhat is {line % 100}?\nassistant\n",
        "output": "word " * tokens,
        "gts": "1",
        "score": draw.random(),
        "step": line // 512,
        "uid": f"0-{line // 8}_{line % 8}_0",
    }


def ms_swift(draw: random.Random, line: int, tokens: int) -> dict[str, Any]:
    """A batch of ms-swift's `completions.jsonl`."""
    return {
        "step": [str(line)] * BATCH,
        "prompt": [PROMPT] * BATCH,
        "completion": ["word " * tokens] * BATCH,
        "Accuracy": [draw.random() for _ in range(BATCH)],
        "Format": [1.0] * BATCH,
        "advantages": [0.1] * BATCH,
        "solution": ["117"] * BATCH,
    }


def nemo_rl(draw: random.Random, line: int, tokens: int) -> dict[str, Any]:
    """A sample of NeMo-RL's `train_data_step{N}.jsonl`."""
    prompt, own = [0.0] * 22, numbers(draw, tokens)
    return {
        "content": [PROMPT + "word " * tokens],
        "rewards": [draw.random()],
        "input_lengths": [22 + tokens],
        "token_ids": [[draw.randrange(50_000) for _ in range(22 + tokens)]],
        "token_loss_mask": [prompt + [1.0] * tokens],
        "sample_loss_mask": [1.0],
        "advantages": [[0.577] * (22 + tokens)],
        "generation_logprobs": [prompt + own],
        "prev_logprobs": [prompt + [x * 1.01 for x in own]],
        "idx": line,
    }


def prime_rl(draw: random.Random, line: int, tokens: int) -> dict[str, Any]:
    """An episode of prime-rl's `traces.jsonl`."""
    ids = [draw.randrange(50_000) for _ in range(tokens)]
    asked = {
        "message": {"role": "user", "content": "What?"},
        "token_ids": ids[:22],
        "mask": [False] * 22,
    }
    message = {
        "parent": 0,
        "message": {"role": "assistant", "content": "word " * tokens},
        "sampled": True,
        "token_ids": ids,
        "mask": [True] * tokens,
        "logprobs": numbers(draw, tokens),
        "advantages": [0.5773] * tokens,
        "reference_logprobs": numbers(draw, tokens),
    }
    rewards = {"correct": {"score": 1.0, "weight": 1.0}}
    return {
        "id": f"e{line}",
        "task": {"type": "GSM8KTask", "data": {"prompt": "What?", "answer": "117"}, "key": "1"},
        "group": {"id": f"g{line // 8}"},
        "run": {"type": "train", "work": {"type": "train", "step": line // 512, "policy": {"start": 0}}},
        "ok": True,
        "traces": [{"nodes": [asked, message], "rewards": rewards}],
    }


LINES: dict[str, Callable[[random.Random, int, int], dict[str, Any]]] = {
    "verl": verl,
    "ms-swift": ms_swift,
    "NeMo-RL": nemo_rl,
    "prime-rl": prime_rl,
}


def write(path: Path, make: Callable[[random.Random, int, int], dict[str, Any]], sizes: Sizes) -> int:
    """Writes a log of that size; returns its bytes."""
    draw, line, size = random.Random(7), 0, 0
    with path.open("w", encoding="utf-8") as file:
        while size < sizes.megabytes * 1e6:
            size += file.write(json.dumps(make(draw, line, sizes.tokens)) + "\n")
            line += 1
    return size


def parsed(path: Path) -> None:
    """Reads every line, and keeps none."""
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """One log of each kind after the other, both readings in turn."""
    for name, make in LINES.items():
        folder = workspace.empty_folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "log.jsonl"
        size = write(path, make, sizes)
        known, reason = sniff(str(path))
        if known is None:
            raise RuntimeError(reason)
        order = RangeOrder(str(path), 0, size, known)
        shares, speeds = [], []
        for turn in range(sizes.repeats + 1):
            plain = timed(functools.partial(parsed, path))
            ours = timed(functools.partial(build_range, order, folder / "rows.parquet"))
            if turn:  # the first opens databases
                shares.append(plain / ours)
                speeds.append(size / ours / 1e6)
        yield over_runs(f"indexing {name} against json.loads", shares, "× the speed")
        yield over_runs(f"indexing {name}", speeds, "MB/s")


ROW = bench.Row(
    "formats",
    "Dumps of trainers, one core",
    {"quick": Sizes(2, 200, 1), "usual": Sizes(), "full": Sizes(64, 1_000, 5)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
