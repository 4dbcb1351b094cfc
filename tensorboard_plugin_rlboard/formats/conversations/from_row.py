"""Reads the conversation of a row, and writes structures that stand in place of a text as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    Message,
    as_messages,
    messages_to_text,
)

_PART_TYPES = frozenset(
    {
        *("text", "input_text", "output_text", "refusal", "thinking", "reasoning", "redacted_thinking"),
        *("image", "image_url", "input_image", "video", "video_url", "audio", "input_audio", "audio_url"),
    }
)
_PART_KEYS = _PART_TYPES | {
    "type",
    "signature",
    "annotations",
    "logprobs",
    "source",
    "data",
    "id",
    "cache_control",
}
_ONE_MESSAGE = frozenset({"role", "content"})


def structure_to_text(value: object) -> str:
    """A list or object in place of a text, as text: messages one below the other, anything else as JSON."""
    found = _messages(value)
    return json.dumps(value, ensure_ascii=False) if found is None else messages_to_text(found)


def reason_to_text(value: object) -> str:
    """A finish reason as text; of an object (`{"type": "length", "length": 512}`, as SGLang returns it) its type."""
    if isinstance(value, str):
        return value
    found = value.get("type", value.get("reason")) if isinstance(value, dict) else value
    return found if isinstance(found, str) else structure_to_text(value)


def value_to_text(value: object, *, is_reason: bool) -> str:
    """A value in place of a text, as text; a finish reason as `reason_to_text` gives it."""
    return reason_to_text(value) if is_reason else structure_to_text(value)


def row_messages(row: Row, texts: Mapping[str, Sequence[str]]) -> list[dict[str, object]] | None:
    """The messages of a row: its own, else those of its prompt and its response; None where it has neither.

    Args:
        row: the row.
        texts: text field -> keys of the row that may hold it.
    """
    whole = as_messages(row.get("messages"))
    if whole is not None:
        return whole
    prompt, response = (first_value(row, texts.get(name, ())) for name in ("prompt", "response"))
    before, after = _messages(prompt, "user"), _messages(response)
    if before is None and after is None:
        return None
    if before is None:
        before = [{"role": "user", "content": prompt}] if isinstance(prompt, str) and prompt else []
    if after is None:
        after = [{"role": "assistant", "content": response}] if isinstance(response, str) else []
    sampled = [{**message, "sampled": message["role"] == "assistant"} for message in after]
    return [*before, *sampled]


def is_content(value: object) -> bool:
    """Whether a value is the content of one message as a list of its parts (texts, thinking, pictures), with nothing beside."""
    return (
        isinstance(value, list)
        and any(isinstance(part, dict) and isinstance(part.get("text"), str) for part in value)
        and all(
            isinstance(part, dict) and part.get("type") in _PART_TYPES and part.keys() <= _PART_KEYS
            for part in value
        )
    )


def _messages(value: object, role: str = "assistant") -> list[Message] | None:
    """The messages of a conversation, or a single message, or the parts of one by that role, in place of a text."""
    if is_content(value):
        return as_messages([{"role": role, "content": value}])
    is_one = isinstance(value, dict) and value.keys() >= _ONE_MESSAGE
    return as_messages([value] if is_one else value)


def first_value(row: Row, keys: Iterable[str]) -> object:
    """The value of the first of some keys that a row has, null not counted; None without any."""
    return next((row[key] for key in keys if row.get(key) is not None), None)
