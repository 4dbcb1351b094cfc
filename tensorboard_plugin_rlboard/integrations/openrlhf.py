"""Writes rollouts of OpenRLHF: one call with each experience that its trainer made.

Written against openrlhf 0.11.2, whose `Experience` is read by its attributes; nothing of it is imported.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.integrations.batches import (
    as_list,
    is_column,
    row_arrays,
    sample_advantages,
    select_hyperparameters,
    token_strings,
)
from tensorboard_plugin_rlboard.integrations.generation import unused_name
from tensorboard_plugin_rlboard.integrations.method_listener import MethodListener
from tensorboard_plugin_rlboard.writer import RolloutWriter

_ARRAYS = {
    "logprobs": "action_log_probs",
    "ref_logprobs": "base_action_log_probs",
    "rollout_logprobs": "rollout_log_probs",
    "values": "values",
    "advantages": "advantages",
    "returns": "returns",
}
_HYPERPARAMETERS = {
    "gamma": "algo.advantage.gamma",
    "lam": "algo.advantage.lambd",
    "adv_estimator": "algo.advantage.estimator",
    "beta": "algo.kl.init_coef",
    "kl_estimator": "algo.kl.estimator",
    "learning_rate": "actor.adam.lr",
    "num_generations": "rollout.n_samples_per_prompt",
    "rollout_batch_size": "rollout.batch_size",
    "temperature": "rollout.temperature",
}
_listener = MethodListener("RL Board's hook for OpenRLHF")


def openrlhf_settings(args: Any) -> dict[str, Any]:
    """The hyperparameters in the trainer's `args`, for `RolloutWriter(config=...)`."""
    return select_hyperparameters(args, _HYPERPARAMETERS)


def log_openrlhf_experience(
    writer: RolloutWriter, experience: Any, tokenizer: Any, step: int, *, group_size: int | None = None
) -> None:
    """Write the B samples of an experience. Never raises: an error becomes one warning.

    Args:
        writer: where to.
        experience: with `sequences` (B × S ids of prompt and response) and `action_mask`. Its width W says how arrays
            lie: they belong to the last W ids of `sequences`. That is S − 1 in 0.11, the length of the response in older
            versions. A response reaches from its first to its last action; what is no action between them (what an
            environment or a tool said) is masked.
        tokenizer: of the policy.
        step: the step under which the trainer will report, `global_step + 1` in its `train_step`.
        group_size: samples of one prompt (`rollout.n_samples_per_prompt`), to tell groups by `experience.index`;
            without, samples of equal prompt are a group.
    """
    _listener.call_safely(_log, writer, experience, tokenizer, step, group_size)


def _log(writer: RolloutWriter, experience: Any, tokenizer: Any, step: int, group_size: int | None) -> None:
    masks = [row.astype(bool) for row in row_arrays(experience.action_mask)]
    sequences, width = row_arrays(experience.sequences), len(masks[0])
    spans = [(int(on.argmax()), int(np.flatnonzero(on).max(initial=-1)) + 1) for on in masks]
    counted = [on[a:b] for on, (a, b) in zip(masks, spans, strict=True)]
    ids = [row[len(row) - width :][a:b].tolist() for row, (a, b) in zip(sequences, spans, strict=True)]
    attended = (
        row_arrays(experience.attention_mask)
        if experience.attention_mask is not None
        else [row >= 0 for row in sequences]
    )
    prompts = [
        row[: len(row) - width + a][on[: len(row) - width + a].astype(bool)]
        for row, on, (a, _) in zip(sequences, attended, spans, strict=True)
    ]
    spelt = token_strings(tokenizer)
    columns: dict[str, Any] = {
        "prompt": [tokenizer.decode(row.tolist()) for row in prompts],
        "response": [tokenizer.decode(row, skip_special_tokens=True) for row in ids],
        "response_tokens": [[spelt[token] for token in row] for row in ids],
    }
    if not all(row.all() for row in counted):
        columns["response_mask"] = [row.astype(int) for row in counted]
    for name, theirs in _ARRAYS.items():
        values = getattr(experience, theirs, None)
        if values is not None:
            columns[name] = [row[a:b] for row, (a, b) in zip(row_arrays(values), spans, strict=True)]
    if "advantages" in columns:
        columns["advantage"] = sample_advantages(columns["advantages"], counted)
    columns |= _sample_columns(experience, len(ids), group_size)
    given = {"step": step, **columns}
    writer.log_batch(**{name: values for name, values in given.items() if values is not None})


def _sample_columns(experience: Any, size: int, group_size: int | None) -> dict[str, Any]:
    """Columns with one value a sample: reward, finish reason, ground truth, group and those of `info`."""
    info = dict(getattr(experience, "info", None) or {})
    found: dict[str, Any] = {}
    reward = info.pop("reward", None)
    shaped = getattr(experience, "rewards", None)
    # `rewards` has the length penalties in it; `info` keeps what the judge said.
    found["reward"] = (
        None if reward is None and shaped is None else as_list(shaped if reward is None else reward)
    )
    if reward is not None and shaped is not None and as_list(shaped) != as_list(reward):
        found["shaped_reward"] = as_list(shaped)
    truncated = getattr(experience, "truncated", None)
    if truncated is not None:
        found["finish_reason"] = ["length" if cut else "stop" for cut in as_list(truncated)]
    labels = getattr(experience, "labels", None)
    if labels and len(labels) == size:
        found["ground_truth"] = [None if label is None else str(label) for label in labels]
    index = getattr(experience, "index", None)
    if index is not None and group_size:
        found["group_id"] = [str(int(place) // group_size) for place in index]
    for name, values in info.items():
        column = as_list(values) if hasattr(values, "__len__") and not isinstance(values, str) else []
        if len(column) == size and is_column(column):
            found[unused_name(name, found)] = column
    return found
