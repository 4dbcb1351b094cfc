"""Reads the traces that trainers log to Trackio: conversations with numbers beside them, no token data.

Trainer: whatever calls `trackio.log({key: trackio.Trace(messages, metadata)}, step=…)`: TRL's asynchronous GRPO
(`log_rollout_traces` in trl/experimental/async_grpo/async_grpo_trainer.py at f2cd5771), verl with the trace backend
`trackio` (verl/utils/rollout_trace.py at 1dda039b).
Option: as theirs; Trackio keeps a table `traces` (trackio/sqlite_storage.py at 2a027522) in `{project}.db` and exports it as
`{project}_traces.parquet` into its folder (`TRACKIO_DIR`).
Line: one trace, a row of that table; `messages` and `metadata` are JSON as text.

Not there: what was sampled (the response begins with the first message of the assistant after the first of the user),
splits, and a run for each name: all runs of a project are one run here, apart by their column `run_name`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_int

_TEXTS = ("run_name", "run_id", "key")


def session_file_message(row: Row) -> str:
    """The message on a file of one trace, which Trackio writes beside its database; empty for any other row."""
    if row.get("type") != "session" or row.get("harness") != "trackio":
        return ""
    return (
        "It is a session file of Trackio: the traces of all of them are read from its database, {project}.db in the folder "
        "above traces."
    )


def _recognise(row: Row) -> bool:
    """Whether a row has the columns of the table, of their types."""
    if not all(isinstance(row.get(key), str) for key in (*_TEXTS, "messages", "metadata")):
        return False
    return type(row.get("step")) is int and "trace_index" in row


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    messages = as_messages(_parsed(row, "messages"))
    if messages is None:
        raise ValueError("The trace has no list of messages with roles.")
    prompt, response = split_conversation(messages)
    if not response:
        raise ValueError("The conversation has no message of the assistant.")
    metadata = _parsed(row, "metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    step = as_int(row.get("step"))
    group = extra_fields.identifier_text(metadata.get("group_id"))
    sample: dict[str, object] = {
        "step": step,
        "prompt": messages_to_text(prompt),
        "response": messages_to_text(response),
        "messages": messages,
        "sample_id": row.get("id"),
        "reward": metadata.get("reward"),
        "policy_version": as_int(metadata.get("model_version")),
        "group_id": f"{step}:{group}" if group else None,
    }
    sample = {key: value for key, value in sample.items() if value not in (None, "") or key == "response"}
    extra_fields.add_extra_fields(sample, ((key, row.get(key)) for key in ("run_name", "key")), "trace")
    used = {"reward", "model_version", "group_id"}
    numbers = ((key, value) for key, value in metadata.items() if key not in used and key != "advantage")
    extra_fields.add_extra_fields(sample, numbers, "metadata")
    if "advantage" in metadata:
        sample["advantage"] = metadata["advantage"]
    nested = {key: value for key, value in metadata.items() if isinstance(value, (Mapping, list))}
    if nested:
        sample["metadata"] = nested
    return LineSamples([sample])


def _parsed(row: Row, key: str) -> object:
    """The value of a column, parsed as JSON.

    Raises:
        ValueError: it is none, with one sentence.
    """
    text = row.get(key)
    try:
        return json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        raise ValueError(f"The column {key} of the trace is no JSON.") from None


TRACKIO = Format(
    name="trackio",
    definition="trackio/sqlite_storage.py, table traces: messages and metadata; no tokens, no splits",
    recognise=_recognise,
    to_samples=_to_samples,
)
