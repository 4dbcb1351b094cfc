"""The code in docs/integrations: every Python block runs, and what it wrote is what the tab would show.

verl and OpenRLHF are stood in for by modules of the same names and signatures. Those of TRL and PyTorch are real: these
tests are in the slow tier (`pip install trl==1.16.0`, then `pytest -m slow tests/docs/test_integrations.py`).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from repository import ROOT

DOCS = ROOT / "docs" / "integrations"


def blocks(name: str) -> list[str]:
    return re.findall(
        r"^```python\n(.*?)^```", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def written(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()
    ]


class Tokenizer:
    """Token n is written `<n>`; 0 pads, 1 ends."""

    pad_token_id, eos_token_id = 0, 1

    def decode(self, ids: list[int], skip_special_tokens: bool = False) -> str:
        return "".join(f"<{i}>" for i in ids if not (skip_special_tokens and i < 2))

    def convert_ids_to_tokens(self, token: int) -> str:
        return f"t{token}"


def batch() -> dict[str, Any]:
    return {
        "prompts": np.array([[0, 10], [11, 12]]),
        "responses": np.array([[30, 1, 0], [31, 32, 33]]),
        "old_log_probs": np.array([[-0.5, -0.25, 0.0], [-1.0, -2.0, -3.0]]),
        "rm_scores": np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.5]]),
    }


CONFIG = {"algorithm": {"gamma": 1.0}, "actor_rollout_ref": {"rollout": {"n": 2}}}


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a module of that name, and its parents, out of the given names."""

    def make(name: str, **names: Any) -> None:
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            if part not in sys.modules:
                monkeypatch.setitem(sys.modules, part, ModuleType(part))
        vars(sys.modules[name]).update(names)

    return make


def close(writer: Any) -> None:
    writer.close()
    assert (writer.written, writer.dropped) == (2, 0)


def test_verl_default_trainer(modules: Any, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    class PPOTrainerSync:
        config, tokenizer, global_steps = CONFIG, Tokenizer(), 5

    def kv_batch_get(keys: list[str], partition_id: str, select_fields: list[str]) -> dict[str, Any]:
        asked.update(keys=keys, partition_id=partition_id, fields=select_fields)
        return batch()

    registry: dict[str, Any] = {"sync": PPOTrainerSync}
    modules("transfer_queue", kv_batch_get=kv_batch_get)
    modules("verl.trainer.ppo.v1.trainer_base", TRAINER_REGISTRY=registry)
    modules("verl.trainer.ppo.v1.trainer_sync", PPOTrainerSync=PPOTrainerSync)
    exec(blocks("verl.md")[0], {})
    trainer: Any = registry["sync"]()
    assert type(trainer) is not PPOTrainerSync
    trainer._log_rollout_data(
        SimpleNamespace(keys=["a_0_0", "b_0_0"], partition_id="train"), {}, str(tmp_path)
    )
    close(trainer.rollouts)
    assert (asked["keys"], asked["partition_id"]) == (["a_0_0", "b_0_0"], "train")
    assert {"responses", "old_log_probs", "uid", "rm_scores"} <= set(asked["fields"])
    first, second = written(tmp_path)
    assert (first["step"], first["reward"], second["reward"]) == (5, 1, 0.5)
    assert first["logprobs"] == [-0.5, -0.25]


def test_verl_other_trainers(modules: Any, tmp_path: Path) -> None:
    class RayPPOTrainer:
        config, tokenizer, global_steps = CONFIG, Tokenizer(), 5

    modules("verl.trainer.ppo.ray_trainer", RayPPOTrainer=RayPPOTrainer)
    exec(blocks("verl.md")[1], {})
    trainer: Any = RayPPOTrainer()
    given = SimpleNamespace(batch=batch(), non_tensor_batch={"uid": np.array(["a", "b"], dtype=object)})
    trainer._log_rollout_data(given, {}, {}, str(tmp_path))
    close(trainer.rollouts)
    assert [row["group_id"] for row in written(tmp_path)] == ["a", "b"]


def test_openrlhf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inserted, defined = blocks("openrlhf.md")
    experience = SimpleNamespace(
        sequences=np.array([[10, 30, 1], [11, 31, 32]]),
        attention_mask=None,
        action_mask=np.array([[1, 1], [1, 1]]),
        action_log_probs=np.array([[-0.5, -0.25], [-1.0, -2.0]]),
        info={"reward": np.array([1.0, 0.5])},
        index=[0, 1],
    )
    maker = SimpleNamespace(make_experience_batch=lambda samples: [experience])
    args = SimpleNamespace(rollout=SimpleNamespace(n_samples_per_prompt=2))
    trainer = SimpleNamespace(experience_maker=maker, args=args, tokenizer=Tokenizer())
    names: dict[str, Any] = {"self": trainer, "rollout_samples": [], "global_step": 4}
    exec(defined, names)
    exec(inserted, names)
    close(trainer.rollouts)
    first, second = written(tmp_path / "runs" / "x")
    assert (first["step"], first["response_tokens"], first["group_id"]) == (5, ["t30", "t1"], "0")
    assert (second["reward"], second["logprobs"]) == (0.5, [-1, -2])


@pytest.mark.slow
def test_pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_board: Any) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install .[examples]")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("pytorch.md")
    names: dict[str, Any] = {}
    exec(code, names)
    (run,) = open_board(tmp_path / "runs").runs().runs
    assert (run.run, run.samples, run.problems, (run.steps.first, run.steps.last)) == ("x", 40, 0, (1, 5))
    assert {metric.name for metric in run.token_metrics} >= {"logprobs", "k3", "entropies"}
    for row in written(tmp_path / "runs" / "x"):
        assert len(row["logprobs"]) == len(row["entropies"]) == len(row["response_tokens"])
        assert row["reward"] == row["response"].count("7")
        assert row["step"] > 1 or row["logprobs"] == row["ref_logprobs"]


@pytest.mark.slow
def test_trl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trl", reason="trl is not installed: pip install trl==1.16.0")
    from datasets import Dataset
    from tokenizers import Tokenizer as Fast
    from tokenizers import models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = ["<pad>", "<eos>", *"0123456789+?"]
    plain = Fast(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="?"))
    plain.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<pad>", eos_token="<eos>")
    tokenizer.save_pretrained(tmp_path / "tiny")
    shape = LlamaConfig(vocab_size=len(words), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
                        num_attention_heads=2, bos_token_id=None, eos_token_id=1, pad_token_id=0)  # fmt: skip
    LlamaForCausalLM(shape).save_pretrained(tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {
        "model": str(tmp_path / "tiny"),
        "correct": lambda completions, answer, **_: [float(a in c) for c, a in zip(completions, answer, strict=True)],
        "short": lambda completions, **_: [-len(c) / 100 for c in completions],
        "dataset": Dataset.from_dict({"prompt": ["1+2?", "3+4?"], "answer": ["3", "7"]}),
        "small": {"per_device_train_batch_size": 4, "num_generations": 2, "max_completion_length": 4, "use_cpu": True,
                  "bf16": False, "report_to": "none", "save_strategy": "no"},
    }  # fmt: skip
    (code,) = blocks("trl.md")
    exec(code, names)
    handler: Any = names["trainer"].callback_handler
    (callback,) = [found for found in handler.callbacks if type(found).__name__ == "RLBoardCallback"]
    callback.close()
    rows = written(tmp_path / "runs" / "x")
    assert [row["step"] for row in rows] == [1] * 4 + [2] * 4
    assert {row["ground_truth"] for row in rows} == {"3", "7"}
    assert all({"<lambda>", "<lambda>_2"} <= row.keys() for row in rows), "two functions of one name"
    assert all(len(row["logprobs"]) == len(row["response_tokens"]) for row in rows)


@pytest.mark.slow
def test_verl_imports_the_module_by_itself(tmp_path: Path) -> None:
    pytest.importorskip("transfer_queue", reason="verl's transfer queue is not installed")
    (tmp_path / "rlboard_verl.py").write_text(blocks("verl.md")[0])
    code = "import verl, rlboard_verl as ours; from verl.trainer.ppo.v1 import get_trainer_cls as get\n"
    code += "assert get('sync') is ours.LoggedTrainer; print('registered')"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    environment = {**os.environ, "VERL_USE_EXTERNAL_MODULES": "rlboard_verl", "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().endswith("registered"), done.stderr
