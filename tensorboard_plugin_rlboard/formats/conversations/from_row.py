"""Conversations where a text is expected: as messages for the reader, as text for the index."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text


def structure_text(value: object) -> str:
    """A list or object that stands where a text is expected: messages as they read, anything else as JSON."""
    found = as_messages(value)
    return json.dumps(value, ensure_ascii=False) if found is None else as_text(found)


def conversation(row: Row, texts: Mapping[str, Sequence[str]]) -> list[dict[str, object]] | None:
    """The messages of a row: its own, else those of its prompt and its response; None where it has neither.

    Args:
        row: the row.
        texts: our text -> keys of the row that may hold it.
    """
    whole = as_messages(row.get("messages"))
    if whole is not None:
        return whole
    prompt, response = (_first(row, texts.get(name, ())) for name in ("prompt", "response"))
    before, after = as_messages(prompt), as_messages(response)
    if before is None and after is None:
        return None
    if before is None:
        before = [{"role": "user", "content": prompt}] if isinstance(prompt, str) and prompt else []
    if after is None:
        after = [{"role": "assistant", "content": response}] if isinstance(response, str) else []
    sampled = [{**one, "sampled": one["role"] == "assistant"} for one in after]
    return [*before, *sampled]


def _first(row: Row, keys: Sequence[str]) -> object:
    return next((row[key] for key in keys if row.get(key) is not None), None)
