"""What was asked and answered in MLflow's spans, which keep the arguments and the result of a call as JSON in a text."""

from __future__ import annotations

import json

from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages

SPAN_KEYS = ("mlflow.spanInputs", "mlflow.spanOutputs")
_MAX_LENGTH = 8_000_000
"""Characters of a text that is looked at."""
_CHATS = ("messages", "input", "choices", "output")
"""Keys of a conversation in the arguments and in the result of a call of a model."""


def said_in(value: object) -> object:
    """The conversation or the text in the JSON of a text: messages of a model's call, or the only argument; else the value itself."""
    if not isinstance(value, str) or not value.startswith(('"', "[", "{")) or len(value) > _MAX_LENGTH:
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    if isinstance(found, str):
        return found
    if isinstance(found, dict):
        chats = (found[key] for key in _CHATS if as_messages(found.get(key)) is not None)
        message = found if as_messages([found]) is not None else None
        texts = [text for text in found.values() if isinstance(text, str)]
        only = texts[0] if len(found) == 1 and texts else None
        return next(chats, None) or ([message] if message else None) or only or value
    return found if as_messages(found) is not None else value
