"""Writes seeded synthetic rollout logs of any size, for benchmarks only (never for the README's screenshots).

    python benchmarks/generate.py --out bench_data/M --tokens 1000 --steps 8 --samples 512

Every line is a whole native sample; float32 numbers are printed as json prints them, two rank files share the samples.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

WORDS = [
    "the",
    "of",
    "and",
    "to",
    "model",
    "reward",
    "policy",
    "step",
    "answer",
    "therefore",
    "春",
    "风",
    "秋",
    "月",
    "山",
    "水",
    "因此",
    "答案",
    "是",
    "等于",
    "那么",
    "▲",
    ".",
]


def sample(rng: np.random.Generator, step: int, prompt: int, n_tokens: int) -> dict[str, object]:
    """Returns one native sample with `n_tokens` response tokens and four per-token arrays."""
    tokens = [WORDS[i] for i in rng.integers(0, len(WORDS), n_tokens)]
    ref = -rng.exponential(0.8, n_tokens).astype(np.float32)
    drift = rng.normal(0.0, 0.02 + 0.002 * step, n_tokens).astype(np.float32)
    logprobs = np.minimum(ref + drift, np.float32(0.0))
    values = rng.normal(0.2, 0.3, n_tokens).astype(np.float32)
    reward = float(rng.normal(0.01 * step, 1.0))
    rewards = (-0.05 * (logprobs - ref)).astype(np.float32)
    rewards[-1] += np.float32(reward)
    return {
        "prompt": f"system\nBe brief.\nuser\nQuestion {prompt}: 请续写这一句，要求押韵。",
        "response": "".join(tokens),
        "response_tokens": tokens,
        "logprobs": logprobs.tolist(),
        "ref_logprobs": ref.tolist(),
        "values": values.tolist(),
        "token_rewards": rewards.tolist(),
        "reward": reward,
        "ref_reward": float(rng.normal(0.0, 1.0)),
        "ref_response": "".join(tokens[: max(1, n_tokens // 8)]),
        "step": step,
        "group_id": str(prompt),
    }


def write(
    out: Path, *, tokens: int, steps: int, samples: int, jitter: float, seed: int, ranks: int = 2
) -> int:
    """Writes the log into `out` and returns the number of bytes written."""
    rng = np.random.default_rng(seed)
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    files = [(out / f"rollouts.rank_{rank}.jsonl").open("w", encoding="utf-8") for rank in range(ranks)]
    for step in range(1, steps + 1):
        for index in range(samples):
            n = max(1, int(tokens * (1 + jitter * rng.uniform(-1, 1))))
            line = json.dumps(sample(rng, step, index // 4, n), ensure_ascii=False) + "\n"
            files[index % ranks].write(line)
            written += len(line.encode())
    for file in files:
        file.close()
    return written


def main() -> None:
    """Reads the command line and writes one log."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--jitter", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    start = time.perf_counter()
    size = write(
        args.out,
        tokens=args.tokens,
        steps=args.steps,
        samples=args.samples,
        jitter=args.jitter,
        seed=args.seed,
    )
    print(f"{args.out}: {size / 1e6:.1f} MB in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
