"""The messages of a decoded sample as the contract has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tensorboard_plugin_rlboard import api


def messages(decoded: Sequence[Mapping[str, Any]] | None) -> list[api.Message] | None:
    """A conversation in the order in which it was held; None where the row has none."""
    return None if decoded is None else [_message(message) for message in decoded]


def _message(message: Mapping[str, Any]) -> api.Message:
    calls = [
        api.ToolCall(str(call["name"]), str(call["arguments"])) for call in message.get("tool_calls", ())
    ]
    return api.Message(
        role=str(message["role"]),
        content=str(message.get("content", "")),
        thinking=str(message.get("thinking", "")),
        tool_calls=calls,
        name=str(message.get("name", "")),
        tool_call_id=str(message.get("tool_call_id", "")),
        sampled=bool(message.get("sampled", False)),
        reward=_float(message.get("reward")),
    )


def _float(reward: Any) -> float | None:
    """A turn's reward; None for a whole number that no float holds."""
    try:
        return None if reward is None else float(reward)
    except OverflowError:
        return None
