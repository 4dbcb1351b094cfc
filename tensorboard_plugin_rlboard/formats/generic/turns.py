"""Conversations and episodes of anybody, as chat messages: from and value; thought, action and observation."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping

from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.conversations.messages import Message, as_messages
from tensorboard_plugin_rlboard.formats.rows.step_tokens import are_steps_with_ids, holds_ids, tokens_of_steps

_LIST_OF_OBJECTS = re.compile(r"\s*\[\s*\{")
_MAX_TEXT_LENGTH, _MAX_LITERAL_LENGTH = 8_000_000, 200_000
"""Characters of a text that may be a conversation as JSON, and as Python prints it, which takes longer to read."""
_SPEAKER_KEYS = ("from", "speaker", "author", "sender", "角色")
_CONTENT_KEYS = ("value", "content", "text", "message", "utterance", "内容")
ROLES = {
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "agent": "assistant",
    "function_call": "assistant",
    "observation": "tool",
    "function_response": "tool",
    "environment": "tool",
    "env": "tool",
}
"""What speakers are called where messages have no role -> the role."""
_LANGCHAIN = ("human", "ai", "system", "tool", "function")
"""What LangChain's messages have for a `type`, alone or with the rest in `data`."""
THOUGHT_KEYS = ("thought", "thoughts", "thinking", "reasoning", "think", "plan")
ACTION_KEYS = (
    *("action", "act", "response", "output", "completion", "tool_call", "command", "answer", "model_output"),
    *("llm_output", "agent_action", "action_text", "llm_raw_response", "llm_response", "actions"),
)
OBSERVATION_KEYS = (
    *(
        "observation",
        "obs",
        "feedback",
        "result",
        "env_output",
        "tool_output",
        "tool_result",
        "next_observation",
    ),
    *("env_response", "state", "environment"),
)
_PROMPT_KEYS = ("prompt", "question", "query", "user", "user_message", "instruction", "input")
_ANSWER_KEYS = frozenset(
    {"response", "output", "completion", "answer", "model_output", "llm_output", "llm_response"}
)
"""Keys of what was asked in a turn, and of what answers it: the `input` of an action is a part of it."""
_EVENT_SOURCES = ("user", "agent", "environment")
_ARG_TEXT_KEYS = ("content", "command", "code", "final_thought")
"""Arguments of an OpenHands action that are the whole of it; any other action is shown with all of its arguments."""
_CHAT_KEYS = ("chat_completions", "messages", "conversation", "conversations", "chat")
REWARD_KEYS = ("reward", "score", "step_reward", "turn_reward", "rew")


def as_conversation(value: object) -> list[Message] | None:
    """The messages of a conversation or episode in any spelling, or of a text that is one; None for anything else."""
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(pair, list) for pair in value):  # of actions and what came of them
        return _events([event for pair in value for event in pair])
    if not isinstance(value[0], Mapping):
        return None
    return as_messages(value) or _speakers(value) or _events(value) or _chats(value) or _episode(value)


def is_conversation_text(value: object) -> bool:
    """Whether a value is a text that is a conversation, as the cells of a table have it."""
    return isinstance(value, str) and as_conversation(value) is not None


def is_episode(value: object) -> bool:
    """Whether a value is a list of turns of an agent, each with an action, an observation or ids, without a role."""
    if not isinstance(value, list) or as_messages(value) is not None:
        return False
    return (_events(value) or _chats(value) or _episode(value)) is not None or are_steps_with_ids(value)


def tokens_of_turns(value: object, context: LineContext, problems: list[str]) -> dict[str, object]:
    """Field -> value of the tokens of an episode's turns, and of its texts where they have ids only (`tokens_of_steps`)."""
    steps = [turn for turn in value if isinstance(turn, Mapping)] if isinstance(value, list) else []
    if not steps or not is_episode(value):
        return {}
    return tokens_of_steps(steps, context, "logprobs", problems, with_texts=as_conversation(value) is None)


def turn_reward_key(value: object) -> str:
    """The key under which turns of an episode have a reward of their own; empty where none has."""
    turns = [turn for turn in value if isinstance(turn, Mapping)] if isinstance(value, list) else []
    return next(
        (key for key in REWARD_KEYS if any(number_from_value(turn.get(key)) is not None for turn in turns)),
        "",
    )


def _parsed(text: str) -> object:
    """The list of objects that a text is, as JSON or as Python prints it; None for any other text, or too long a one.

    Nothing is run of it.
    """
    if len(text) > _MAX_TEXT_LENGTH or not _LIST_OF_OBJECTS.match(text):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if len(text) > _MAX_LITERAL_LENGTH:
        return None
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None


def _speakers(turns: list[object]) -> list[Message] | None:
    messages: list[Message] = []
    for turn in turns:
        if not isinstance(turn, Mapping):
            return None
        speaker = next((turn[key] for key in _SPEAKER_KEYS if isinstance(turn.get(key), str)), None)
        if speaker is None and turn.get("type") in _LANGCHAIN:
            speaker, inner = turn["type"], turn.get("data")
        else:
            inner = None
        holder = inner if isinstance(inner, Mapping) else turn
        content = next((holder[key] for key in _CONTENT_KEYS if holder.get(key) is not None), None)
        if not isinstance(speaker, str) or content is None:
            return None
        role = speaker.lower()
        messages.append({"role": ROLES.get(role, role), "content": content})
    return as_messages(messages)


def _events(turns: list[object]) -> list[Message] | None:
    """The messages of OpenHands' events: each has a source, and the name of an action or of what was observed."""
    messages: list[Message] = []
    for turn in turns:
        if not isinstance(turn, Mapping) or turn.get("source") not in _EVENT_SOURCES:
            return None
        if isinstance(turn.get("observation"), str):
            messages.append({"role": "tool", "content": _first_text(turn, ("content", "message"))})
            continue
        action, args = turn.get("action"), turn.get("args")
        if not isinstance(action, str) or not isinstance(args, Mapping):
            return None
        role = "system" if action == "system" else "user" if turn["source"] == "user" else "assistant"
        done: Message = {"role": role, "content": _first_text(args, _ARG_TEXT_KEYS)}
        thought = _first_text(args, ("thought",))
        if thought and done["content"]:
            done["thinking"] = thought
        if not done["content"]:
            message_text = _first_text(turn, ("message",)) if action in {"finish", "message"} else ""
            done["content"] = thought or message_text or _text({"action": action, **args})
        messages.append(done)
    return messages if any(message["role"] == "assistant" for message in messages) else None


def _first_text(values: Mapping[str, object], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if isinstance(text := values.get(key), str) and text), "")


def _chats(turns: list[object]) -> list[Message] | None:
    """The messages of turns that hold an answered conversation each; what a turn repeats of the one before stands once."""
    messages: list[Message] = []
    before: list[Message] = []
    for turn in turns:
        chats = (as_messages(turn.get(key)) for key in _CHAT_KEYS) if isinstance(turn, Mapping) else ()
        chat_messages = next((chat for chat in chats if chat), None)
        if chat_messages is None or chat_messages[-1].get("role") not in {"assistant", "tool"}:
            return None
        further = chat_messages[len(before) :] if chat_messages[: len(before)] == before else chat_messages
        messages += with_reward(further, turn)
        before = chat_messages
    return messages


def with_reward(messages: list[Message], turn: object) -> list[Message]:
    """The messages of a turn, with the turn's reward at the last one."""
    values = turn if isinstance(turn, Mapping) else {}
    reward = next((n for key in REWARD_KEYS if (n := number_from_value(values.get(key))) is not None), None)
    return (
        messages if reward is None or not messages else [*messages[:-1], {**messages[-1], "reward": reward}]
    )


def _episode(turns: list[object]) -> list[Message] | None:
    """The messages of an agent's turns: what it thought and did, what came of it, in the order of the turn's keys."""
    messages: list[Message] = []
    before = ""
    for turn in turns:
        if not isinstance(turn, Mapping):
            return None
        acted, seen = _named(turn, ACTION_KEYS), _named(turn, OBSERVATION_KEYS)
        if not acted and not seen:
            return None
        asked = _named(turn, _PROMPT_KEYS) if acted in _ANSWER_KEYS and not seen else ""
        if asked and isinstance(text := turn[asked], str):
            further = text.removeprefix(before)  # a turn may repeat all that was said before it
            messages += [{"role": "user", "content": further}] if further.strip() else []
            before = text + _text(turn[acted]) if text.startswith(before) else text
        messages += with_reward(_turn_messages(turn, acted, seen), turn)
    return messages if any(message["role"] == "assistant" for message in messages) else None


def _turn_messages(turn: Mapping[str, object], acted: str, seen: str) -> list[Message]:
    thought = _named(turn, THOUGHT_KEYS)
    message: Message = {"role": "assistant", "content": _text(turn[acted]) if acted else ""}
    if thought:
        message["thinking"] = _text(turn[thought])
    keys = list(turn)
    is_seen_first = bool(seen) and (not acted or keys.index(seen) < keys.index(acted))
    found: list[Message] = []
    if seen:
        found.append({"role": "user" if is_seen_first else "tool", "content": _text(turn[seen])})
    if acted or thought:
        found.insert(len(found) if is_seen_first else 0, message)
    return found


def _named(turn: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """The first of some keys under which a turn has a text, an object or a list, and not the ids of one."""
    named = (key for key in keys if isinstance(turn.get(key), (str, dict, list)) and turn[key])
    return next((key for key in named if not holds_ids(turn[key])), "")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "[nested too deeply]"
