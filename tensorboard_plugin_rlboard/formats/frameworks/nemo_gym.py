"""Reads the rollouts that NeMo Gym collects: a request to the Responses API, its response, and the score.

Trainer: NVIDIA NeMo Gym, nemo_gym/rollout_collection.py (`run_from_config`) and base_resources_server.py at 00536e7a.
Option: `gym eval run`, `ng_collect_rollouts` with `output_jsonl_fpath`; files are `*.jsonl`, failures `*_failures.jsonl`.
Line: one rollout. Items of the answer have token ids and log-probabilities where the model server logs them for a training.

Not there: a training step (all is shown at step 0), the trainer's and the reference's log-probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import Message, as_messages, messages_to_text
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.step_tokens import are_steps_with_ids, tokens_of_steps

_REQUEST_KEY, _RESPONSE_KEY = "responses_create_params", "response"
_GROUND_TRUTH_KEYS = ("expected_answer", "ground_truth", "expected_output", "answer")
_TRUNCATED = "max_output_tokens"
_READ_KEYS = frozenset(
    {_REQUEST_KEY, _RESPONSE_KEY, "reward", "step", "agent_ref", "_ng_task_index", *_GROUND_TRUTH_KEYS}
)


def _recognise(row: Row) -> bool:
    answered = row.get(_RESPONSE_KEY)
    return (
        isinstance(row.get(_REQUEST_KEY), dict)
        and isinstance(answered, dict)
        and (isinstance(answered.get("output"), list) or "_ng_task_index" in row)
    )


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    problems: list[str] = []
    answered = extra_fields.nested_object(row, _RESPONSE_KEY)
    asked = _request_messages(extra_fields.nested_object(row, _REQUEST_KEY).get("input"))
    output = as_messages(answered.get("output")) or []
    sample: dict[str, object] = {
        "step": row["step"] if type(row.get("step")) is int else 0,
        "prompt": messages_to_text(asked) if asked else None,
        "response": messages_to_text(output) if output else None,
        "messages": [*asked, *({**message, "sampled": True} for message in output)] or None,
        "reward": row.get("reward"),
        "group_id": extra_fields.identifier_text(row.get("_ng_task_index")) or None,
        "finish_reason": _finish_reason(answered),
        "ground_truth": next((row[key] for key in _GROUND_TRUTH_KEYS if isinstance(row.get(key), str)), None),
        "agent": extra_fields.nested_object(row, "agent_ref").get("name"),
    }
    sample |= _tokens(answered.get("output"), context, problems)
    found = {key: value for key, value in sample.items() if value is not None}
    if not output:
        found["response"] = None  # a rollout that failed
    extra_fields.add_extra_fields(found, ((key, row[key]) for key in row if key not in _READ_KEYS), "logged")
    return LineSamples([found], problems)


def _request_messages(value: object) -> list[Message]:
    """The messages of what was asked, which may be one text."""
    return [{"role": "user", "content": value}] if isinstance(value, str) else as_messages(value) or []


def _finish_reason(answered: Mapping[str, object]) -> str | None:
    """Why the answer ended, where it is incomplete or its status is logged; a cut at the longest answer as others say it."""
    reason = extra_fields.nested_object(answered, "incomplete_details").get("reason")
    if reason == _TRUNCATED:
        return "length"
    found = reason or answered.get("status")
    return found if isinstance(found, str) else None


def _tokens(items: object, context: LineContext, problems: list[str]) -> dict[str, object]:
    """The tokens of the items that have some: each logs all ids that it was generated after."""
    steps = [item for item in items if are_steps_with_ids([item])] if isinstance(items, list) else []
    return tokens_of_steps(steps, context, "rollout_logprobs", problems) if steps else {}


NEMO_GYM = Format(
    name="nemo_gym",
    definition="nemo_gym/rollout_collection.py (00536e7a), output_jsonl_fpath: a rollout a line; no step",
    recognise=_recognise,
    to_samples=_to_samples,
    uses_tokenizer=True,
)
