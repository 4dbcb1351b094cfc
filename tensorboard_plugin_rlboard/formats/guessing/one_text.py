"""Texts that hold more than the response: those that begin with the prompt, and whole conversations."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.conversations.chat_markers import have_examples, said_of_split
from tensorboard_plugin_rlboard.formats.evidence.roles import Roles
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_chat_text, is_marked_text
from tensorboard_plugin_rlboard.formats.generic.key_paths import AFTER

_TELLING_PROMPT = 6  # characters of a prompt with which no text begins by chance
_TOKENS = frozenset({"response_tokens", "response_token_ids"})


def cut_prompt(roles: Roles) -> str:
    """Map the response to what follows the prompt, where its texts begin with it, and conversations in one text to both.

    The key `response` is our own, and is what it says, unless all of its texts begin with a question and are
    not logged token by token.

    Returns:
        One sentence where a conversation in one text may be split elsewhere; else empty.
    """
    prompts, texts = roles.column("prompt"), roles.column("response")
    path = roles.keys.get("response", "")
    if prompts is None and texts is not None and not roles.keys.get("messages"):
        has_tokens = roles.has_token_values or bool(_TOKENS & roles.keys.keys())
        values = [value for value in texts.values.values() if isinstance(value, str) and value]
        is_chat = is_marked_text if path == "response" else is_chat_text
        if values and all(map(is_chat, values)) and not (path == "response" and has_tokens):
            return _split_chats(roles, path, values)
    if prompts is None or texts is None or prompts.place.of_each or path in {"", "response"}:
        return ""
    pairs = [(prompts.values.get(at), text) for at, text in texts.values.items()]
    known = [(asked, text) for asked, text in pairs if isinstance(asked, str) and isinstance(text, str)]
    repeat = [len(prompt) for prompt, text in known if prompt and text.startswith(prompt)]
    goes_on = any(len(text) > len(prompt) for prompt, text in known)
    if goes_on and len(repeat) == len(pairs) and max(repeat) >= _TELLING_PROMPT:
        roles.keys["response"] = f"{path}{AFTER}{prompts.path}"
    return ""


def _split_chats(roles: Roles, path: str, texts: list[str]) -> str:
    """Map prompt and response to conversations in one text; one sentence where these may begin elsewhere."""
    only_last = have_examples(texts)
    roles.keys["prompt"] = path
    said = said_of_split(texts, only_last=bool(only_last))
    roles.notes["response"] = said
    if only_last:
        roles.keys["response"] = f"{path}{AFTER}{path}"
    if not said or only_last is not None or not all(map(is_marked_text, texts)):
        return ""
    return (
        f"The responses may begin later: {path} has several answers, and all from the first one on was taken for the policy's. "
        f'If the earlier ones are examples of the prompt, write response = "{path}{AFTER}{path}" into an rlboard.toml.'
    )
