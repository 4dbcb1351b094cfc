"""The hook for OpenRLHF's experiences."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from batches import EOS, PAD, Tokenizer, written

from tensorboard_plugin_rlboard.integrations.openrlhf import log_openrlhf_experience, openrlhf_settings
from tensorboard_plugin_rlboard.writer import RolloutWriter


def openrlhf_fields() -> dict[str, Any]:
    """Two turns in the second sample: an environment said token 90 between them. Arrays belong to ids 1 to 6."""
    mask = np.array([[0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 1]])
    return {
        "sequences": np.array([[10, 11, 30, EOS, PAD, PAD, PAD], [20, 21, 22, 40, 41, 90, EOS]]),
        "attention_mask": np.array([[1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1]]),
        "action_mask": mask,
        "action_log_probs": -np.arange(12, dtype=np.float32).reshape(2, 6),
        "advantages": mask * np.array([[1.5], [-0.5]], dtype=np.float32),
        "returns": mask * np.array([[1.5], [-0.5]], dtype=np.float32),
        "rewards": np.array([1.0, -0.5], dtype=np.float32),
        "truncated": np.array([False, True]),
        "index": [4, 9],
        "prompts": ["a", "b"],
        "labels": ["7", "8"],
        "info": {
            "reward": np.array([1.0, 0.0], dtype=np.float32),
            "kl": np.array([0.5, 0.25], dtype=np.float32),
        },
    }


def check_openrlhf(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert (first["prompt"], second["prompt"]) == ("<10><11>", "<20><21><22>")
    assert first["response_tokens"] == ["t30", "t1"]
    assert second["response_tokens"] == ["t40", "t41", "t90", "t1"]
    assert second["response_mask"] == [1, 1, 0, 1]
    assert first["logprobs"] == [-1, -2]
    assert second["logprobs"] == [-8, -9, -10, -11]
    assert (first["advantage"], second["advantage"]) == (1.5, -0.5)
    assert (first["reward"], second["reward"], second["shaped_reward"]) == (1, 0, -0.5)
    assert (first["finish_reason"], second["finish_reason"]) == ("stop", "length")
    assert (first["group_id"], second["group_id"]) == ("1", "2")
    assert (first["kl"], first["ground_truth"], first["step"]) == (0.5, "7", 3)
    assert "values" not in first


def test_an_experience_of_openrlhf(tmp_path: Path) -> None:
    with RolloutWriter(tmp_path) as writer:
        log_openrlhf_experience(writer, SimpleNamespace(**openrlhf_fields()), Tokenizer(), 3, group_size=4)
    check_openrlhf(*written(tmp_path))


def test_arrays_as_wide_as_the_response_of_older_openrlhf(tmp_path: Path) -> None:
    fields = openrlhf_fields()
    narrow = {
        name: values[:, 2:]
        for name, values in fields.items()
        if getattr(values, "ndim", 0) == 2 and values.shape[1] == 6
    }
    # Prompts were padded to one width, so that responses began in one column.
    narrow["sequences"] = np.array([[PAD, 10, 11, 30, EOS, PAD, PAD], [20, 21, 22, 40, 41, 90, EOS]])
    narrow["attention_mask"] = np.array([[0, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 1]])
    narrow["action_mask"] = np.array([[1, 1, 0, 0], [1, 1, 0, 1]])
    narrow["action_log_probs"] = np.array([[-1.0, -2, 0, 0], [-8, -9, -10, -11]])
    narrow["advantages"] = narrow["action_mask"] * np.array([[1.5], [-0.5]])
    with RolloutWriter(tmp_path) as writer:
        log_openrlhf_experience(writer, SimpleNamespace(**{**fields, **narrow}), Tokenizer(), 3, group_size=4)
    check_openrlhf(*written(tmp_path))


def test_settings_of_openrlhf() -> None:
    advantage = SimpleNamespace(gamma=1.0, lambd=0.95, estimator="gae")
    kl = SimpleNamespace(init_coef=0.01, estimator="k1")
    args = SimpleNamespace(algo=SimpleNamespace(advantage=advantage, kl=kl))
    found = openrlhf_settings(args)
    assert found == {"gamma": 1.0, "lam": 0.95, "adv_estimator": "gae", "beta": 0.01, "kl_estimator": "k1"}


@pytest.mark.slow
def test_the_real_experience(tmp_path: Path) -> None:
    pytest.importorskip("openrlhf", reason="openrlhf is not installed")
    import torch
    from openrlhf.trainer.ppo_utils.experience import Experience

    def tensor(value: Any) -> Any:
        return torch.from_numpy(value) if isinstance(value, np.ndarray) else value

    fields = {name: tensor(value) for name, value in openrlhf_fields().items()}
    fields["info"] = {name: tensor(value) for name, value in fields["info"].items()}
    with RolloutWriter(tmp_path) as writer:
        log_openrlhf_experience(writer, Experience(**fields), Tokenizer(), 3, group_size=4)
    check_openrlhf(*written(tmp_path))
