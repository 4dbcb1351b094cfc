"""Writes the items of OpenAI's Responses API as chat messages: messages, reasoning, calls of functions and their outputs.

A reply is a list of items, of which only some have a role: what was thought, what was called and what came of it stand
beside the messages. What follows thinking is a part of the same message, and so are calls that follow a text.
"""

from __future__ import annotations

from collections.abc import Mapping

_REASONING, _MESSAGE, _OTHER = "reasoning", "message", "other"
_CALL, _OUTPUT = "_call", "_call_output"
"""What the types of calls (`function_call`, `custom_tool_call`) and of their outputs end with."""
_Chat = dict[str, object]


def chat_of_items(items: object) -> list[_Chat] | None:
    """The chat messages of items; None where the value is no list of them, or one of messages only."""
    if not isinstance(items, list) or all(isinstance(item, dict) and "role" in item for item in items):
        return None  # what nearly all are: messages
    kinds = [_kind(item) for item in items]
    if "" in kinds or (_OTHER in kinds and _MESSAGE not in kinds):
        return None
    messages: list[_Chat] = []
    is_open = False  # whether what comes next may belong to the last message
    for item, kind in zip(items, kinds, strict=True):
        if kind == _OTHER:  # a list of tools, say
            continue
        if kind == _OUTPUT:
            messages.append(
                {"role": "tool", "content": item.get("output"), "tool_call_id": item.get("call_id")}
            )
            is_open = False
            continue
        last = messages[-1] if is_open else {"content": None, "tool_calls": None}
        is_thought = is_open and not last["content"] and not last["tool_calls"]
        if kind == _MESSAGE:
            goes_on = is_thought and item["role"] == "assistant"
            message = {**item, "reasoning": last["reasoning"]} if goes_on else dict(item)
            messages[len(messages) - goes_on :] = [{"tool_calls": [], **message}]
            is_open = item["role"] == "assistant"
            continue
        if not is_open or (kind == _REASONING and not is_thought):
            messages.append({"role": "assistant", "content": "", "reasoning": "", "tool_calls": []})
        _add(messages[-1], item, kind)
        is_open = True
    return messages


def _kind(item: object) -> str:
    """The kind of an item; empty for anything else."""
    if not isinstance(item, dict):
        return ""
    named = item.get("type")
    if isinstance(item.get("role"), str) and named in {None, _MESSAGE}:
        return _MESSAGE
    if not isinstance(named, str):
        return ""
    if named.endswith(_OUTPUT):
        return _OUTPUT
    return _CALL if named.endswith(_CALL) else named if named == _REASONING else _OTHER


def _add(message: _Chat, item: Mapping[str, object], kind: str) -> None:
    """Adds an item of reasoning or a call to a message."""
    if kind == _REASONING:
        texts = (str(message["reasoning"] or ""), _thought(item))
        message["reasoning"] = "\n".join(text for text in texts if text)
    else:
        calls = message["tool_calls"]
        message["tool_calls"] = [*(calls if isinstance(calls, list) else []), _call(item)]


def _call(item: Mapping[str, object]) -> Mapping[str, object]:
    """A call with its name and arguments; those of the server's own tools have none, but their kind and what they did."""
    if "name" in item:
        return item
    arguments = {key: value for key, value in item.items() if key not in {"id", "type", "status"}}
    return {"name": str(item["type"]).removesuffix(_CALL), "arguments": arguments}


def _thought(item: Mapping[str, object]) -> str:
    """The texts of an item of reasoning: its content, else its summary."""
    for key in ("content", "summary"):
        blocks = item.get(key)
        texts = (
            [block.get("text") for block in blocks if isinstance(block, dict)]
            if isinstance(blocks, list)
            else []
        )
        if any(texts):
            return "\n".join(text for text in texts if isinstance(text, str))
    return ""
