"""ROLL's rollout dump (`rollout_dump_dir`): one line a file and step, whose values are columns.

Pipelines with verifiable rewards write texts and scores; agentic ones conversations, and no score but what their
environment puts into `trajectory_data`, whose numbers become metrics. Not there: token arrays, split, finish reasons.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text, split_conversation
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.column_batches import are_lists, columns, number

_STEP = re.compile(r"step_([0-9]{1,15})\.jsonl")


def _recognise(row: Row) -> bool:
    return are_lists(row, "global_step", "responses") or are_lists(
        row, "global_step", "trajectory_data", "messages"
    )


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    leading = "responses" if isinstance(row.get("responses"), list) else "messages"
    logged, problems = columns(row, leading)
    samples = [_answered(entry) if leading == "responses" else _acted(entry) for entry in logged]
    lost = sum("response" not in sample for sample in samples)
    if lost:
        problems.append(f"{lost} of {len(samples)} samples have messages that are no conversation.")
    return LineSamples(samples, problems)


def _answered(logged: dict[str, object]) -> dict[str, object]:
    """A prompt with verifiable reward: the logged messages are the prompt's."""
    sample = _renamed(
        logged, {"responses": "response", "scores": "reward", "global_step": "step", "id": "group_id"}
    )
    response = sample.get("response")
    messages = as_messages(_parsed(sample.pop("messages", None)))
    if messages and isinstance(response, str):
        if messages[-1]["role"] != "assistant":
            messages.append({"role": "assistant", "content": response, "sampled": True})
        sample["messages"] = messages
    return sample


def _acted(logged: dict[str, object]) -> dict[str, object]:
    """An episode of an agent: the messages are all that was said."""
    sample = _renamed(logged, {"global_step": "step"})
    messages = as_messages(_parsed(sample.pop("messages", None)))
    if messages:
        prompt, response = split_conversation(messages)
        sample |= {"messages": messages, "prompt": as_text(prompt), "response": as_text(response)}
    trajectory = _parsed(sample.get("trajectory_data"))
    if isinstance(trajectory, dict):
        words = (NATIVE.read_keys() | set(sample)) - {"reward"}
        for key, value in trajectory.items():
            if key not in words and (isinstance(value, bool) or number(value) is not None):
                sample[key] = value
    return sample


def _renamed(logged: dict[str, object], names: dict[str, str]) -> dict[str, object]:
    return {names.get(key, key): value for key, value in logged.items()}


def _parsed(value: object) -> object:
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
