"""Real trainings of TRL on a CPU, with a tiny model that is made here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion

trl = pytest.importorskip("trl", reason="trl is not installed: pip install trl==1.16.0")

import torch  # noqa: E402 - TRL brings it
from datasets import Dataset  # noqa: E402 - TRL brings it
from real_dumps import tiny_model  # noqa: E402 - it needs torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast  # noqa: E402 - TRL brings it

from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback  # noqa: E402 - it needs transformers

Trained = Callable[..., tuple[Any, Path]]
PROMPTS = tiny_model.PROMPTS


def digits(completions: list[Any], **_: Any) -> list[float]:
    return [sum(c.isdigit() for c in said(completion)) / 4 for completion in completions]


def brevity(completions: list[Any], answer: list[str], **_: Any) -> list[float | None]:
    """Judges only every second sample."""
    return [None if i % 2 else -len(said(c)) / 20 for i, c in enumerate(completions)]


def said(completion: Any) -> str:
    return completion if isinstance(completion, str) else str(completion[0]["content"])


def trained(tiny: Path, tmp_path: Path) -> Trained:
    """A function that trains the model in a folder, and returns its trainer and the folder of its log."""

    def make(
        kind: str = "GRPO", chat: bool = False, listening: bool = True, more: Any = None, **settings: Any
    ) -> tuple[Any, Path]:
        prompts = [[{"role": "user", "content": text}] for text in PROMPTS] if chat else PROMPTS
        data = Dataset.from_dict(
            {"prompt": prompts, "answer": [str(i) for i in range(8)], "level": list(range(8))}
        )
        config = getattr(trl, f"{kind}Config")(
            **{
                "output_dir": str(tmp_path / "out"),
                "per_device_train_batch_size": 8,
                "per_device_eval_batch_size": 8,
                "num_generations": 4,
                "max_completion_length": 12,
                "max_steps": 3,
                "logging_steps": 1,
                "learning_rate": 1e-2,
                "beta": 0.05,
                "report_to": "none",
                "save_strategy": "no",
                "use_cpu": True,
                "bf16": False,
                "reward_weights": [1.0, 0.5],
                "seed": 1,
                **settings,
            }
        )
        callback = RLBoardCallback(tmp_path / "runs" / "x", columns=["level"], precision=None)
        callbacks = [callback] if listening else []
        trainer = getattr(trl, f"{kind}Trainer")(
            model=str(tiny),
            reward_funcs=[digits, brevity],
            args=config,
            train_dataset=data,
            eval_dataset=data.select(range(4)),
            processing_class=PreTrainedTokenizerFast.from_pretrained(tiny),
            callbacks=callbacks,
            **(more or {}),
        )
        trainer.train()
        callback.close()
        return trainer, tmp_path / "runs" / "x"

    return make


def rows(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    found = [
        json.loads(line)
        for path in sorted(folder.glob("rollouts*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    return [row for row in found if row["split"] == split]


def logged(trainer: Any, key: str) -> dict[int, float]:
    return {entry["step"]: entry[key] for entry in trainer.state.log_history if entry.get(key) is not None}


def curve(board: Board, metric: str, split: str = "train") -> dict[int, float]:
    found = board.steps(StepsQuestion(Selection(".", split=split), (metric,)))
    return {
        step: mean
        for step, mean in zip(found.step, found.metrics[metric].mean, strict=True)
        if mean is not None
    }


def recomputed(tiny: Path, row: dict[str, Any]) -> list[float]:
    """Log-probabilities of a sample under the untrained model, from its logged prompt and tokens alone."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tiny)
    model = LlamaForCausalLM.from_pretrained(tiny).eval()
    prompt = tokenizer(row["prompt"], add_special_tokens=False)["input_ids"]
    response = tokenizer.convert_tokens_to_ids(row["response_tokens"])
    with torch.no_grad():
        logits = model(torch.tensor([prompt + response])).logits[0].log_softmax(-1)
    return [float(logits[len(prompt) + i - 1, token]) for i, token in enumerate(response)]
