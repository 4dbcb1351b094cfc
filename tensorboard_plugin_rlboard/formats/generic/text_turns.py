"""Responses that are a list of texts: one for each turn (`["first", "then"]`, with one reward for all of it), or tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeGuard

from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.conversations.from_row import is_content, structure_to_text
from tensorboard_plugin_rlboard.formats.conversations.messages import Message
from tensorboard_plugin_rlboard.formats.generic.turns import ROLES, as_conversation, with_reward
from tensorboard_plugin_rlboard.words import ARRAYS, PROMPT, REWARD

_SINGLE = ("response", "completion", "output", "generation", "model_response", "model_output")
"""Words for one response; `responses` are several."""
_LOGPROBS = frozenset(ARRAYS["logprobs"])
_MIN_TOKENS, _MAX_MEAN_TOKEN_LENGTH = 3, 3
"""Tokens in the shortest response that is told from turns of a word each; characters of a token, in the mean, without blanks."""
_BLANKS = frozenset(" \u0120\u2581\n")
_EPISODES = (
    ("actions", "observations"),
    ("actions", "obs"),
    ("actions", "states"),
    ("action", "observation"),
)
"""Lists of what an agent did and saw, turn by turn."""
_KNOWN_ROLES = frozenset(ROLES) | {"user", "assistant", "system", "tool"}
_REWARDS = tuple(word for tier in REWARD[:3] for word in tier)


def texts_as_turns(value: object, sample: dict[str, object]) -> list[Message] | None:
    """The messages of replies that are a list of texts, one for each turn; None for anything else.

    Args:
        value: what may be that list.
        sample: a prompt in it that is a list of as many texts, asked before each turn, is taken out of it. One more is what
            came of the last turn.
    """
    if not _are_texts(value):
        return None
    messages: list[Message] = [{"role": "assistant", "content": text, "sampled": True} for text in value]
    prompts = sample.get("prompt")
    if not _are_texts(prompts) or len(prompts) - len(messages) not in {0, 1}:
        return messages
    del sample["prompt"]
    asked: list[Message] = [{"role": "user", "content": text} for text in prompts]
    turns = [message for turn in zip(asked, messages, strict=False) for message in turn]
    return [
        *turns,
        *({**message, "role": "tool"} for message in asked[len(messages) :]),
    ]  # what came of the last one


def with_joined_texts(row: Row) -> Row:
    """A row with one text in place of a response, and a prompt, that is a list of texts; the row itself without one.

    A list under the word for a single response is its tokens where it reads so. Else it is what was said in several turns,
    where the row has one number for a reward and no list of as many. Actions beside as many observations are an episode's.
    """
    row = _with_joined_parts(row)
    for answer_key, seen in _EPISODES:
        if (
            _are_texts(acts := row.get(answer_key))
            and _are_texts(saw := row.get(seen))
            and 0 <= len(saw) - len(acts) < 2
        ):
            return {**row, answer_key: "\n\n".join(acts), seen: "\n\n".join(saw)}
    key = next((key for key in _SINGLE if _are_texts(row.get(key))), "")
    texts = row.get(key)
    if not _are_texts(texts):
        return row
    others = [key for key in row if isinstance(value := row[key], list) and len(value) == len(texts)]
    is_scored = any(number_from_value(row.get(word)) is not None for word in _REWARDS)
    if _are_tokens(texts) and (is_scored or not _LOGPROBS.isdisjoint(others)):
        return {**row, key: "".join(texts)}
    if not is_scored or not set(others) <= {key, *PROMPT}:
        return row
    prompts = {word: "\n\n".join(asked) for word in PROMPT if _are_texts(asked := row.get(word))}
    return {**row, **prompts, key: "\n\n".join(texts)}


def field_of_lists(rows: Sequence[Row]) -> str:
    """The field of lists that all of some rows have for their response: `response_tokens`, `messages` (its turns), or empty."""
    keys = (*_SINGLE, *(answer_key for answer_key, _ in _EPISODES))
    lists = [next((texts for key in keys if _are_texts(texts := row.get(key))), None) for row in rows]
    if None in lists or any(with_joined_texts(row) is row for row in rows):
        return ""
    return "response_tokens" if all(texts and _are_tokens(texts) for texts in lists) else "messages"


def _with_joined_parts(row: Row) -> Row:
    """A row with texts in place of prompts and responses that are the parts of a message's content."""
    joined = {key: structure_to_text(row[key]) for key in (*_SINGLE, *PROMPT) if is_content(row.get(key))}
    return {**row, **joined} if joined else row


def _are_tokens(texts: list[str]) -> bool:
    """Whether texts are pieces of one: no blank within any, and some begin with one or what stands for it, or all are short."""
    if len(texts) < _MIN_TOKENS or any(len(text.strip().split()) > 1 for text in texts):
        return False
    is_marked = any(text[:1] in _BLANKS for text in texts[1:] if text)
    return is_marked or sum(map(len, texts)) <= _MAX_MEAN_TOKEN_LENGTH * len(texts)


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def as_history(value: object) -> list[Message] | None:
    """As `as_conversation`; a list of pairs is one as well, of a role and what it said, or of a question and its answer.

    So are objects whose keys are the speakers (`[{"human": "q", "assistant": "a", "reward": 0.5}]`), with numbers of the
    turn beside them. Only a name can tell such lists from groups of two texts, or of samples, so this is asked for where a
    conversation is expected.
    """
    found = as_conversation(value)
    if found is not None or not isinstance(value, list) or not value:
        return found
    if all(map(_is_turn_of_speakers, value)):
        return _answered_turns(value)
    if not all(map(_is_pair, value)):
        return None
    if _are_roles([role for role, _ in value]):
        return _messages_of_roles(value)
    return _messages_of_roles(
        [(role, text) for pair in value for role, text in zip(("user", "assistant"), pair, strict=True)]
    )


def _messages_of_roles(role_texts: Iterable[Sequence[object]]) -> list[Message] | None:
    """The messages of roles and what they said, where all of it is text and something is the assistant's."""
    messages = _messages(role_texts)
    return messages if messages and _has_answer(messages) else None


def _messages(role_texts: Iterable[Sequence[object]]) -> list[Message] | None:
    """The messages of roles and what they said, empty ones left out; None where something is no text."""
    messages: list[Message] = []
    for role, text in role_texts:
        if not (text is None or isinstance(text, str)):
            return None
        name = str(role).lower()
        if text:
            messages.append({"role": ROLES.get(name, name), "content": text})
    return messages


def _has_answer(messages: Iterable[Message]) -> bool:
    return any(message["role"] == "assistant" for message in messages)


def _answered_turns(turns: Sequence[dict[str, object]]) -> list[Message] | None:
    """The messages of turns whose keys are the speakers, each with the turn's reward at its last one."""
    of_turns = [_messages([(key, text) for key, text in turn.items() if _are_roles([key])]) for turn in turns]
    if any(turn_messages is None for turn_messages in of_turns):
        return None
    messages = [
        message
        for turn_messages, turn in zip(of_turns, turns, strict=True)
        for message in with_reward(turn_messages or [], turn)
    ]
    return messages if _has_answer(messages) else None


def _is_turn_of_speakers(turn: object) -> bool:
    """Whether it is an object of which some keys are speakers and the others have a number each."""
    if not isinstance(turn, dict):
        return False
    others = [key for key in turn if not _are_roles([key])]
    return len(others) < len(turn) and all(
        turn[key] is None or isinstance(turn[key], (int, float)) for key in others
    )


def _are_roles(names: Iterable[object]) -> bool:
    return all(isinstance(name, str) and name.lower() in _KNOWN_ROLES for name in names)


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(one is None or isinstance(one, str) for one in value)
    )
