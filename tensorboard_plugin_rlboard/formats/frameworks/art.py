"""Reads the trajectories of OpenPipe ART; no token data.

Trainer: OpenPipe ART (0.5), art/utils/trajectory_logging.py.
Option: always written, to `.art/{project}/models/{model}/trajectories/{split}/{step}.parquet`; by older versions `.jsonl`.
Line: one sample (a row of the Parquet file); in older versions one group of trajectories, each a sample.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import (
    Format,
    LineContext,
    LineSamples,
    PathDefaults,
    Row,
)
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.splits import EVAL_SPLIT_NAMES

_FILE = re.compile(r"(\d{1,12})\.(?:parquet|jsonl)")


def _recognise(row: Row) -> bool:
    """Whether a row has messages, reward, metrics and metadata and no prompt; or, of older versions, trajectories."""
    if isinstance(row.get("messages"), list):
        return "reward" in row and "metrics" in row and "metadata" in row and "prompt" not in row
    first = _first_item(row.get("trajectories"))
    return isinstance(first, dict) and "messages_and_choices" in first and "reward" in first


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    """One sample for a row of Parquet; one for each trajectory of a line, whose trajectories are a group."""
    if "trajectories" not in row:
        return LineSamples(
            [_sample(row, row.get("messages"), extra_fields.identifier_text(row.get("group_index")))]
        )
    found = row.get("trajectories")
    trajectories = [x for x in found if isinstance(x, dict)] if isinstance(found, list) else []
    samples = [_sample(x, x.get("messages_and_choices"), "") for x in trajectories]
    return LineSamples(samples)


def _sample(row: Row, logged: object, group: str) -> dict[str, object]:
    messages = as_messages(_parse_tool_calls(logged))
    if messages is None:
        raise ValueError("It has no messages.")
    prompt, response = split_conversation(messages)
    sample: dict[str, object] = {
        "messages": messages,
        "prompt": messages_to_text(prompt),
        "response": messages_to_text(response),
        "reward": row.get("reward"),
    }
    if group:
        sample["group_id"] = group
    if row.get("logs"):
        sample["logs"] = _text(row["logs"])
    for section in ("metrics", "metadata"):
        extra_fields.add_extra_fields(sample, _as_object(row.get(section)).items(), section)
        group_values = _as_object(row.get(f"group_{section}")).items()
        extra_fields.add_extra_fields(
            sample, ((f"group_{name}", value) for name, value in group_values), f"group_{section}"
        )
    return sample


def _parse_tool_calls(messages: object) -> object:
    """Parse the tool calls of messages, which tables hold as JSON texts; mark the message of a choice as sampled."""
    if not isinstance(messages, list):
        return None
    found: list[object] = []
    for item in messages:
        if not isinstance(item, dict):
            return None
        inner = item.get("message")
        message = (
            {**inner, "trainable": True} if "role" not in item and isinstance(inner, dict) else dict(item)
        )
        calls = message.get("tool_calls")
        if isinstance(calls, str):
            message["tool_calls"] = _parse_json(calls)
        found.append(message)
    return found


def _as_object(value: object) -> Mapping[str, object]:
    found = _parse_json(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}


def _parse_json(text: str) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def _text(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _first_item(items: object) -> object:
    return items[0] if isinstance(items, list) and items else None


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    found = _FILE.fullmatch(path.name)
    split = (
        ("eval" if path.parent.name in EVAL_SPLIT_NAMES else "train") if _in_trajectories_folder(path) else ""
    )
    return PathDefaults(int(found[1]) if found else None, split)


def _levels_to_run(path: PurePosixPath) -> int:
    """The run is the model's folder: ``{model}/trajectories/{split}/{step}.parquet``."""
    return 2 if _in_trajectories_folder(path) else 0


def _in_trajectories_folder(path: PurePosixPath) -> bool:
    return path.parent.parent.name == "trajectories"


ART = Format(
    name="art",
    definition=(
        "art/utils/trajectory_logging.py of OpenPipe ART (0.5): .art/{project}/models/{model}/trajectories/{split}/{step}"
        ".parquet, in older versions .jsonl with a group of trajectories a line. Steps and splits are read off the path. No "
        "tokens; of additional histories and tools nothing is shown."
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
)
