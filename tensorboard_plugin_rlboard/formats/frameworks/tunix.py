"""Reads Tunix's trajectory logs: CSV tables whose cells are what Python prints of lists and objects.

Trainer: Tunix (Google), tunix/utils/trajectory_logger.py (0.1) and tunix/experimental/orchestrator/rl_program.py (2026).
Option: a `log_dir` for metrics; files are `trajectory_log_{time}.csv`.
Line: one sample (a record of the table).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.rows import extra_fields

_MAX_LITERAL = 4_000_000
_MAX_NUMBER_LIST = 64_000_000
_NUMBER_LIST = re.compile(r"\[[-+0-9.e,\snaif]*\]")
_GROUND_TRUTH_KEYS = ("answer", "answers", "ground_truth", "gold_answer", "solution")
_PROMPT_KEYS = ("prompts", "prompt", "question", "problem")
_READ_KEYS = frozenset(
    {
        "conversation_text",
        "conversation_tokens",
        "conversation_masks",
        "old_logprobs",
        "prompt_tokens",
        "original_input",
        "trajectory_reward",
        "group_id",
        "status",
        "policy_version",
        "env_time",
        "reward_time",
        "routed_experts",
    }
)


def _recognise(row: Row) -> bool:
    return "conversation_text" in row and "trajectory_reward" in row


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    problems: list[str] = []
    sample: dict[str, object] = {
        key: value
        for key, value in row.items()
        if key not in _READ_KEYS and isinstance(value, (str, int, float))
    }
    conversation = row.get("conversation_text")
    messages = as_messages(_parse_literal(conversation))
    if messages is None:
        sample["response"] = conversation if isinstance(conversation, str) else ""
        if isinstance(conversation, str) and conversation.startswith("[{"):
            problems.append(
                "conversation_text is no list of messages, or too long; it is shown as it was written."
            )
    else:
        prompt, response = split_conversation(messages)
        sample |= {
            "messages": messages,
            "prompt": messages_to_text(prompt),
            "response": messages_to_text(response),
        }
    original = _parse_literal(row.get("original_input"))
    task = original if isinstance(original, dict) else {}
    if not sample.get("prompt"):
        sample["prompt"] = _first_text(task, _PROMPT_KEYS)
    ids = _parse_numbers(row.get("conversation_tokens"))
    token_ids = [int(number) for number in ids if number == int(number)] if _finite(ids) else []
    sample |= {
        "step": row.get("policy_version"),
        "reward": row.get("trajectory_reward"),
        "group_id": extra_fields.identifier_text(row.get("group_id")),
        "finish_reason": row.get("status"),
        "ground_truth": _first_text(task, _GROUND_TRUTH_KEYS),
        "response_tokens": context.tokens(token_ids) if token_ids and len(token_ids) == len(ids) else None,
        "response_mask": _parse_numbers(row.get("conversation_masks")) or None,
        "rollout_logprobs": _parse_numbers(row.get("old_logprobs")) or None,
    }
    sample = {key: value for key, value in sample.items() if value not in (None, "") or key == "response"}
    return LineSamples([sample], problems)


def _recognise_program(row: Row) -> bool:
    keys = ("global_step", "prompt_id", "reward", "completion", "trajectory")
    return all(key in row for key in keys) and isinstance(row.get("global_step"), int)


def _program_to_samples(row: Row, context: LineContext) -> LineSamples:
    """The sample of the newer log, which has texts beside the printed trajectory."""
    read_keys = {
        "completion",
        "completion_tokens",
        "gold_answer",
        "prompt_tokens",
        "trajectory",
        "prompt_id",
        "status",
    }
    sample: dict[str, object] = {
        key: value
        for key, value in row.items()
        if key not in read_keys and isinstance(value, (str, int, float))
    }
    ids = [int(number) for number in _parse_numbers(row.get("completion_tokens")) if abs(number) < 2**53]
    sample |= {
        "step": row.get("global_step"),
        "prompt": row.get("prompt") or row.get("question"),
        "response": row.get("completion") or "",
        "ground_truth": row.get("gold_answer"),
        "group_id": extra_fields.identifier_text(row.get("prompt_id")),
        "finish_reason": row.get("status"),
        "response_tokens": context.tokens(ids) if ids else None,
    }
    return LineSamples([{key: x for key, x in sample.items() if x not in (None, "") or key == "response"}])


def _parse_numbers(cell: object) -> list[float]:
    """Parse a printed list of numbers, without Python's parser, which takes a hundred times as much memory."""
    if not isinstance(cell, str) or len(cell) > _MAX_NUMBER_LIST or not _NUMBER_LIST.fullmatch(cell):
        return []
    try:
        return [float(item) for item in cell[1:-1].split(",") if item.strip()]
    except ValueError:
        return []


def _parse_literal(cell: object) -> object:
    """Parse what Python printed of a list or object; None for anything else, or too long a text. Nothing is run."""
    if not isinstance(cell, str) or len(cell) > _MAX_LITERAL or not cell.startswith(("[", "{")):
        return None
    try:
        found: object = ast.literal_eval(cell)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return found


def _finite(numbers: Sequence[float]) -> bool:
    return all(abs(number) < 2**53 for number in numbers)


def _first_text(task: dict[object, object], keys: Sequence[str]) -> str | None:
    found = next((task[key] for key in keys if task.get(key) is not None), None)
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    return (
        found
        if found is None or isinstance(found, str)
        else json.dumps(found, ensure_ascii=False, default=str)
    )


TUNIX = Format(
    name="tunix",
    definition=(
        "tunix/utils/trajectory_logger.py (0.1): trajectory_log_{time}.csv of agentic GRPO. The step is the policy version "
        "that wrote the sample, the nearest that it has. Log-probabilities are the sampler's. Training and evaluation are "
        "not told apart. Token texts need a tokenizer."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    uses_tokenizer=True,
)

TUNIX_PROGRAM = Format(
    name="tunix-program",
    definition=(
        "tunix/experimental/orchestrator/rl_program.py (2026): a table with a row for each rollout that was trained on. No "
        "log-probabilities beside those inside the printed trajectory, which is not read."
    ),
    recognise=_recognise_program,
    to_samples=_program_to_samples,
    uses_tokenizer=True,
)
