"""A training of ms-swift's GRPO on a CPU with `log_completions` and `log_entropy`: two reward functions, two steps."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from real_dumps.tiny_model import PROMPTS, save_model

_REWARD_FUNCTIONS = """
from swift.rewards import ORM, orms

class Digits(ORM):
    def __call__(self, completions, **_):
        return [sum(c.isdigit() for c in text) / 4 for text in completions]

class Brevity(ORM):
    def __call__(self, completions, **_):
        return [-len(text) / 20 for text in completions]

orms.update(digits=Digits, brevity=Brevity)
"""
_OPTIONS = {
    "rlhf_type": "grpo",
    "model_type": "llama",
    "template": "chatml",
    "reward_weights": "1 0.5",
    "num_generations": "4",
    "per_device_train_batch_size": "8",
    "max_completion_length": "12",
    "max_steps": "2",
    "log_completions": "true",
    "log_entropy": "true",
    "report_to": "none",
    "use_cpu": "true",
    "torch_dtype": "float32",
    "tuner_type": "full",
    "learning_rate": "1e-2",
    "beta": "0.05",
    "logging_steps": "1",
    "save_strategy": "no",
    "dataset_num_proc": "1",
    "dataloader_num_workers": "0",
    "reward_funcs": "digits brevity",
}


def main(folder: Path) -> None:
    """Trains, and writes `completions.jsonl`, `args.json` and `logging.jsonl` into a folder of the training's time."""
    with tempfile.TemporaryDirectory() as work:
        model, data, plugin = Path(work) / "model", Path(work) / "data.jsonl", Path(work) / "plugin.py"
        save_model(model)
        rows = (
            {"messages": [{"role": "user", "content": p}], "solution": str(i)} for i, p in enumerate(PROMPTS)
        )
        data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        plugin.write_text(_REWARD_FUNCTIONS)
        files = {
            "model": str(model),
            "dataset": str(data),
            "external_plugins": str(plugin),
            "output_dir": str(folder),
        }
        command = [str(Path(sys.executable).parent / "swift"), "rlhf"]
        for name, value in (_OPTIONS | files).items():
            command += [f"--{name}", *value.split(" ")]
        subprocess.run(command, check=True, cwd=work)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
