"""The hooks for verl's and OpenRLHF's batches: with arrays of the documented shapes, and with the trainers' own classes.

The latter need the trainers: `pip install verl==0.9.1 openrlhf==0.11.2` (without their dependencies on GPUs:
`--no-deps`, then `tensordict<=0.10.0 hydra-core pylatexenc`), then `pytest -m slow tests/integrations/test_verl.py`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from batches import EOS, PAD, Tokenizer, written

from tensorboard_plugin_rlboard.integrations.verl import log_verl_batch, verl_settings
from tensorboard_plugin_rlboard.writer import RolloutWriter


def objects(values: list[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def verl_arrays() -> dict[str, Any]:
    """Two samples: 3 of 5 places used with the end token, and all 5 with tool output at the third and fourth."""
    scores = np.zeros((2, 5), dtype=np.float32)
    scores[0, 2], scores[1, 4] = 1.0, 0.25
    return {
        "prompts": np.array([[PAD, 10, 11], [20, 21, 22]]),
        "responses": np.array([[30, 31, EOS, PAD, PAD], [40, 41, 90, 91, 42]]),
        "attention_mask": np.array([[0, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 1, 1]]),
        "response_mask": np.array([[1, 1, 1, 0, 0], [1, 1, 0, 0, 1]]),
        "old_log_probs": -np.arange(10, dtype=np.float32).reshape(2, 5) / 4,
        "ref_log_prob": -np.arange(10, dtype=np.float32).reshape(2, 5) / 2,
        "token_level_scores": scores,
        "token_level_rewards": scores - 0.5,
        "advantages": np.array([[2, 2, 2, 0, 0], [-1, -1, 0, 0, -1]], dtype=np.float32),
        "returns": np.ones((2, 5), dtype=np.float32),
    }


OTHERS = {
    "uid": objects(["a", "b"]),
    "data_source": objects(["gsm8k", "math"]),
    "reward_model": objects([{"ground_truth": 7, "style": "rule"}, {"style": "model"}]),
    "acc": np.array([True, False]),
    "score": np.array([1.0, 0.25]),
    "raw_prompt": objects([[{"role": "user", "content": "x"}]] * 2),
    "tools_kwargs": objects([{}, {}]),
    "note": objects(["x" * 300, "y"]),
}


def check_verl(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert first["prompt"] == "<10><11>"
    assert (first["response"], second["response"]) == ("<30><31>", "<40><41><90><91><42>")
    assert first["response_tokens"] == ["t30", "t31", "t1"]
    assert first["logprobs"] == [0, -0.25, -0.5]
    assert second["ref_logprobs"] == [-2.5, -3, -3.5, -4, -4.5]
    assert (first["reward"], second["reward"]) == (1, 0.25)
    assert first["token_rewards"] == [-0.5, -0.5, 0.5]
    assert second["response_mask"] == [1, 1, 0, 0, 1]
    assert (first["advantage"], second["advantage"]) == (2, -1)
    assert (first["group_id"], second["group_id"]) == ("a", "b")
    assert first["step"] == 12


def test_a_dataproto_of_verl(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        batch = SimpleNamespace(batch=verl_arrays(), non_tensor_batch=OTHERS)
        log_verl_batch(writer, batch, Tokenizer(), 12)
    first, second = written(tmp_path)
    check_verl(first, second)
    assert (first["finish_reason"], second["finish_reason"]) == ("stop", "length")
    assert (first["ground_truth"], "ground_truth" in second) == ("7", False)
    assert (first["acc"], second["acc"]) == (True, False)
    assert (first["score"], first["data_source"]) == (1.0, "gsm8k")
    assert not {"raw_prompt", "tools_kwargs", "note", "values", "entropies"} & first.keys()


class Nested(list[Any]):
    """What is asked of a nested tensor."""

    is_nested = True

    def unbind(self) -> list[Any]:
        return list(self)


def nested_arrays() -> dict[str, Any]:
    padded = verl_arrays()
    ends = (3, 5)
    cut = {
        name: Nested(row[:end] for row, end in zip(values, ends, strict=True))
        for name, values in padded.items()
        if values.shape[1] == 5
    }
    cut["rm_scores"] = cut.pop("token_level_scores")
    cut["prompts"] = Nested([np.array([10, 11]), np.array([20, 21, 22])])
    return {**cut, "entropy": cut["returns"], "uid": OTHERS["uid"], "reward_model": OTHERS["reward_model"]}


def test_nested_tensors_of_verl_from_a_function(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        log_verl_batch(writer, nested_arrays, Tokenizer(), 12, split="eval")
    first, second = written(tmp_path)
    check_verl(first, second)
    assert (first["finish_reason"], "finish_reason" in second) == ("stop", False), "the room is not known"
    assert first["entropies"] == [1, 1, 1]
    assert first["split"] == "eval"


def test_token_wise_advantages_are_no_advantage_of_the_sample(tmp_path: Path) -> None:
    arrays = verl_arrays()
    arrays["advantages"][0, 1] = 3
    with RolloutWriter(tmp_path) as writer:
        log_verl_batch(writer, arrays, Tokenizer(), 12)
    first, _ = written(tmp_path)
    assert "advantage" not in first
    assert first["advantages"] == [2, 3, 2]
    assert "group_id" not in first


def test_without_masks_padding_is_told_by_its_token(tmp_path: Path) -> None:
    arrays = {name: verl_arrays()[name] for name in ("prompts", "responses", "old_log_probs")}
    with RolloutWriter(tmp_path) as writer:
        log_verl_batch(writer, arrays, Tokenizer(), 12)
    first, second = written(tmp_path)
    assert (first["prompt"], first["response_tokens"]) == ("<10><11>", ["t30", "t31", "t1"])
    assert len(second["logprobs"]) == 5
    assert "response_mask" not in second


def test_a_batch_that_cannot_be_read_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tensorboard_plugin_rlboard.integrations import verl
    from tensorboard_plugin_rlboard.integrations.method_listener import MethodListener

    monkeypatch.setattr(verl, "_listener", MethodListener("RL Board's hook for verl"))

    def lost() -> Any:
        raise ConnectionError("the queue is gone")

    with caplog.at_level(logging.WARNING), RolloutWriter(tmp_path) as writer:
        log_verl_batch(writer, lost, Tokenizer(), 1)
        log_verl_batch(writer, {}, Tokenizer(), 2)
    (record,) = [record for record in caplog.records if "hook" in record.message]
    assert record.message.startswith("RL Board's hook for verl: ConnectionError: the queue is gone.")
    assert verl._listener.failures == 2


def test_a_tokenizer_is_asked_once_for_each_token(tmp_path: Path) -> None:
    asked: list[int] = []

    class Slow(Tokenizer):
        def convert_ids_to_tokens(self, token: int) -> str:
            asked.append(token)
            return super().convert_ids_to_tokens(token)

    tokenizer = Slow()
    with RolloutWriter(tmp_path) as writer:
        for step in range(3):
            log_verl_batch(writer, verl_arrays(), tokenizer, step)
        log_verl_batch(writer, verl_arrays(), Tokenizer(), 3)
    assert sorted(asked) == sorted({30, 31, EOS, 40, 41, 90, 91, 42})
    assert len(written(tmp_path)) == 8


def test_settings_of_verl() -> None:
    config: dict[str, Any] = {
        "algorithm": {"gamma": 1.0, "lam": 0.95, "adv_estimator": "grpo", "use_kl_in_reward": False},
        "actor_rollout_ref": {
            "actor": {"use_kl_loss": True, "kl_loss_coef": 0.001, "clip_ratio": 0.2, "optim": {"lr": 1e-6}},
            "rollout": {"temperature": 1.0, "n": 8},
        },
    }
    config["algorithm"]["kl_ctrl"] = {"kl_coef": 0.5}
    assert verl_settings(config) == {
        "gamma": 1.0,
        "lam": 0.95,
        "adv_estimator": "grpo",
        "kl_loss_coef": 0.001,
        "beta": 0.001,
        "epsilon": 0.2,
        "learning_rate": 1e-6,
        "temperature": 1.0,
        "num_generations": 8,
    }
    assert verl_settings({}) == {}


@pytest.mark.slow
def test_the_real_dataproto(tmp_path: Path) -> None:
    verl = pytest.importorskip("verl", reason="verl is not installed")
    import torch

    tensors = {name: torch.from_numpy(values) for name, values in verl_arrays().items()}
    tensors["old_log_probs"] = tensors["old_log_probs"].to(torch.bfloat16)
    batch = verl.DataProto.from_dict(tensors=tensors, non_tensors=dict(OTHERS))
    with RolloutWriter(tmp_path) as writer:
        log_verl_batch(writer, batch, Tokenizer(), 12)
    check_verl(*written(tmp_path))


@pytest.mark.slow
def test_a_real_tensordict_of_nested_tensors(tmp_path: Path) -> None:
    tensordict = pytest.importorskip("tensordict", reason="tensordict is not installed")
    import torch

    fields: dict[str, Any] = {}
    for name, values in nested_arrays().items():
        if isinstance(values, Nested):
            rows = [torch.from_numpy(np.asarray(row)) for row in values]
            fields[name] = torch.nested.as_nested_tensor(rows, layout=torch.jagged)
        else:
            fields[name] = tensordict.NonTensorStack(*(tensordict.NonTensorData(item) for item in values))
    batch = tensordict.TensorDict(fields, batch_size=2)
    with RolloutWriter(tmp_path) as writer:
        log_verl_batch(writer, batch, Tokenizer(), 12)
    check_verl(*written(tmp_path))
