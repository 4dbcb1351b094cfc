"""Reads the dumps of slime, which miles writes, too: torch files of whole rollouts.

Trainers: THUDM/slime 624b824, slime/observability/rollout_data_utils.py and train_data_utils.py; radixark/miles 31f1ca9,
miles/ray/rollout/debug_data.py and miles/utils/train_dump_utils.py.
Option: `--save-debug-rollout-data P/{rollout_id}.pt`, or `--dump-details D` (`D/rollout_data/`, `D/train_data/` and, of
miles, `D/trajectory/`, which are one run).
Line: one sample (an entry of the archive's list `samples`), with what the trainer computed for it under `train_data` and
its conversation under `trajectory`, where these were written beside it
(`sources/containers/dumps/rollout_dump.py` puts them there).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import PROMPT_TOKENS
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
        "train_data",
        "trajectory",
        "weight_versions",
    }
)
_FOLDERS = frozenset({"rollout_data", "train_data"})
_TRAINING_ARRAYS = {
    "log_probs": "logprobs",
    "rollout_log_probs": "rollout_logprobs",
    "ref_log_probs": "ref_logprobs",
    "values": "values",
    "advantages": "advantages",
    "returns": "returns",
    "entropy": "entropies",
    "ref_entropy": "ref_entropy",
    "loss_masks": "response_mask",
    "teacher_log_probs": "teacher_log_probs",
    "opd_reverse_kl": "opd_reverse_kl",
}


def _recognise(row: Row) -> bool:
    return (
        isinstance(tokens := row.get("tokens"), list)
        and not any(isinstance(token, str) for token in tokens[:1])
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
    _add_texts(sample, row)
    _add_reward(sample, row.get("reward"))
    trained = row.get("train_data")
    if isinstance(trained, dict):
        _add_trained(sample, trained)
    problems = row.get("companion_problems")
    return LineSamples([_without_empty(sample)], [*map(str, problems)] if isinstance(problems, list) else [])


def _add_texts(sample: dict[str, object], row: Row) -> None:
    """Add the prompt, and the conversation: as it was recorded, else the prompt's messages and the response."""
    prompt_messages = as_messages(row.get("prompt"))
    sample["prompt"] = row.get("prompt") if prompt_messages is None else messages_to_text(prompt_messages)
    recorded = as_messages(row.get("trajectory"))
    if recorded is not None:
        sample["messages"] = recorded
    elif prompt_messages is not None:
        answer = {"role": "assistant", "content": str(row.get("response") or ""), "sampled": True}
        sample["messages"] = [*({**message, "sampled": False} for message in prompt_messages), answer]


def _add_trained(sample: dict[str, object], trained: dict[str, object]) -> None:
    """Add the trainer's values: its mask counts, but the sampler's log-probabilities stay those of the sampler.

    Args:
        sample: the sample.
        trained: column of the train data -> values of the response's tokens, or a number.
    """
    found = {ours: trained[theirs] for theirs, ours in _TRAINING_ARRAYS.items() if theirs in trained}
    if sample.get("rollout_logprobs") is not None:
        found.pop("rollout_logprobs", None)
    sample |= found
    sample["shaped_reward"] = trained.get("rewards")
    if not isinstance(sample.get("reward"), (int, float)):
        sample["reward"] = trained.get("raw_reward")


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
    prompt = _prompt_ids(row.get("tokens"), len(ids))
    sample: dict[str, object] = {
        "step": row.get("rollout_id"),
        "response_tokens": context.tokens(ids),
        "response": context.text(ids),
        "prompt": context.text(prompt),
        PROMPT_TOKENS: prompt or None,
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
    """The version of the policy that wrote the end of a response.

    Since radixark/miles 05e37414 there is an object for each call of the sampler, with spans of tokens by version.
    """
    for version in reversed(versions if isinstance(versions, list) else []):
        if not isinstance(version, dict):
            return version
        spans = version.get("spans")
        if isinstance(spans, list) and spans and isinstance(spans[-1], dict):
            return spans[-1].get("version")
    return None


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    found = _FILE.search(path.name)
    return PathDefaults(int(found[2]), "eval" if found[1] else "train") if found else PathDefaults()


def _levels_to_run(path: PurePosixPath) -> int:
    """The folders of `--dump-details` are one run; a file anywhere else belongs to its own folder."""
    return 1 if path.parent.name in _FOLDERS else 0


def _rollout_file(relative: str) -> str:
    """The file with the samples that train data is of: it is read with these."""
    folder, _, name = relative.rpartition("/")
    above, _, folder_name = folder.rpartition("/")
    if folder_name != "train_data":
        return ""
    return f"{above}/rollout_data/{name}" if above else f"rollout_data/{name}"


SLIME = Format(
    name="slime",
    definition=(
        "slime/observability/rollout_data_utils.py (THUDM/slime 624b824), miles/ray/rollout/debug_data.py (radixark/miles "
        "31f1ca9): torch files of {rollout_id, samples}, joined with train_data and trajectory of the same dump folder. "
        "Steps are rollout ids, which begin at 0. Without train data, log-probabilities are the sampler's only. Where the "
        "reward is an object, its number called reward or score is the reward, the others are metrics. Evaluations "
        "(eval_{id}.pt) do not name their dataset and have no train data. Token texts need a tokenizer."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    uses_tokenizer=True,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
)

SLIME_TRAINING = Format(
    name="slime-training",
    definition=(
        "slime/observability/train_data_utils.py (THUDM/slime 624b824): torch files of what the trainer computed "
        "(train_data/{id}.pt, format_version 2) where the rollout_data of the same id is not there. Prompt and response are ids, which need a tokenizer. reward is raw_reward, before slime shapes "
        "it; shaped_reward is what the advantages were computed from. No group, no ground truth."
    ),
    recognise=_recognise_training,
    to_samples=_training_to_samples,
    uses_tokenizer=True,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
    superseded_by=_rollout_file,
)
