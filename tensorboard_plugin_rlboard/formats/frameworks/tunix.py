"""Tunix's trajectory log: a CSV table whose cells are what Python prints of lists and objects."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text, split_conversation
from tensorboard_plugin_rlboard.formats.rows import extra_fields

_LONGEST = 4_000_000
_LONGEST_LIST = 64_000_000
_NUMBERS = re.compile(r"\[[-+0-9.e,\snaif]*\]")
_TRUTHS = ("answer", "answers", "ground_truth", "gold_answer", "solution")
_QUESTIONS = ("prompts", "prompt", "question", "problem")
_TAKEN = frozenset(
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
        key: value for key, value in row.items() if key not in _TAKEN and isinstance(value, (str, int, float))
    }
    said = row.get("conversation_text")
    messages = as_messages(_literal(said))
    if messages is None:
        sample["response"] = said if isinstance(said, str) else ""
        if isinstance(said, str) and said.startswith("[{"):
            problems.append(
                "conversation_text is no list of messages, or too long; it is shown as it was written."
            )
    else:
        asked, answered = split_conversation(messages)
        sample |= {"messages": messages, "prompt": as_text(asked), "response": as_text(answered)}
    given = _literal(row.get("original_input"))
    about = given if isinstance(given, dict) else {}
    if not sample.get("prompt"):
        sample["prompt"] = _first(about, _QUESTIONS)
    ids = _numbers(row.get("conversation_tokens"))
    whole = [int(number) for number in ids if number == int(number)] if _finite(ids) else []
    sample |= {
        "step": row.get("policy_version"),
        "reward": row.get("trajectory_reward"),
        "group_id": extra_fields.text(row.get("group_id")),
        "finish_reason": row.get("status"),
        "ground_truth": _first(about, _TRUTHS),
        "response_tokens": context.tokens(whole) if whole and len(whole) == len(ids) else None,
        "response_mask": _numbers(row.get("conversation_masks")) or None,
        "rollout_logprobs": _numbers(row.get("old_logprobs")) or None,
    }
    sample = {key: value for key, value in sample.items() if value not in (None, "") or key == "response"}
    return LineSamples([sample], problems)


def _recognise_program(row: Row) -> bool:
    keys = ("global_step", "prompt_id", "reward", "completion", "trajectory")
    return all(key in row for key in keys) and isinstance(row.get("global_step"), int)


def _program_to_samples(row: Row, context: LineContext) -> LineSamples:
    """A row of the newer log, which has texts of its own beside the printed trajectory."""
    taken = {
        "completion",
        "completion_tokens",
        "gold_answer",
        "prompt_tokens",
        "trajectory",
        "prompt_id",
        "status",
    }
    sample: dict[str, object] = {
        key: value for key, value in row.items() if key not in taken and isinstance(value, (str, int, float))
    }
    ids = [int(number) for number in _numbers(row.get("completion_tokens")) if abs(number) < 2**53]
    sample |= {
        "step": row.get("global_step"),
        "prompt": row.get("prompt") or row.get("question"),
        "response": row.get("completion") or "",
        "ground_truth": row.get("gold_answer"),
        "group_id": extra_fields.text(row.get("prompt_id")),
        "finish_reason": row.get("status"),
        "response_tokens": context.tokens(ids) if ids else None,
    }
    return LineSamples([{key: x for key, x in sample.items() if x not in (None, "") or key == "response"}])


def _numbers(cell: object) -> list[float]:
    """A printed list of numbers. Read without Python's parser, which needs a hundred times the bytes."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_LIST or not _NUMBERS.fullmatch(cell):
        return []
    try:
        return [float(item) for item in cell[1:-1].split(",") if item.strip()]
    except ValueError:
        return []


def _literal(cell: object) -> object:
    """What Python printed, None where it is nothing that was printed, or too long; nothing is ever run."""
    if not isinstance(cell, str) or len(cell) > _LONGEST or not cell.startswith(("[", "{")):
        return None
    try:
        found: object = ast.literal_eval(cell)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return found


def _finite(numbers: Sequence[float]) -> bool:
    return all(abs(number) < 2**53 for number in numbers)


def _first(about: dict[object, object], keys: Sequence[str]) -> str | None:
    found = next((about[key] for key in keys if about.get(key) is not None), None)
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
