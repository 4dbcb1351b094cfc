"""Names that trainers give to our fields, for a guess at rows that no format recognises; the likeliest name first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tensorboard_plugin_rlboard.formats.base import Row

PROMPT_NAMES = (
    *(
        "prompt",
        "prompt_text",
        "input_prompt",
        "query",
        "question",
        "instruction",
        "problem",
        "input",
        "inputs",
    ),
    *(
        "user_prompt",
        "prompts",
        "queries",
        "request",
        "task_prompt",
        "prompt_messages",
        "observation",
        "context",
    ),
)
RESPONSE_NAMES = (
    *("response", "completion", "output", "generation", "generated_text", "generated", "response_text"),
    *("completion_text", "output_text", "output_response", "model_response", "model_output", "llm_response"),
    *("llm_output", "rollout", "rollout_text", "responses", "completions", "outputs", "generations"),
    *("model_answer", "prediction", "predicted"),
)
WEAK_RESPONSE_NAMES = (
    "answer",
    "text",
    "content",
    "solution",
    "reply",
    "result",
    "sample",
    "pred",
    "trajectory",
    "action",
)
"""Names that mean a response only where a prompt stands beside it."""
CONVERSATION_NAMES = (
    "messages",
    "conversation",
    "chat",
    "dialogue",
    "dialog",
    "chat_history",
    "history",
    "trajectory",
    "turns",
)
TOKEN_STRING_NAMES = (
    "response_tokens",
    "completion_tokens",
    "output_tokens",
    "generated_tokens",
    "tokens",
    "token_strs",
    "token_texts",
)
TOKEN_ID_NAMES = (
    *("response_token_ids", "response_ids", "completion_ids", "completion_token_ids", "output_ids"),
    *("output_token_ids", "generated_ids", "generated_token_ids", "response_tokens", "completion_tokens"),
    *("output_tokens",),
)
REWARD_NAMES = (
    *(
        "reward",
        "score",
        "total_reward",
        "final_reward",
        "reward_score",
        "rm_score",
        "reward_total",
        "rewards",
    ),
    *("scores", "episode_reward", "trajectory_reward", "outcome_reward", "return", "correct", "is_correct"),
    *(
        "correctness",
        "acc",
        "accuracy",
        "passed",
        "success",
        "is_success",
        "solved",
        "outcome",
        "grade",
        "rating",
    ),
)
REWARD_COMPONENT_NAMES = (
    "reward_components",
    "components",
    "reward_info",
    "reward_details",
    "sub_scores",
    "subscores",
)
"""Names of objects that hold components of a reward, beside the names of a reward itself."""
STEP_NAMES = (
    *("step", "global_step", "training_step", "train_step", "steps", "gen_step", "update_step", "optim_step"),
    *("iteration", "rollout_id", "policy_version"),
)
WEAK_STEP_NAMES = ("iter", "update", "version", "epoch")
"""Names of a step that data sets and logs of metrics have, too: they do not make a row a sample."""
OTHER_TEXT_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ground_truth": (
            *("ground_truth", "gt", "gts", "reference_answer", "gold", "gold_answer", "target", "expected"),
            *("expected_answer", "solution", "answer", "reference", "label"),
        ),
        "ref_response": ("ref_response", "reference_response", "ref_completion", "baseline_response"),
    }
)
LABEL_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "group_id": (
            *("group_id", "group", "group_uid", "group_index", "group_idx", "prompt_id", "prompt_uid"),
            *(
                "prompt_idx",
                "prompt_index",
                "question_id",
                "problem_id",
                "example_id",
                "task_id",
                "qid",
                "uid",
            ),
        ),
        "finish_reason": ("finish_reason", "stop_reason", "finish", "stop_condition"),
        "split": ("split", "phase", "mode"),
        "sample_id": ("sample_id", "id", "uuid", "sample_uid"),
    }
)
ARRAY_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "logprobs": (
            *("logprobs", "log_probs", "logps", "logprob", "token_logprobs", "token_log_probs"),
            *("response_logprobs", "response_log_probs", "completion_logprobs", "policy_logprobs"),
            *("old_logprobs", "old_log_probs", "old_per_token_logps", "per_token_logps", "actor_logprobs"),
        ),
        "ref_logprobs": (
            *("ref_logprobs", "ref_log_probs", "ref_logps", "ref_log_prob", "reference_logprobs"),
            *("ref_per_token_logps", "reference_log_probs", "base_logprobs"),
        ),
        "rollout_logprobs": (
            *("rollout_logprobs", "rollout_log_probs", "generation_logprobs", "inference_logprobs"),
            *("sampler_logprobs", "sampling_logprobs", "vllm_logprobs", "sampling_per_token_logps"),
        ),
        "values": ("values", "value_preds", "token_values", "critic_values"),
        "token_rewards": (
            *("token_rewards", "token_level_rewards", "token_level_scores", "per_token_rewards"),
            *("reward_per_token", "rewards"),
        ),
        "advantages": ("advantages", "token_advantages", "advantage"),
        "returns": ("returns", "token_returns"),
        "entropies": ("entropies", "entropy", "token_entropies", "entropys", "token_entropy"),
        "response_mask": ("response_mask", "completion_mask", "loss_mask", "action_mask", "token_mask"),
    }
)
PREFERENCE_NAMES = frozenset(
    {"chosen", "rejected", "chosen_response", "rejected_response", "winner", "loser"}
)
PROGRAM_LOG_NAMES = frozenset(
    {
        "level",
        "levelname",
        "severity",
        "logger",
        "lineno",
        "msg",
        "message",
        "timestamp",
        "ts",
        "trace_id",
        "span_id",
    }
)
_MAX_DEPTH = 3
_MAX_KEYS = 300
_MAX_KEY_LENGTH = 200
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def values_by_depth(row: Row) -> list[dict[str, tuple[str, object]]]:
    """The values of a row and of the objects in it: for each depth, name -> path and value.

    A name is the last key of a path in small letters with underscores (`globalStep` → `global_step`); of several with
    the same name at one depth the first counts. Keys that a path could not lead to are left out.
    """
    found: list[dict[str, tuple[str, object]]] = []
    level: list[tuple[str, Mapping[Any, object]]] = [("", row)]
    count = 0
    while level and len(found) < _MAX_DEPTH:
        here: dict[str, tuple[str, object]] = {}
        deeper: list[tuple[str, Mapping[Any, object]]] = []
        for before, values in level:
            for key, value in values.items():
                count += 1
                if count > _MAX_KEYS or not _may_be_in_path(
                    key, nested=bool(before) or isinstance(value, dict)
                ):
                    continue
                path = f"{before}{key}"
                if before and path in row:
                    continue  # the path leads to the key that is spelt like it
                here.setdefault(_snake_case(str(key)), (path, value))
                if isinstance(value, dict):
                    deeper.append((f"{path}.", value))
        found.append(here)
        level = deeper
    return found


def _may_be_in_path(key: object, *, nested: bool) -> bool:
    """Whether a key may stand in a path; one with a dot can only be found where nothing lies in it or around it."""
    if not isinstance(key, str) or not 0 < len(key) <= _MAX_KEY_LENGTH or (nested and "." in key):
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in key)


def _snake_case(name: str) -> str:
    return _CAPITAL.sub("_", name).lower().replace("-", "_").replace(" ", "_").strip("_")
