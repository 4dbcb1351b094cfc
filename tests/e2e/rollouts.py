"""Small logs with numbers that belong together: log-probabilities below zero, rewards made of their tokens' parts."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]

WORDS = (
    " the",
    " moon",
    " rises",
    " over",
    " a",
    " quiet",
    " river",
    ",",
    " and",
    " autumn",
    " 秋",
    "风",
    " sings",
    ".",
)
PROMPTS = (
    "Write a line about the moon.",
    "Write a line about rain.",
    "写一句秋天的诗。",
    "Write a line about home.",
)


def sample(step: int, index: int, length: int = 24, drift: float = 1.0) -> Row:
    """One response, always the same for the same arguments.

    Args:
        step: the trainer's step.
        index: which of the step's samples it is; its prompt follows from it.
        length: number of response tokens.
        drift: how far the policy has moved from the reference at this step.
    """
    rng = random.Random(1000 * step + index)
    tokens = [rng.choice(WORDS) for _ in range(length - 1)] + ["<|end|>"]
    logprobs = [-rng.expovariate(1.2) - 0.001 for _ in tokens]
    ref_logprobs = [min(-0.0005, value - rng.gauss(0.1, 0.4) * drift) for value in logprobs]
    reward = math.tanh(step / 100 + rng.gauss(0, 0.5))
    # As PPO trains on it: the penalty at every token, the score at the last.
    penalties = [-0.1 * (p - q) for p, q in zip(logprobs, ref_logprobs, strict=True)]
    return {
        "step": step,
        "prompt": PROMPTS[index % len(PROMPTS)],
        "response": "".join(tokens),
        "response_tokens": tokens,
        "logprobs": logprobs,
        "ref_logprobs": ref_logprobs,
        "values": [reward * (i + 1) / length + rng.gauss(0, 0.1) for i in range(length)],
        "token_rewards": [*penalties[:-1], penalties[-1] + reward],
        "reward": reward,
        "ref_response": " the moon.",
        "ref_reward": math.tanh(rng.gauss(0, 0.5)),
        "ground_truth": "moon",
        "finish_reason": "stop",
    }


def training(steps: Iterable[int], samples: int) -> list[Row]:
    """Every sample of several steps, in the order of logging; 16 to 34 tokens each."""
    return [
        sample(step, index, length=16 + (7 * index + step) % 19, drift=step / 50)
        for step in steps
        for index in range(samples)
    ]


def lines(rows: Iterable[Row]) -> str:
    """The rows as a log file's text; NaN and Infinity bare, as Python's json writes them."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write(folder: Path, rows: Iterable[Row], name: str = "rollouts.rank_0.jsonl") -> Path:
    """Writes a new log file, making its folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(lines(rows), encoding="utf-8")
    return path


def append(path: Path, text: str) -> None:
    """Adds to a log as a training does."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def log_ratio(row: Row, i: int) -> float:
    """k1 of a token: policy minus reference."""
    return float(row["logprobs"][i] - row["ref_logprobs"][i])


def k3(row: Row, i: int) -> float:
    """The KL term of GRPO for a token."""
    ratio = log_ratio(row, i)
    return math.exp(-ratio) - 1 + ratio
