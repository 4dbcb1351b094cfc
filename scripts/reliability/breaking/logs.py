"""A log directory that is worth killing a reader over: large enough for processes that index and unpack."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("archive", "large", "list", "many")
RUNS = len(NAMES)
_LIST_BYTES = 1_300_000
"""Of a list of JSON: from 1 MiB on, TensorBoard has it unpacked by a process."""


def sample(step: int, index: int, tokens: int) -> dict[str, Any]:
    """A sample, always the same for the same arguments."""
    rng = random.Random(f"{step}:{index}:{tokens}")
    logprobs = [-round(rng.expovariate(1.2), 6) for _ in range(tokens)]
    words = [f" w{rng.randrange(1000)}" for _ in range(tokens)]
    return {
        "step": step,
        "prompt": f"p{index // 4}",
        "group_id": f"{step}.{index // 4}",
        "response": "".join(words),
        "response_tokens": words,
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
    """Writes four runs: one of so many MB of lines in two files, an archive, a list of JSON, and many small files."""
    for name in NAMES:
        (folder / name).mkdir(parents=True)
    step = 0
    for name in ("a", "b"):
        size = 0
        with (folder / "large" / f"{name}.jsonl").open("wb") as file:
            while size < megabytes * 500_000:
                step += 1
                size += sum(file.write(line) for line in lines(range(step, step + 1), 16, 300))
    (folder / "archive" / "a.jsonl.gz").write_bytes(gzip.compress(b"".join(lines(range(1, 20), 8, 50))))
    rows: list[str] = []
    while sum(map(len, rows)) < _LIST_BYTES:
        rows.append(json.dumps(sample(len(rows) // 8, len(rows) % 8, 60)))
    (folder / "list" / "a.json").write_text(f"[{', '.join(rows)}]", encoding="utf-8")
    for number in range(12):
        content = b"".join(lines(range(number * 5, number * 5 + 5), 8, 20))
        (folder / "many" / f"{number}.jsonl").write_bytes(content)
