"""Reads the trajectories of miles where they lie alone: conversations without token data.

Beside the samples of the same rollout (`D/rollout_data/`, see `slime.py`) they are part of these.

Trainer: radixark/miles 31f1ca9 and 1d61f32d, `trajectory_rows` in miles/ray/rollout/debug_data.py.
Option: `--save-debug-trajectory-data DIR/{rollout_id}.jsonl`, or `--dump-details D` (`D/trajectory/`); evaluations are
`eval_{rollout_id}.jsonl`.
Line: one sample with its conversation.

The step is in the file's name, counted from 0. Not there: tokens, samples without a recorded conversation, and rewards
that are no number.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_int

_NAME = re.compile(r".*?(eval_)?([0-9]{1,15})\.jsonl.*")


def _recognise(row: Row) -> bool:
    return (
        "sample_index" in row
        and "group_index" in row
        and "status" in row
        and as_messages(row.get("messages")) is not None
    )


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """Step and split of `<rollout id>.jsonl` and `eval_<rollout id>.jsonl`, after any prefix."""
    found = _NAME.fullmatch(path.name)
    return PathDefaults() if found is None else PathDefaults(int(found[2]), "eval" if found[1] else "train")


def _levels_to_run(path: PurePosixPath) -> int:
    """The folders of `--dump-details` are one run; a file anywhere else belongs to its own folder."""
    return 1 if path.parent.name == "trajectory" else 0


def _rollout_file(relative: str) -> str:
    """The file with the samples that the conversations are of: they are read with it."""
    folder, _, name = relative.rpartition("/")
    above, _, folder_name = folder.rpartition("/")
    stem, _, suffix = name.partition(".")
    if folder_name != "trajectory" or suffix != "jsonl":
        return ""
    return f"{above}/rollout_data/{stem}.pt" if above else f"rollout_data/{stem}.pt"


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    messages = as_messages(row.get("messages"))
    if messages is None:
        raise ValueError("The line has no list of messages with roles.")
    prompt, response = split_conversation(messages)
    if not response:
        raise ValueError("The conversation has no message of the assistant.")
    occurrence = as_int(row.get("sample_occurrence"))
    index = extra_fields.identifier_text(row.get("sample_index"))
    logged_prompt = row.get("prompt")
    sample: dict[str, object] = {
        "prompt": messages_to_text(prompt)
        if prompt
        else logged_prompt
        if isinstance(logged_prompt, str)
        else None,
        "response": messages_to_text(response),
        "messages": messages,
        "reward": row.get("reward"),
        "group_id": extra_fields.identifier_text(row.get("group_index")),
        "sample_id": f"{index}:{occurrence}" if occurrence else index,
        "finish_reason": row.get("status"),
    }
    return LineSamples(
        [{key: value for key, value in sample.items() if value not in (None, "") or key == "response"}]
    )


MILES = Format(
    name="miles",
    definition="miles/ray/rollout/debug_data.py (radixark/miles 31f1ca9), trajectory_rows; no tokens",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
    superseded_by=_rollout_file,
)
