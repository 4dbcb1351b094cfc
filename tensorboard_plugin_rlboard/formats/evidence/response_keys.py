"""Whether a row has a response, by its keys alone."""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_plugin_rlboard.words import PROMPT, RESPONSE, WEAK_RESPONSE, plain, snake_case

_PROMPTS, _RESPONSES, _WEAK_RESPONSES = (
    frozenset(plain(snake_case(word)) for word in names) for names in (PROMPT, RESPONSE, WEAK_RESPONSE)
)


def has_response_key(row: Mapping[str, object]) -> bool:
    """Whether a text of a row is called like a response, or like an answer beside one that is called like a prompt."""
    names = {plain(snake_case(key)) for key, value in row.items() if isinstance(value, str) and value}
    has_prompt = not names.isdisjoint(_PROMPTS)
    return not names.isdisjoint(_RESPONSES) or (has_prompt and not names.isdisjoint(_WEAK_RESPONSES))
