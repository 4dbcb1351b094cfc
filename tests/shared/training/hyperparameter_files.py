"""Settings of a model that are not those of a training."""

from __future__ import annotations

from typing import Any

MODEL: dict[str, Any] = {
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_size": 896,
    "vocab_size": 151936,
    "rms_norm_eps": 1e-6,
    "temperature": 1.0,
    "top_p": 1.0,
    "num_hidden_layers": 24,
    "max_length": 20,
}
