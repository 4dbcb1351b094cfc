"""A trajectory log of Tunix's agentic GRPO, written by its own `log_item`.

The agentic learner needs a model of its own kind and accelerators, so what its `TrajectoryCollectEngine` returns for a
trajectory (mode "Token") is made here; how it becomes cells of a CSV table is Tunix's doing. Its `AsyncTrajectoryLogger`
calls the same function in a thread; in 0.1.7 its `stop` may wait for ever, so it is not used.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tunix.utils.trajectory_logger import log_item


def trajectory(step: int, group: int, number: int) -> dict[str, object]:
    """One trajectory with the keys that the engine gives it; every third one has no log-probabilities."""
    text = f'It\'s "{group + step + number}",\nor 短.'
    tokens = np.arange(100, 100 + 5 + number, dtype=np.int32)
    masks = np.ones(len(tokens), dtype=np.int32)
    masks[1] = 0
    return {
        "conversation_text": [
            {"role": "system", "content": "Answer briefly."},
            {"role": "user", "content": f"What is {group}+{step}?"},
            {"role": "assistant", "content": text},
        ],
        "prompt_tokens": [0, 0, 7, 8, 9],
        "conversation_tokens": tokens,
        "conversation_masks": masks,
        "status": "SUCCEEDED" if number else "TRUNCATED",
        "trajectory_reward": np.float32(number / 4),
        "env_time": 0.25,
        "reward_time": 0.5,
        "old_logprobs": None if number == 2 else -np.linspace(0.1, 0.9, len(tokens), dtype=np.float32),
        "policy_version": step,
        "original_input": {"question": np.str_(f"What is {group}+{step}?"), "answer": str(group + step)},
        "group_id": group,
    }


def main(folder: Path) -> None:
    """Writes `trajectory_log_*.csv` into a folder."""
    for step in (0, 1):
        for group in (3, 5):
            for number in range(3):
                log_item(str(folder), trajectory(step, group, number), "1")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
