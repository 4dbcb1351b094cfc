"""The messages of an opened sample as the contract has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tensorboard_plugin_rlboard.api import Message, ToolCall


def messages(found: Sequence[Mapping[str, Any]] | None) -> list[Message] | None:
    """A conversation in the order in which it was held; None where the row has none."""
    return None if found is None else [_message(one) for one in found]


def _message(one: Mapping[str, Any]) -> Message:
    calls = [ToolCall(str(call["name"]), str(call["arguments"])) for call in one.get("tool_calls", ())]
    return Message(
        role=str(one["role"]),
        content=str(one.get("content", "")),
        thinking=str(one.get("thinking", "")),
        tool_calls=calls,
        name=str(one.get("name", "")),
        tool_call_id=str(one.get("tool_call_id", "")),
        sampled=bool(one.get("sampled", False)),
    )
