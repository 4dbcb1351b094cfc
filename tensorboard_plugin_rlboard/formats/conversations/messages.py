"""Conversations: the messages of chat data in one structure, whoever wrote them, and as readable text.

Read are chat messages as OpenAI's, Anthropic's and Hugging Face's interfaces spell them and as verifiers, ART and TRL
write them to disk. What has no words of its own (pictures, sound) becomes a word in brackets; nothing is guessed from
inside a text, so `<think>` stays where it was logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

Message = dict[str, object]
"""`role` and `content` always; `thinking`, `tool_calls` (`name` and `arguments`, both text), `name`, `tool_call_id` and
`sampled` where they were logged."""

_THINKING = ("reasoning_content", "reasoning", "thinking", "thinking_blocks")
_SAMPLED = ("sampled", "trainable")
_ASSISTANT = frozenset({"assistant", "model", "gpt", "ai", "bot"})
_DEEP = "[nested too deeply]"


def as_messages(value: object) -> list[Message] | None:
    """The messages of a conversation; None where the value is no list of objects that have a role.

    An object may also hold the message under `message`, as a node of a trace or a choice of a completion does.
    """
    if not isinstance(value, list) or not value:
        return None
    messages = [_message(item) for item in value]
    found = [message for message in messages if message is not None]
    return found if len(found) == len(messages) else None


def as_text(messages: Sequence[Mapping[str, object]]) -> str:
    """Messages as text: of one only what it says, of several each after its role; thinking and tool calls included."""
    if len(messages) == 1:
        return _says(messages[0])
    return "\n\n".join(f"{_heading(message)}: {_says(message)}" for message in messages)


def split_conversation(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """The prompt and the response of a conversation.

    The response begins with the first message that is marked as sampled; where none is, with the first one of the
    assistant after the first of a user, so that a greeting belongs to the prompt. Everything from there on is the
    response, tool results and further turns included.
    """
    roles = [str(message.get("role", "")).lower() for message in messages]
    start = next((i for i, message in enumerate(messages) if message.get("sampled") is True), None)
    if start is None:
        user = roles.index("user") if "user" in roles else 0
        start = next((i for i in range(user, len(roles)) if roles[i] in _ASSISTANT), len(roles))
    return list(messages[:start]), list(messages[start:])


def _heading(message: Mapping[str, object]) -> str:
    name = message.get("name")
    role = str(message.get("role", ""))
    return f"{role} ({name})" if isinstance(name, str) and name else role


def _says(message: Mapping[str, object]) -> str:
    parts = [str(message.get("content") or "")]
    thinking = message.get("thinking")
    if thinking:
        parts.insert(0, f"<think>\n{thinking}\n</think>")
    calls = message.get("tool_calls")
    parts += [
        f"tool call: {call.get('name', '')}({call.get('arguments', '')})"
        for call in (calls if isinstance(calls, list) else ())
        if isinstance(call, dict)
    ]
    return "\n".join(part for part in parts if part)


def _message(item: object) -> Message | None:
    if not isinstance(item, dict):
        return None
    inner = item.get("message")
    holder, item = (item, inner) if "role" not in item and isinstance(inner, dict) else ({}, item)
    role = item.get("role")
    if not isinstance(role, str):
        return None
    content, thinking, calls = _content(item.get("content"))
    message: Message = {"role": role, "content": content}
    logged = next((text for key in _THINKING if (text := _thought(item.get(key)))), "")
    if logged or thinking:
        message["thinking"] = logged or thinking
    calls = [*calls, *_calls(item.get("tool_calls"))] or _calls([item.get("function_call")])
    if calls:
        message["tool_calls"] = calls
    for key in ("name", "tool_call_id"):
        if isinstance(item.get(key), str) and item[key]:
            message[key] = item[key]
    sampled = next((o[k] for o in (item, holder) for k in _SAMPLED if isinstance(o.get(k), bool)), None)
    if sampled is not None:
        message["sampled"] = sampled
    return message


def _content(value: object) -> tuple[str, str, list[Message]]:
    """What a message says, what it thinks, and the tools that it calls, where all of that stands in its parts."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Message] = []
    for part in value if isinstance(value, list) else [value]:
        kind = _kind(part)
        if kind in {"thinking", "reasoning"}:
            thoughts.append(_thought(part))
        elif kind in {"tool_use", "tool_call", "function_call"}:
            calls += _calls([part])
        else:
            texts.append(_part(part))
    return "\n".join(filter(None, texts)), "\n".join(filter(None, thoughts)), calls


def _kind(part: object) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    return kind if isinstance(kind, str) else ""


def _part(part: object) -> str:
    """The text of a part of a message; what is no text by the word for what it is."""
    if part is None or isinstance(part, str):
        return part or ""
    if not isinstance(part, dict):
        return _json(part)
    for key in ("text", "refusal"):
        if isinstance(part.get(key), str):
            return str(part[key])
    kind = _kind(part).removeprefix("input_").removesuffix("_url")
    if kind == "tool_result":
        inner = part.get("content")
        return "\n".join(x if isinstance(x, str) else _part_of_result(x) for x in _listed(inner))
    if kind in {"text", "output_text"}:
        return _json(part["text"]) if part.get("text") is not None else ""
    return f"[{kind}]" if kind else _json(part)


def _part_of_result(part: object) -> str:
    """A part of a tool's result. A result holds no further results, so this does not go on for ever."""
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        return str(part["text"])
    return f"[{kind}]" if (kind := _kind(part)) else _json(part)


def _thought(value: object) -> str:
    """What was thought: a text, or parts that hold one."""
    texts: list[str] = []
    for part in _listed(value):
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            found = (part.get(key) for key in ("thinking", "reasoning", "text", "content", "summary"))
            texts += [text for text in found if isinstance(text, str)][:1]
    return "\n".join(filter(None, texts))


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _calls(value: object) -> list[Message]:
    """Tool calls, each also as a JSON text, as some writers put them into tables."""
    return [call for item in _listed(_parsed(value)) for call in _call(_parsed(item))]


def _call(item: object) -> Iterable[Message]:
    if not isinstance(item, dict):
        return
    inner = item.get("function")
    source = inner if isinstance(inner, dict) else item
    name = source.get("name", inner)
    arguments = next(
        (source[key] for key in ("arguments", "input", "args") if source.get(key) is not None), ""
    )
    if isinstance(name, str) or arguments != "":
        yield {
            "name": name if isinstance(name, str) else "",
            "arguments": arguments if isinstance(arguments, str) else _json(arguments),
        }


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return _DEEP
