"""Reads ROLL's rollout dump; no token data.

Trainer: ROLL (Alibaba), roll/pipeline/rlvr/utils.py and agentic/utils.py.
Option: `rollout_dump_dir`; files are `rollout_dump_data.step_{N}.jsonl`.
Line: a batch in columns, one line a file and step.

Pipelines with verifiable rewards write texts and scores; agentic ones conversations, and no score but what their
environment puts into `trajectory_data`, whose numbers become metrics. Not there: split, finish reasons.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_float, has_lists, split_columns
from tensorboard_plugin_rlboard.texts import plural

_STEP = re.compile(r"step_([0-9]{1,15})\.jsonl")


def _recognise(row: Row) -> bool:
    return has_lists(row, "global_step", "responses") or has_lists(
        row, "global_step", "trajectory_data", "messages"
    )


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    leading = "responses" if isinstance(row.get("responses"), list) else "messages"
    logged, problems = split_columns(row, leading)
    samples = [
        _verifiable_sample(entry) if leading == "responses" else _agent_sample(entry) for entry in logged
    ]
    lost = sum("response" not in sample for sample in samples)
    if lost:
        problems.append(
            f"{lost:,} of {len(samples):,} {plural(len(samples), 'sample', 'samples')} {plural(lost, 'has', 'have')} messages that are no conversation."
        )
    return LineSamples(samples, problems)


def _verifiable_sample(logged: dict[str, object]) -> dict[str, object]:
    """The sample of a pipeline with verifiable reward, whose messages are the prompt only."""
    sample = _renamed(
        logged, {"responses": "response", "scores": "reward", "global_step": "step", "id": "group_id"}
    )
    response = sample.get("response")
    messages = as_messages(_parse_json(sample.pop("messages", None)))
    if messages and isinstance(response, str):
        if messages[-1]["role"] != "assistant":
            messages.append({"role": "assistant", "content": response, "sampled": True})
        sample["messages"] = messages
    return sample


def _agent_sample(logged: dict[str, object]) -> dict[str, object]:
    """The sample of an agentic pipeline, whose messages are the whole conversation."""
    sample = _renamed(logged, {"global_step": "step"})
    messages = as_messages(_parse_json(sample.pop("messages", None)))
    if messages:
        prompt, response = split_conversation(messages)
        sample |= {
            "messages": messages,
            "prompt": messages_to_text(prompt),
            "response": messages_to_text(response),
        }
    trajectory = _parse_json(sample.get("trajectory_data"))
    if isinstance(trajectory, dict):
        taken_names = (NATIVE.read_keys | set(sample)) - {"reward"}
        for key, value in trajectory.items():
            if key not in taken_names and (isinstance(value, bool) or as_float(value) is not None):
                sample[key] = value
    return sample


def _renamed(logged: dict[str, object], names: dict[str, str]) -> dict[str, object]:
    return {names.get(key, key): value for key, value in logged.items()}


def _parse_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """`rollout_dump_data.step_7.jsonl` is step 7."""
    found = _STEP.search(path.name)
    return PathDefaults(int(found[1]) if found else None)


ROLL_DUMP = Format(
    name="roll-dump",
    definition="ROLL: roll/pipeline/rlvr/utils.py and agentic/utils.py, rollout_dump_dir; no token data, no split",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
)
