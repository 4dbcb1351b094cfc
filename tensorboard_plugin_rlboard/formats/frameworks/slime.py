"""Reads the dumps of slime, which miles writes, too: torch files of whole rollouts.

Trainer: slime (2026), slime/observability/rollout_data_utils.py and train_data_utils.py.
Option: `--save-debug-rollout-data P/{rollout_id}.pt`, or `--dump-details D` (`D/rollout_data/` and `D/train_data/`).
Line: one sample (an entry of the archive's list `samples`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, messages_to_text
from tensorboard_plugin_rlboard.formats.rows import extra_fields

_FILE = re.compile(r"(eval_)?(\d{1,12})\.pt")
_READ_KEYS = frozenset(
    {
        "group_index",
        "index",
        "label",
        "loss_mask",
        "prompt",
        "response",
        "response_length",
        "reward",
        "rollout_id",
        "rollout_log_probs",
        "status",
        "tokens",
        "weight_versions",
    }
)
_TRAINING_ARRAYS = {
    "log_probs": "logprobs",
    "rollout_log_probs": "rollout_logprobs",
    "ref_log_probs": "ref_logprobs",
    "values": "values",
    "advantages": "advantages",
    "returns": "returns",
    "entropy": "entropies",
    "loss_masks": "response_mask",
    "teacher_log_probs": "teacher_log_probs",
    "opd_reverse_kl": "opd_reverse_kl",
}


def _recognise(row: Row) -> bool:
    return (
        isinstance(row.get("tokens"), list)
        and isinstance(row.get("response"), str)
        and type(row.get("response_length")) is int
        and ("rollout_id" in row or "group_index" in row)
    )


def _recognise_training(row: Row) -> bool:
    return (
        isinstance(row.get("tokens"), list)
        and type(row.get("response_lengths")) is int
        and ("rollout_id" in row or "rollout_position" in row)
    )


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    sample: dict[str, object] = {
        key: value
        for key, value in row.items()
        if key not in _READ_KEYS and isinstance(value, (str, int, float))
    }
    ids = _response_ids(row.get("tokens"), row.get("response_length"))
    sample |= {
        "step": row.get("rollout_id"),
        "response": row.get("response"),
        "response_tokens": context.tokens(ids) if ids else None,
        "response_mask": row.get("loss_mask"),
        "rollout_logprobs": row.get("rollout_log_probs"),
        "teacher_log_probs": row.get("teacher_log_probs"),
        "ground_truth": _text(row.get("label")),
        "finish_reason": row.get("status"),
        "group_id": extra_fields.identifier_text(row.get("group_index")),
        "sample_id": extra_fields.identifier_text(row.get("index")),
        "weight_version": _last_version(row.get("weight_versions")),
        "metadata": row.get("metadata") or None,
    }
    prompt_messages = as_messages(row.get("prompt"))
    sample["prompt"] = row.get("prompt") if prompt_messages is None else messages_to_text(prompt_messages)
    if prompt_messages is not None:
        answer = {"role": "assistant", "content": str(row.get("response") or ""), "sampled": True}
        sample["messages"] = [*({**message, "sampled": False} for message in prompt_messages), answer]
    _add_reward(sample, row.get("reward"))
    return LineSamples([_without_empty(sample)])


def _add_reward(sample: dict[str, object], reward: object) -> None:
    """Add a reward that is a number, or an object of numbers: these become metrics, one of them the reward."""
    if not isinstance(reward, dict):
        sample["reward"] = reward
        return
    numbers = {str(name): value for name, value in reward.items() if isinstance(value, (bool, int, float))}
    total = next((numbers[name] for name in ("reward", "score") if name in numbers), None)
    sample["reward"] = next(iter(numbers.values())) if total is None and len(numbers) == 1 else total
    extra_fields.add_extra_fields(
        sample, ((name, value) for name, value in numbers.items() if name != "reward"), "reward"
    )


def _without_empty(sample: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in sample.items() if value not in (None, "") or key == "response"}


def _training_to_samples(row: Row, context: LineContext) -> LineSamples:
    ids = _response_ids(row.get("tokens"), row.get("response_lengths"))
    if not ids:
        raise ValueError("It has no tokens of a response.")
    sample: dict[str, object] = {
        "step": row.get("rollout_id"),
        "response_tokens": context.tokens(ids),
        "response": context.text(ids),
        "prompt": context.text(_prompt_ids(row.get("tokens"), len(ids))),
        "reward": row.get("raw_reward"),
        "shaped_reward": row.get("rewards"),
        "sample_id": extra_fields.identifier_text(row.get("sample_index")),
    }
    sample |= {ours: row.get(theirs) for theirs, ours in _TRAINING_ARRAYS.items()}
    return LineSamples([_without_empty(sample)])


def _response_ids(tokens: object, length: object) -> list[int]:
    """The ids of the response, which are the last ones of a sample."""
    all_ids = tokens if isinstance(tokens, list) else []
    count = length if isinstance(length, int) else 0
    found = all_ids[len(all_ids) - count :] if 0 < count <= len(all_ids) else []
    return [token for token in found if isinstance(token, int)] if _are_ints(found) else []


def _prompt_ids(tokens: object, length: int) -> list[int]:
    return tokens[: len(tokens) - length] if isinstance(tokens, list) and _are_ints(tokens) else []


def _are_ints(tokens: Sequence[object]) -> bool:
    return all(type(token) is int for token in tokens)


def _text(value: object) -> object:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _last_version(versions: object) -> object:
    """The version of the policy that wrote the end of a response."""
    return versions[-1] if isinstance(versions, list) and versions else None


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    found = _FILE.search(path.name)
    return PathDefaults(int(found[2]), "eval" if found[1] else "train") if found else PathDefaults()


SLIME = Format(
    name="slime",
    definition=(
        "slime/observability/rollout_data_utils.py (2026): torch files of {rollout_id, samples}. Steps are rollout ids, "
        "which begin at 0. Log-probabilities are the sampler's. Where the reward is an object, its number called reward or "
        "score is the reward, the others are metrics. Evaluations (eval_{id}.pt) do not name their dataset. Token texts "
        "need a tokenizer."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    uses_tokenizer=True,
    path_defaults=_path_defaults,
)

SLIME_TRAINING = Format(
    name="slime-training",
    definition=(
        "slime/observability/train_data_utils.py (2026): torch files of what the trainer computed (train_data/{id}.pt, "
        "format_version 2). Prompt and response are ids, which need a tokenizer. reward is raw_reward, before slime shapes "
        "it; shaped_reward is what the advantages were computed from. No group, no ground truth."
    ),
    recognise=_recognise_training,
    to_samples=_training_to_samples,
    uses_tokenizer=True,
    path_defaults=_path_defaults,
)
