"""A log directory that is worth killing a reader over: large enough for worker processes, and of several kinds."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RUNS = 3


def sample(step: int, index: int, tokens: int) -> dict[str, Any]:
    """A sample, always the same for the same arguments."""
    rng = random.Random(f"{step}:{index}:{tokens}")
    logprobs = [-round(rng.expovariate(1.2), 6) for _ in range(tokens)]
    return {
        "step": step,
        "prompt": f"p{index // 4}",
        "group_id": f"{step}.{index // 4}",
        "response": "".join(f" w{rng.randrange(1000)}" for _ in range(tokens)),
        "response_tokens": [f" w{rng.randrange(1000)}" for _ in range(tokens)],
        "logprobs": logprobs,
        "ref_logprobs": [value - 0.125 for value in logprobs],
        "reward": round(rng.gauss(0, 1), 6),
        "note": rng.choice(["a", "b", "秋"]),
    }


def lines(steps: range, samples: int, tokens: int) -> Iterator[bytes]:
    """Lines of samples, every fiftieth of them damaged."""
    for step in steps:
        for index in range(samples):
            line = json.dumps(sample(step, index, tokens)).encode() + b"\n"
            yield line[: len(line) // 2] + b"\n" if (step * samples + index) % 50 == 49 else line


def write_logs(folder: Path, megabytes: int) -> None:
    """Writes three runs: one of so many MB of lines, an archive, and one of many small files."""
    size, tokens = 0, 300
    (folder / "large").mkdir(parents=True)
    with (folder / "large" / "a.jsonl").open("wb") as file:
        step = 0
        while size < megabytes * 1_000_000:
            step += 1
            for line in lines(range(step, step + 1), 16, tokens):
                file.write(line)
                size += len(line)
    (folder / "archive").mkdir()
    (folder / "archive" / "a.jsonl.gz").write_bytes(gzip.compress(b"".join(lines(range(1, 20), 8, 50))))
    (folder / "many").mkdir()
    for number in range(12):
        content = b"".join(lines(range(number * 5, number * 5 + 5), 8, 20))
        (folder / "many" / f"{number}.jsonl").write_bytes(content)
