"""A training of TRL's GRPO on a CPU with `log_completions`: two reward functions, columns of their own, two steps."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import trl
from datasets import Dataset
from real_dumps.tiny_model import PROMPTS, save_model
from transformers import PreTrainedTokenizerFast


def digits(
    completions: list[str], log_extra: Callable[[str, list[object]], None] | None = None, **_: object
) -> list[float]:
    """The share of digits; logs a column of texts and one of numbers where TRL lets a reward function do that."""
    counts = [sum(c.isdigit() for c in completion) for completion in completions]
    if log_extra is not None:
        log_extra("first_character", [completion[:1] for completion in completions])
        log_extra("digit_count", list(counts))
    return [count / 4 for count in counts]


def brevity(completions: list[str], **_: object) -> list[float | None]:
    """Judges only every second sample."""
    return [None if i % 2 else -len(completion) / 20 for i, completion in enumerate(completions)]


def main(folder: Path) -> None:
    """Trains, and writes `completions/completions_*.parquet` into a folder."""
    with tempfile.TemporaryDirectory() as model:
        save_model(Path(model))
        data = Dataset.from_dict({"prompt": PROMPTS, "answer": [str(i) for i in range(8)]})
        config = trl.GRPOConfig(
            output_dir=str(folder),
            per_device_train_batch_size=8,
            num_generations=4,
            max_completion_length=12,
            max_steps=2,
            logging_steps=1,
            learning_rate=1e-2,
            beta=0.05,
            report_to="none",
            save_strategy="no",
            use_cpu=True,
            bf16=False,
            reward_weights=[1.0, 0.5],
            log_completions=True,
            seed=1,
        )
        trainer = trl.GRPOTrainer(
            model=model,
            reward_funcs=[digits, brevity],
            args=config,
            train_dataset=data,
            processing_class=PreTrainedTokenizerFast.from_pretrained(model),
        )
        trainer.train()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
