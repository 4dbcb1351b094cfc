"""Dump folders as miles writes them, from plain data: rollouts, shards of train data, conversations."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packing import write_torch

TOKENS = (11, 12, 13, 21, 22, 23, 24, 25)
"""Three tokens of a prompt and five of a response."""


def sample(index: int, *, tokens: Sequence[int] = TOKENS, response: int = 5, **more: Any) -> dict[str, Any]:
    """A sample as `Sample.to_dict` writes it; the last tokens are its response."""
    return {
        "group_index": index // 2,
        "index": index,
        "prompt": "p",
        "tokens": list(tokens),
        "response": "r",
        "response_length": response,
        "reward": 1.0,
        "status": "completed",
        **more,
    }


def rollout(dump: Path, rollout_id: int, samples: list[dict[str, Any]], prefix: str = "") -> Path:
    """Writes `rollout_data/<id>.pt`."""
    content = {"rollout_id": rollout_id, "metadata": {}, "samples": samples}
    return write_torch(dump / "rollout_data" / f"{prefix}{rollout_id}.pt", content)


def shard(
    dump: Path,
    rollout_id: int,
    rank: int,
    samples: list[dict[str, Any]],
    *,
    cp: tuple[int, int] | None = (0, 1),
    qkv_format: str = "thd",
    **columns: list[Any],
) -> Path:
    """Writes `train_data/<id>_<rank>.pt`; without `cp` as miles wrote it before it told the slices."""
    content = {
        "rollout_id": rollout_id,
        "rank": rank,
        "rollout_data": {
            "tokens": [one["tokens"] for one in samples],
            "response_lengths": [one["response_length"] for one in samples],
            "total_lengths": [len(one["tokens"]) for one in samples],
            "sample_indices": [one["index"] for one in samples],
            "rewards": [0.5] * len(samples),
            **columns,
        },
    }
    if cp is not None:
        content |= {"cp_rank": cp[0], "cp_size": cp[1], "qkv_format": qkv_format}
    return write_torch(dump / "train_data" / f"{rollout_id}_{rank}.pt", content)


def conversations(dump: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    """Writes `trajectory/<name>.jsonl`."""
    path = dump / "trajectory" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def settle(dump: Path) -> None:
    """Makes every file and folder older than the coarsest resolution of file times."""
    then = time.time() - 100
    for path in [*dump.rglob("*"), dump]:
        os.utime(path, (then, then))
