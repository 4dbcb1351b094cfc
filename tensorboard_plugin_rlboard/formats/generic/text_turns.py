"""Responses that are a list of texts, one for each turn: `response: ["first", "then"]` with one reward for all of it."""

from __future__ import annotations

from typing import TypeGuard

from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.conversations.messages import Message
from tensorboard_plugin_rlboard.words import PROMPT, REWARD

_SINGLE = ("response", "completion", "output", "generation", "model_response", "model_output")
"""Words for one response; `responses` are several."""
_REWARDS = tuple(word for tier in REWARD[:3] for word in tier)


def texts_as_turns(value: object, sample: dict[str, object]) -> list[Message] | None:
    """The messages of replies that are a list of texts, one for each turn; None for anything else.

    Args:
        value: what may be that list.
        sample: a prompt in it that is a list of as many texts, asked before each turn, is taken out of it.
    """
    if not _are_texts(value):
        return None
    said: list[Message] = [{"role": "assistant", "content": text, "sampled": True} for text in value]
    prompts = sample.get("prompt")
    if not _are_texts(prompts) or len(prompts) != len(said):
        return said
    del sample["prompt"]
    asked: list[Message] = [{"role": "user", "content": text} for text in prompts]
    return [message for turn in zip(asked, said, strict=True) for message in turn]


def with_joined_turns(row: Row) -> Row:
    """A row with one text in place of a response, and a prompt, that is a list of texts; the row itself without one.

    A list under the word for a single response is what was said in several turns, where the row has one number for a
    reward and no list of as many.
    """
    key = next((key for key in _SINGLE if _are_texts(row.get(key))), "")
    texts = row.get(key)
    if not _are_texts(texts):
        return row
    others = [
        value for other, value in row.items() if isinstance(value, list) and other not in {key, *PROMPT}
    ]
    is_scored = any(number_from_value(row.get(word)) is not None for word in _REWARDS)
    if not is_scored or any(len(value) == len(texts) for value in others):
        return row
    prompts = {word: "\n\n".join(asked) for word in PROMPT if _are_texts(asked := row.get(word))}
    return {**row, **prompts, key: "\n\n".join(texts)}


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)
