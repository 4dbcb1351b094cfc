"""Texts that hold more than the response: prompt and response in one, or a whole conversation."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.conversations.chat_markers import (
    FIRST_ANSWER,
    LAST_ANSWER,
    answers_taken_note,
    are_examples,
    have_examples,
)
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    Message,
    messages_to_text,
    split_conversation,
    with_last_sampled,
)
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.prompt_repeats import cut_repeats
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_chat_text, is_marked_text
from tensorboard_plugin_rlboard.formats.generic.key_paths import AFTER
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation

_TOKENS = frozenset({"response_tokens", "response_token_ids"})


def cut_prompt(roles: FieldRoles) -> str:
    """Map the response to what follows the prompt, where its texts begin with it, and conversations in one text to both.

    The key `response` is our own, and is what it says, unless all of its texts begin with a question and are
    not logged token by token, or with their own prompts.

    Returns:
        One sentence where a conversation in one text may be split elsewhere, or tokens may be the prompt's; else empty.
    """
    prompts, texts = roles.column("prompt"), roles.column("response")
    path = roles.keys.get("response", "")
    if prompts is None and texts is not None and not roles.keys.get("messages"):
        has_tokens = roles.has_token_values or bool(_TOKENS & roles.keys.keys())
        values = [value for value in texts.values.values() if isinstance(value, str) and value]
        is_chat = is_marked_text if path == "response" else is_chat_text
        if values and all(map(is_chat, values)) and not (path == "response" and has_tokens):
            return _split_chats(roles, path, values)
    if texts is None and (chats := roles.column("messages")) is not None:
        _split_messages(roles, chats)
    if prompts is None or texts is None or prompts.place.of_each or not path:
        return ""
    return cut_repeats(roles, prompts, texts, path)


def _split_chats(roles: FieldRoles, path: str, texts: list[str]) -> str:
    """Map prompt and response to conversations in one text; one sentence where these may begin elsewhere."""
    only_last = have_examples(texts)
    roles.keys["prompt"] = path
    note = answers_taken_note(texts, only_last=bool(only_last))
    roles.notes["response"] = note
    if only_last:
        roles.keys["response"] = f"{path}{AFTER}{path}"
    if not note or only_last is not None or not all(map(is_marked_text, texts)):
        return ""
    last_answer = f"{path}{AFTER}{path}"
    return (
        f"The responses may begin later: {path} has several answers, and all from the first one on was taken for the policy's. "
        f'If the earlier ones are examples of the prompt, write response = "{last_answer}" into an rlboard.toml.'
    )


def _split_messages(roles: FieldRoles, chats: Column) -> None:
    """Map the response to the last answer of conversations whose earlier ones are examples; note where that is not known."""
    found = [messages for value in chats.values.values() if (messages := as_conversation(value))]
    if any(_marks_answers(message) for messages in found for message in messages):
        return
    halves = [(split_conversation(one), split_conversation(with_last_sampled(one))) for one in found]
    several = [(first, last) for first, last in halves if len(first[0]) < len(last[0])]
    answers: dict[str, dict[str, str]] = {}
    for first, last in several:
        whole = messages_to_text([*first[0], *first[1]])
        shared = answers.setdefault(messages_to_text(first[0]), {})
        shared[whole] = messages_to_text(first[1][: len(last[0]) - len(first[0]) - 1])
    have_examples_before = are_examples([list(said.values()) for said in answers.values()])
    if have_examples_before:
        roles.keys["response"] = f"{chats.path}{AFTER}{chats.path}"
        roles.notes["messages"] = LAST_ANSWER
    elif several and have_examples_before is None:
        roles.notes["messages"] = FIRST_ANSWER


def _marks_answers(message: Message) -> bool:
    """Whether a message says itself whose it is: an agent's, with a tool or a reward, or one that was sampled."""
    is_of_agent = str(message["role"]).lower() not in {
        "system",
        "developer",
        "user",
        "assistant",
        "model",
        "gpt",
    }
    return is_of_agent or not {"tool_calls", "sampled", "reward", "tool_call_id"}.isdisjoint(message)
