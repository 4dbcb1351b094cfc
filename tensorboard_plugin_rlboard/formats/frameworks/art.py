"""OpenPipe ART's trajectories: one Parquet file a step and split, in older versions lines of whole groups."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import (
    EVAL_SPLIT_NAMES,
    Format,
    LineContext,
    LineSamples,
    PathDefaults,
    Row,
)
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text, split_conversation
from tensorboard_plugin_rlboard.formats.rows import extra_fields

_FILE = re.compile(r"(\d{1,12})\.(?:parquet|jsonl)")


def _recognise(row: Row) -> bool:
    """Messages with a reward and what ART keeps beside them; no prompt of their own."""
    if isinstance(row.get("messages"), list):
        return "reward" in row and "metrics" in row and "metadata" in row and "prompt" not in row
    first = _first(row.get("trajectories"))
    return isinstance(first, dict) and "messages_and_choices" in first and "reward" in first


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    """One sample a row of Parquet, or one a trajectory of a line; of the latter each line is a group."""
    if "trajectories" not in row:
        return LineSamples([_sample(row, row.get("messages"), extra_fields.text(row.get("group_index")))])
    found = row.get("trajectories")
    trajectories = [x for x in found if isinstance(x, dict)] if isinstance(found, list) else []
    samples = [_sample(x, x.get("messages_and_choices"), "") for x in trajectories]
    return LineSamples(samples)


def _sample(row: Row, logged: object, group: str) -> dict[str, object]:
    messages = as_messages(_with_calls(logged))
    if messages is None:
        raise ValueError("It has no messages.")
    asked, answered = split_conversation(messages)
    sample: dict[str, object] = {
        "messages": messages,
        "prompt": as_text(asked),
        "response": as_text(answered),
        "reward": row.get("reward"),
    }
    if group:
        sample["group_id"] = group
    if row.get("logs"):
        sample["logs"] = _text(row["logs"])
    for beside in ("metrics", "metadata"):
        extra_fields.add(sample, _object(row.get(beside)).items(), beside)
        of_group = _object(row.get(f"group_{beside}")).items()
        extra_fields.add(sample, ((f"group_{name}", value) for name, value in of_group), f"group_{beside}")
    return sample


def _with_calls(messages: object) -> object:
    """Messages whose tool calls are lists, which a table keeps as JSON texts; a choice is a message that was sampled."""
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
            message["tool_calls"] = _parsed(calls)
        found.append(message)
    return found


def _object(value: object) -> Mapping[str, object]:
    found = _parsed(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}


def _parsed(text: str) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def _text(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _first(items: object) -> object:
    return items[0] if isinstance(items, list) and items else None


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    found = _FILE.fullmatch(path.name)
    split = ("eval" if path.parent.name in EVAL_SPLIT_NAMES else "train") if _is_at_home(path) else ""
    return PathDefaults(int(found[1]) if found else None, split)


def _levels_to_run(path: PurePosixPath) -> int:
    """The run is the model's folder: ``{model}/trajectories/{split}/{step}.parquet``."""
    return 2 if _is_at_home(path) else 0


def _is_at_home(path: PurePosixPath) -> bool:
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
