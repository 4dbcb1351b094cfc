"""Writes seeded synthetic rollout logs of any size, for benchmarks only (never for the README's screenshots).

    python -m benchmarks.generate --out bench_data/M --tokens 1000 --mb 400

Every line is a whole native sample, and no two lines are alike: its tokens and its four arrays are windows into long
pools that were drawn once, so a log is written about as fast as the disk takes it. Numbers are float32 printed as json
prints them, all their digits: 100 to 110 bytes a token. Words follow Zipf's law, some of them Chinese.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import numpy as np

SYLLABLES = [
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "qui",
    "ro",
    "su",
    "ta",
    "ve",
    "wi",
    "xo",
    "yu",
]
COMMON = ["the", "of", "and", "to", "model", "reward", "policy", "step", "answer", "therefore", ".", "\n"]
CHINESE = [*"春风秋月山水是▲", "因此", "答案", "等于", "那么"]
POOL = 1 << 16
"""Places at which a window into the pools may begin; fewer in small logs, which are to be written at once."""
STAGES = 8
"""How often the distance from the reference policy changes in the course of a training."""


@dataclass(frozen=True)
class Log:
    """What a log is made of; the same log has the same bytes every time.

    Attributes:
        samples: lines, over all files.
        tokens: tokens of a response, give or take `jitter` of them.
        words: words of a token; more than one for long texts with short arrays.
        prompt: about so many tokens in a prompt.
        per_step: samples of a step, four of them a group.
        files: rank files, which share the samples of each step.
        prompts: how many prompts the training goes round; 0 for those of one step, again at every step.
    """

    samples: int
    tokens: int
    words: int = 1
    prompt: int = 12
    per_step: int = 512
    jitter: float = 0.2
    files: int = 2
    seed: int = 1
    prompts: int = 0


def sized(mb: float, tokens: int, *, seed: int = 1, files: int = 2) -> Log:
    """A log of about so many megabytes (1e6 bytes)."""
    samples = max(files, round(mb * 1e6 / (tokens * 101 + 350)))
    return Log(samples, tokens, per_step=max(4, min(512, samples // 4)), seed=seed, files=files)


class Column:
    """The items of a JSON list, each already written, of which any stretch is one slice of bytes."""

    def __init__(self, items: list[str], between: str = ", ") -> None:
        written = [item.encode() + between.encode() for item in items]
        self._at = [0, *accumulate(map(len, written))]
        self._bytes, self._between = b"".join(written), len(between)

    def cut(self, start: int, stop: int) -> bytes:
        """The items from `start` to `stop`, without the separator behind the last."""
        return self._bytes[self._at[start] : max(self._at[start], self._at[stop] - self._between)]


class Pool:
    """Everything that lines of a log are cut from."""

    def __init__(self, log: Log) -> None:
        rng = np.random.default_rng(log.seed)
        self.starts = min(POOL, max(1 << 10, log.samples * log.tokens))
        size = self.starts + 2 * max(log.tokens, log.prompt)
        rare = ["".join(rng.choice(SYLLABLES, n)) for n in rng.integers(1, 5, 3_000)]
        words = (
            [f" {word}" if word.isalpha() else word for word in COMMON] + CHINESE + [f" {w}" for w in rare]
        )
        weights = 1 / np.arange(1, len(words) + 1)
        drawn = rng.choice(len(words), (size, log.words), p=weights / weights.sum()).tolist()
        spelt = [json.dumps("".join(words[i] for i in row), ensure_ascii=False) for row in drawn]
        self.tokens, self.text = Column(spelt), Column([token[1:-1] for token in spelt], "")
        ref = -rng.exponential(0.8, size).astype(np.float32)
        drift = rng.normal(0.0, 0.02, (STAGES, size)).astype(np.float32) * np.arange(1, STAGES + 1)[:, None]
        self.ref = _numbers(ref)
        self.logprobs = [_numbers(np.minimum(ref + d, 0).astype(np.float32)) for d in drift]
        self.values = _numbers(rng.normal(0.2, 0.3, size).astype(np.float32))
        self.rewards = _numbers((-0.05 * drift[0]).astype(np.float32))

    def line(self, log: Log, draw: random.Random, step: int, stage: int, prompt: int) -> bytes:
        """One sample as a line of JSON."""
        n = max(1, round(log.tokens * (1 + log.jitter * draw.uniform(-1, 1))))
        a = draw.randrange(self.starts)
        asked = prompt * 7_919 % self.starts  # the same question has the same words at every step
        reward = draw.gauss(0.02 * step, 1.0)
        dense = self.rewards.cut(a, a + n - 1)
        response = self.text.cut(a, a + n)
        return b"".join(
            (
                b'{"prompt": "system\\nBe brief.\\nuser\\nQuestion %d:' % prompt,
                self.text.cut(asked, asked + log.prompt),
                b'", "response": "',
                response,
                b'", "response_tokens": [',
                self.tokens.cut(a, a + n),
                b'], "logprobs": [',
                self.logprobs[stage].cut(a, a + n),
                b'], "ref_logprobs": [',
                self.ref.cut(a, a + n),
                b'], "values": [',
                self.values.cut(a, a + n),
                b'], "token_rewards": [',
                dense + b", " if n > 1 else b"",
                repr(reward).encode(),
                b'], "reward": %r, "ref_reward": %r, "ref_response": "' % (reward, draw.gauss(0.0, 1.0)),
                self.text.cut(a, a + max(1, n // 8)),
                b'", "step": %d, "group_id": "%d"}\n' % (step, prompt),
            )
        )


def _numbers(array: np.ndarray) -> Column:
    return Column([repr(x) for x in array.tolist()])


def write(log: Log, out: Path) -> int:
    """Writes the log into a folder, made where there is none, and returns its size in bytes."""
    out.mkdir(parents=True, exist_ok=True)
    pool, draw, written = Pool(log), random.Random(log.seed), 0
    files: list[BinaryIO] = [
        (out / f"rollouts.rank_{rank}.jsonl").open("wb", buffering=1 << 20) for rank in range(log.files)
    ]
    for index in range(log.samples):
        step, place = divmod(index, log.per_step)
        stage = index * STAGES // log.samples
        prompt = index // 4 % log.prompts if log.prompts else place // 4
        written += files[index % log.files].write(pool.line(log, draw, step + 1, stage, prompt))
    for file in files:
        file.close()
    return written


def further_lines(log: Log, count: int) -> list[bytes]:
    """Further lines of the last step of a log."""
    pool, draw = Pool(log), random.Random(log.seed + 1)
    last = 1 + (log.samples - 1) // log.per_step
    return [pool.line(log, draw, last, STAGES - 1, i // 4) for i in range(count)]


def main() -> None:
    """Reads the command line and writes one log."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--mb", type=float, default=400)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    start = time.perf_counter()
    size = write(sized(args.mb, args.tokens, seed=args.seed), args.out)
    print(f"{args.out}: {size / 1e6:.1f} MB in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
