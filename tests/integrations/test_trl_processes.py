"""RLBoardCallback where it is on its own: several processes, unknown versions of TRL, no folder."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from repository import ROOT
from trl_training import rows

pytestmark = pytest.mark.slow
trl = pytest.importorskip("trl", reason="trl is not installed: pip install trl==1.16.0")

import torch  # noqa: E402 - TRL brings it
from transformers import PreTrainedTokenizerFast  # noqa: E402 - TRL brings it

from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback  # noqa: E402 - it needs transformers

TWO_PROCESSES = """
import sys
from pathlib import Path

from trl_training import PROMPTS, brevity, digits
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer
from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback

tiny, out = sys.argv[1:]
config = GRPOConfig(
    output_dir=out + "/out", per_device_train_batch_size=4, num_generations=8, max_completion_length=8, max_steps=2,
    logging_steps=1, beta=0.05, report_to="none", save_strategy="no", use_cpu=True, bf16=False, learning_rate=1e-2,
)
data = Dataset.from_dict({"prompt": PROMPTS, "answer": [str(i) for i in range(8)]})
callback = RLBoardCallback(out + "/x", precision=None)
trainer = GRPOTrainer(tiny, [digits, brevity], config, train_dataset=data, callbacks=[callback])
trainer.train()
callback.close()
if trainer.accelerator.is_main_process:
    import json
    Path(out, "log.json").write_text(json.dumps(trainer.state.log_history))
"""


def test_two_processes_write_their_own_samples(tiny: Path, tmp_path: Path) -> None:
    """A group of eight is spread over both; TRL gathers rewards of both in each."""
    script = tmp_path / "train.py"
    script.write_text(TWO_PROCESSES)
    path = os.pathsep.join([str(ROOT / "tests" / "shared"), str(ROOT), *sys.path])
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc_per_node=2",
        str(script),
    ]
    done = subprocess.run(
        [*command, str(tiny), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    files = sorted((tmp_path / "x").glob("rollouts.rank_*.jsonl"))
    assert [path.name for path in files] == ["rollouts.rank_0.jsonl", "rollouts.rank_1.jsonl"]
    written = rows(tmp_path / "x")
    assert Counter(row["step"] for row in written) == {1: 8, 2: 8}
    logs = {
        entry["step"]: entry for entry in json.loads((tmp_path / "log.json").read_text()) if "reward" in entry
    }
    for step in (1, 2):
        here = [row for row in written if row["step"] == step]
        assert len({row["group_id"] for row in here}) == 1
        assert len({row["prompt"] for row in here}) == 1
        assert fmean(row["reward"] for row in here) == pytest.approx(logs[step]["reward"], abs=1e-5)
        assert sum(row["advantage"] for row in here) == pytest.approx(0, abs=1e-3)
        for row in here:
            assert row["digits"] == sum(c.isdigit() for c in row["response"]) / 4, (
                "rewards are its own process's"
            )
            assert len(row["logprobs"]) == len(row["ref_logprobs"]) == len(row["response_tokens"])


class Unknown:
    """A trainer of a version that has only half of what is listened to, with a generation of two samples."""

    class Model:
        training = True

    class State:
        global_step = 4

    class Accelerator:
        process_index = 1

    def __init__(self, tokenizer: Any) -> None:
        self.processing_class = tokenizer
        self.model, self.state, self.accelerator = self.Model(), self.State(), self.Accelerator()
        self.args = type("Args", (), {"output_dir": "unused"})()
        self.num_generations = 2

    def _generate_and_score_completions(self, inputs: list[Any]) -> dict[str, Any]:
        ids = torch.tensor([[10, 11, 2], [12, 2, 0]])
        mask = torch.tensor([[1, 1, 1], [1, 1, 0]])
        prompt = torch.tensor([[0, 20], [0, 20]])
        return {
            "prompt_ids": prompt,
            "prompt_mask": torch.tensor([[0, 1], [0, 1]]),
            "completion_ids": ids,
            "completion_mask": mask,
            "advantages": torch.tensor([[0.5, 0.25, 0.125], [-1.0, -2.0, 0.0]], dtype=torch.bfloat16),
        }


def test_an_unknown_version_gives_what_it_has(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = Unknown(PreTrainedTokenizerFast.from_pretrained(tiny))
    with caplog.at_level(logging.WARNING):
        callback = RLBoardCallback(tmp_path).attach(trainer)
        trainer._generate_and_score_completions([{"prompt": "p"}, {"prompt": "p"}])
        callback.close()
    told = [record.message for record in caplog.records]
    assert len(told) == 2
    assert "has no _calculate_rewards; rewards are not written" in told[0]
    assert "shows no log-probabilities" in told[1]
    first, second = (
        json.loads(line) for line in (tmp_path / "rollouts.rank_1.jsonl").read_text().splitlines()
    )
    assert (first["step"], first["prompt"], first["finish_reason"]) == (5, "p", "stop")
    assert first["advantages"] == [0.5, 0.25, 0.125]
    assert second["advantages"] == [-1.0, -2.0]
    assert second["response_tokens"][-1] == "<|im_end|>"
    assert first["group_id"] == second["group_id"] == "0.1"
    assert "reward" not in first


def test_without_a_folder_it_is_the_trainers_own(tiny: Path, tmp_path: Path) -> None:
    trainer = Unknown(PreTrainedTokenizerFast.from_pretrained(tiny))
    trainer.args.output_dir = str(tmp_path / "out")
    callback = RLBoardCallback().attach(trainer)
    trainer._generate_and_score_completions([{"prompt": "p"}, {"prompt": "p"}])
    callback.close()
    assert len(rows(tmp_path / "out")) == 2


def test_a_callback_alone_says_that_it_has_no_trainer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        callback = RLBoardCallback(tmp_path)
        callback.on_train_begin(None, None, None)
        callback.on_train_end(None, None, None)
    assert "could not be found: call .attach(trainer)" in caplog.text
    assert not list(tmp_path.iterdir())
