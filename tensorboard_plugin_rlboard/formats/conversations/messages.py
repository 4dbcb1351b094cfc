"""Reads chat messages of any trainer into one structure, and writes them as text.

Read are chat messages as OpenAI's, Anthropic's and Hugging Face's interfaces spell them and as verifiers, ART and TRL
write them to disk. A content block that is no text (picture, sound) becomes its type in brackets; nothing is guessed
from inside a text, so `<think>` stays where it was logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from tensorboard_plugin_rlboard.formats.conversations.response_items import chat_of_items

Message = dict[str, object]
"""`role` and `content` always; `thinking`, `tool_calls` (`name` and `arguments`, both text), `name`, `tool_call_id` and
`sampled` and `reward` (a number, of this turn) where they were logged."""

_THINKING = ("reasoning_content", "reasoning", "thinking", "thinking_blocks")
_SAMPLED = ("sampled", "trainable")
_ASSISTANT = frozenset({"assistant", "model", "gpt", "ai", "bot"})
_CHINESE_ROLES = {
    **dict.fromkeys(("用户", "人类"), "user"),
    **dict.fromkeys(("助手", "模型", "机器人", "智能体"), "assistant"),
    **dict.fromkeys(("工具", "环境"), "tool"),
    "系统": "system",
}
_TOO_DEEP = "[nested too deeply]"


def as_messages(value: object) -> list[Message] | None:
    """The messages of a conversation; None where the value is no list of objects that have a role.

    An object may also hold the message under `message`, as a node of a trace or a choice of a completion does. Items of
    the Responses API, of which only some have a role, are messages as well.
    """
    if not isinstance(value, list) or not value:
        return None
    messages = [_message(item) for item in chat_of_items(value) or value]
    found = [message for message in messages if message is not None]
    return found if len(found) == len(messages) else None


def messages_to_text(messages: Sequence[Mapping[str, object]]) -> str:
    """Write messages as text: a single one without its role, several each after its role; with thinking and tool calls."""
    if len(messages) == 1:
        return _message_text(messages[0])
    return "\n\n".join(f"{_heading(message)}: {_message_text(message)}" for message in messages)


def with_last_sampled(messages: Sequence[Message]) -> list[Message]:
    """The messages with those marked as sampled that answer the last question, as they are behind examples of a prompt."""
    roles = [str(message["role"]).lower() for message in messages]
    asked = max(
        (at for at, role in enumerate(roles) if role == "user" and _is_answered(roles[at:])), default=-1
    )
    return [
        {**message, "sampled": at > asked} if asked >= 0 else message for at, message in enumerate(messages)
    ]


def _is_answered(roles: Sequence[str]) -> bool:
    return not _ASSISTANT.isdisjoint(roles)


def split_conversation(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Split a conversation into prompt and response.

    The response begins with the first message that is marked as sampled; where none is, with the first one of the
    assistant after the first of a user, so that a greeting belongs to the prompt. Everything from there on is the
    response, tool results and further messages of the user included.
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


def _message_text(message: Mapping[str, object]) -> str:
    texts = [str(message.get("content") or "")]
    thinking = message.get("thinking")
    if thinking:
        texts.insert(0, f"<think>\n{thinking}\n</think>")
    calls = message.get("tool_calls")
    texts += [
        f"tool call: {call.get('name', '')}({call.get('arguments', '')})"
        for call in (calls if isinstance(calls, list) else ())
        if isinstance(call, dict)
    ]
    return "\n".join(text for text in texts if text)


def _message(item: object) -> Message | None:
    if not isinstance(item, dict):
        return None
    inner = item.get("message")
    holder, item = (item, inner) if "role" not in item and isinstance(inner, dict) else ({}, item)
    role = item.get("role")
    if not isinstance(role, str):
        return None
    content, thinking, calls = _read_content(item.get("content", item.get("parts")))
    message: Message = {"role": _CHINESE_ROLES.get(role, role), "content": content}
    logged = next((text for key in _THINKING if (text := _thinking_text(item.get(key)))), "")
    if logged or thinking:
        message["thinking"] = logged or thinking
    calls = [*calls, *_tool_calls(item.get("tool_calls"))] or _tool_calls([item.get("function_call")])
    if calls:
        message["tool_calls"] = calls
    for key in ("name", "tool_call_id"):
        if isinstance(item.get(key), str) and item[key]:
            message[key] = item[key]
    sampled = next((o[k] for o in (item, holder) for k in _SAMPLED if isinstance(o.get(k), bool)), None)
    if sampled is not None:
        message["sampled"] = sampled
    reward = next((o["reward"] for o in (item, holder) if type(o.get("reward")) in {int, float}), None)
    if reward is not None:
        message["reward"] = reward
    return message


def _read_content(value: object) -> tuple[str, str, list[Message]]:
    """Text, thinking and tool calls of a message's content, which is a text or a list of content blocks."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Message] = []
    for block in value if isinstance(value, list) else [value]:
        kind = _block_type(block)
        if kind in {"thinking", "reasoning"}:
            thoughts.append(_thinking_text(block))
        elif kind in {"tool_use", "tool_call", "function_call"}:
            calls += _tool_calls([block])
        else:
            texts.append(_block_text(block))
    return "\n".join(filter(None, texts)), "\n".join(filter(None, thoughts)), calls


def _block_type(block: object) -> str:
    kind = block.get("type") if isinstance(block, dict) else None
    return kind if isinstance(kind, str) else ""


def _block_text(block: object) -> str:
    """The text of a content block; for a block that is no text, its type in brackets."""
    if block is None or isinstance(block, str):
        return block or ""
    if not isinstance(block, dict):
        return _json_text(block)
    for key in ("text", "refusal"):
        if isinstance(block.get(key), str):
            return str(block[key])
    kind = _block_type(block).removeprefix("input_").removesuffix("_url")
    if kind == "tool_result":
        inner = block.get("content")
        return "\n".join(x if isinstance(x, str) else _result_block_text(x) for x in _as_list(inner))
    if kind in {"text", "output_text"}:
        return _json_text(block["text"]) if block.get("text") is not None else ""
    if not kind and block.keys() == {"text"}:  # a part of Google's
        return _json_text(block["text"])
    return f"[{kind}]" if kind else _json_text(block)


def _result_block_text(block: object) -> str:
    """The text of a block within a tool's result. Further results in it are not read, so this does not recurse."""
    if isinstance(block, dict) and isinstance(block.get("text"), str):
        return str(block["text"])
    return f"[{kind}]" if (kind := _block_type(block)) else _json_text(block)


def _thinking_text(value: object) -> str:
    """The text of thinking: a text, or blocks that hold one."""
    texts: list[str] = []
    for block in _as_list(value):
        if isinstance(block, str):
            texts.append(block)
        elif isinstance(block, dict):
            found = (block.get(key) for key in ("thinking", "reasoning", "text", "content", "summary"))
            texts += [text for text in found if isinstance(text, str)][:1]
    return "\n".join(filter(None, texts))


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _tool_calls(value: object) -> list[Message]:
    """Read tool calls; the list and each of its entries may be JSON texts, as some writers put them into tables."""
    return [call for item in _as_list(_parsed_json(value)) for call in _tool_call(_parsed_json(item))]


def _tool_call(item: object) -> Iterable[Message]:
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
            "arguments": arguments if isinstance(arguments, str) else _json_text(arguments),
        }


def _parsed_json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found


def _json_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return _TOO_DEEP
