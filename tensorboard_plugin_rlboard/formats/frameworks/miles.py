"""Trajectories of miles (`--save-debug-trajectory-data`): one sample with its conversation a line.

Definition: miles/ray/rollout/debug_data.py (`trajectory_rows`). The step is the file's name, counted from 0. What is not
there: tokens, samples without a recorded conversation, and rewards that are no number.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text, split_conversation
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import whole

_NAME = re.compile(r".*?(eval_)?([0-9]{1,15})\.jsonl.*")


def _recognise(row: Row) -> bool:
    return (
        "sample_index" in row
        and "group_index" in row
        and "status" in row
        and as_messages(row.get("messages")) is not None
    )


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """The step of `<rollout id>.jsonl` and `eval_<rollout id>.jsonl`, whatever stands before that."""
    found = _NAME.fullmatch(path.name)
    return PathDefaults() if found is None else PathDefaults(int(found[2]), "eval" if found[1] else "train")


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    messages = as_messages(row.get("messages"))
    if messages is None:
        raise ValueError("The line has no list of messages with roles.")
    prompt, response = split_conversation(messages)
    if not response:
        raise ValueError("The conversation has no message of the assistant.")
    occurrence = whole(row.get("sample_occurrence"))
    index = extra_fields.text(row.get("sample_index"))
    said = row.get("prompt")
    sample: dict[str, object] = {
        "prompt": as_text(prompt) if prompt else said if isinstance(said, str) else None,
        "response": as_text(response),
        "messages": messages,
        "reward": row.get("reward"),
        "group_id": extra_fields.text(row.get("group_index")),
        "sample_id": f"{index}:{occurrence}" if occurrence else index,
        "finish_reason": row.get("status"),
    }
    return LineSamples(
        [{key: value for key, value in sample.items() if value not in (None, "") or key == "response"}]
    )


MILES = Format(
    name="miles",
    definition="miles/ray/rollout/debug_data.py, trajectory_rows; no tokens",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
)
