"""Writes rollouts of verl: one call with the batch that the trainer has after it computed advantages.

Written against verl 0.9.1: a `DataProto` (legacy, one-step-off and fully asynchronous trainers), or the `TensorDict` of
nested tensors that the default trainer (`trainer.use_v1`) gets from its transfer queue. Nothing of verl is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from tensorboard_plugin_rlboard.integrations.generation import Array, tensor_to_numpy, unused_name
from tensorboard_plugin_rlboard.integrations.method_listener import MethodListener
from tensorboard_plugin_rlboard.writer import RolloutWriter

_ARRAYS = {
    "logprobs": ("old_log_probs",),
    "ref_logprobs": ("ref_log_prob", "ref_log_probs"),
    "rollout_logprobs": ("rollout_log_probs",),
    "values": ("values",),
    "token_rewards": ("token_level_rewards",),
    "advantages": ("advantages",),
    "returns": ("returns",),
    "entropies": ("entropy", "entropys"),
}
_SCORE_FIELDS = ("token_level_scores", "rm_scores")
FIELDS = (
    "uid", "data_source", "reward_model", "prompts", "responses", "response_mask", *_SCORE_FIELDS,
    *(name for names in _ARRAYS.values() for name in names),
)  # fmt: skip
"""Every field that is read, for trainers that fetch fields by name."""
_HANDLED_COLUMNS = frozenset({"uid", "reward_model", "raw_prompt", "raw_prompt_ids", "index", "extra_info"})
_HYPERPARAMETERS = {
    "gamma": "algorithm.gamma",
    "lam": "algorithm.lam",
    "adv_estimator": "algorithm.adv_estimator",
    "kl_in_reward": "algorithm.use_kl_in_reward",
    "kl_reward_coef": "algorithm.kl_ctrl.kl_coef",
    "kl_loss": "actor_rollout_ref.actor.use_kl_loss",
    "kl_loss_coef": "actor_rollout_ref.actor.kl_loss_coef",
    "epsilon": "actor_rollout_ref.actor.clip_ratio",
    "epsilon_low": "actor_rollout_ref.actor.clip_ratio_low",
    "epsilon_high": "actor_rollout_ref.actor.clip_ratio_high",
    "learning_rate": "actor_rollout_ref.actor.optim.lr",
    "temperature": "actor_rollout_ref.rollout.temperature",
    "num_generations": "actor_rollout_ref.rollout.n",
    "train_batch_size": "data.train_batch_size",
    "model": "actor_rollout_ref.model.path",
}
_listener = MethodListener("RL Board's hook for verl")


def verl_settings(config: Any) -> dict[str, Any]:
    """The hyperparameters in a trainer's `config`, for `RolloutWriter(config=...)`."""
    found = select_hyperparameters(config, _HYPERPARAMETERS)
    for used, coefficient in (("kl_in_reward", "kl_reward_coef"), ("kl_loss", "kl_loss_coef")):
        if not found.pop(used, False):
            found.pop(coefficient, None)
        elif coefficient in found:
            found["beta"] = found[coefficient]
    return found


def log_verl_batch(
    writer: RolloutWriter, batch: Any, tokenizer: Any, step: int, *, split: str | None = None
) -> None:
    """Write the samples of a batch. Never raises: an error becomes one warning.

    Args:
        writer: where to.
        batch: a `DataProto`, or a mapping of names to arrays: B × T with padding, or nested; or a function that gets
            one. All names are verl's own; what is not there is left out. Further columns of `non_tensor_batch` that are numbers or short texts, such
            as the parts of a reward, are written under their own names.
        tokenizer: of the policy.
        step: the trainer's `global_steps`.
        split: the writer's without.
    """
    _listener.call_safely(_log, writer, batch, tokenizer, step, split)


def _log(writer: RolloutWriter, batch: Any, tokenizer: Any, step: int, split: str | None) -> None:
    batch = batch() if callable(batch) else batch
    tensors, others = (
        (batch.batch, batch.non_tensor_batch) if hasattr(batch, "non_tensor_batch") else (batch, batch)
    )
    present = set(tensors.keys())
    responses, counted = _responses(tensors, present, tokenizer)
    lengths, spelt = [len(row) for row in responses], token_strings(tokenizer)
    columns: dict[str, Any] = {
        "prompt": [tokenizer.decode(row.tolist()) for row in _prompts(tensors, present, tokenizer)],
        "response": [tokenizer.decode(row.tolist(), skip_special_tokens=True) for row in responses],
        "response_tokens": [[spelt[token] for token in row.tolist()] for row in responses],
        "finish_reason": _finish_reasons(tensors["responses"], responses, tokenizer),
    }
    if not all(row.all() for row in counted):
        columns["response_mask"] = [row.astype(int) for row in counted]
    scores = next((name for name in _SCORE_FIELDS if name in present), None)
    if scores is not None:
        columns["reward"] = [float(row.sum(dtype=np.float64)) for row in row_arrays(tensors[scores])]
    for name, theirs in _ARRAYS.items():
        found = next((key for key in theirs if key in present), None)
        if found is not None:
            columns[name] = [row[:n] for row, n in zip(row_arrays(tensors[found]), lengths, strict=True)]
    if "advantages" in columns:
        columns["advantage"] = sample_advantages(columns["advantages"], counted)
    columns |= _other_columns(others, len(responses), columns)
    given = {"step": step, "split": split, **columns}
    writer.log_batch(**{name: values for name, values in given.items() if values is not None})


def _responses(tensors: Any, present: set[str], tokenizer: Any) -> tuple[list[Array], list[Array]]:
    """Token ids of each response without padding, and which of them count: 1, or 0 for tool output and the like."""
    ids = row_arrays(tensors["responses"])
    masks = row_arrays(tensors["response_mask"]) if "response_mask" in present else None
    if getattr(tensors["responses"], "is_nested", False):
        ends = [len(row) for row in ids]
    elif "attention_mask" in present:
        width = len(ids[0])
        ends = [
            int(np.flatnonzero(row[-width:]).max(initial=-1)) + 1
            for row in row_arrays(tensors["attention_mask"])
        ]
    else:
        ends = [int(np.flatnonzero(row != tokenizer.pad_token_id).max(initial=-1)) + 1 for row in ids]
    ids = [row[:end] for row, end in zip(ids, ends, strict=True)]
    if masks is None:
        return ids, [np.ones(len(row), dtype=int) for row in ids]
    return ids, [row[:end] for row, end in zip(masks, ends, strict=True)]


def _prompts(tensors: Any, present: set[str], tokenizer: Any) -> list[Array]:
    prompts = row_arrays(tensors["prompts"])
    if getattr(tensors["prompts"], "is_nested", False):
        return prompts
    if "attention_mask" in present:
        masks = [row[: len(prompts[0])].astype(bool) for row in row_arrays(tensors["attention_mask"])]
    else:
        masks = [row != tokenizer.pad_token_id for row in prompts]
    return [row[on] for row, on in zip(prompts, masks, strict=True)]


def _finish_reasons(padded: Any, responses: list[Array], tokenizer: Any) -> list[str | None]:
    """`length` where a response fills all the room there was and does not end with the end token."""
    room = None if getattr(padded, "is_nested", False) else tensor_to_numpy(padded).shape[1]
    ended = [len(row) > 0 and int(row[-1]) == tokenizer.eos_token_id for row in responses]
    filled = [None if room is None else len(row) == room for row in responses]
    return [
        "stop" if end or full is False else None if full is None else "length"
        for end, full in zip(ended, filled, strict=True)
    ]


def _other_columns(others: Any, size: int, taken: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that are no tensors: group, ground truth, data source, components of the reward."""
    found: dict[str, Any] = {}
    names = set(others.keys())
    if "uid" in names:
        found["group_id"] = [str(uid) for uid in as_list(others["uid"])]
    if "reward_model" in names:
        answers = [
            item.get("ground_truth") if isinstance(item, Mapping) else None
            for item in as_list(others["reward_model"])
        ]
        found["ground_truth"] = [None if answer is None else str(answer) for answer in answers]
    for name in sorted(names - _HANDLED_COLUMNS - set(FIELDS) | names & {"data_source"}):
        values = others[name]
        if getattr(values, "ndim", 1) == 1 and not getattr(values, "is_nested", False):
            column = as_list(values)
            if len(column) == size and is_column(column):
                found[unused_name(name, {**taken, **found})] = column
    return found
