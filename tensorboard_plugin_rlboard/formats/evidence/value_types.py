"""Checks what a value of a row may be, by its type alone."""

from __future__ import annotations

import re

from tensorboard_plugin_rlboard.formats.arrays.logprob_entries import logprob_entries
from tensorboard_plugin_rlboard.formats.arrays.number_values import token_ids, written_number
from tensorboard_plugin_rlboard.formats.arrays.score_texts import may_have_thousands, number_from_verdict
from tensorboard_plugin_rlboard.formats.arrays.step_values import step_from_value
from tensorboard_plugin_rlboard.formats.conversations.chat_markers import is_marked_chat, is_whole_chat
from tensorboard_plugin_rlboard.formats.generic.text_turns import as_history
from tensorboard_plugin_rlboard.formats.generic.turns import as_conversation
from tensorboard_plugin_rlboard.formats.rows.step_tokens import are_steps_with_ids
from tensorboard_plugin_rlboard.formats.splits import is_split_name

_CHECKED_ITEMS = 64
_CHINESE, _CHINESE_SENTENCE = re.compile("[\u3400-\u9fff]"), 8
"""Characters that are words or parts of them, and how many of them are more than a name."""
_MAX_PATH_LENGTH = 1000
_PATH = re.compile(
    r"(?:[.~]{0,2}/|[A-Za-z]:\\)[^\s/]+(?:/[^\s/]+)+|[\w.=-]+(?:/[\w.=-]+)*/[\w.=-]*[\w]\.[A-Za-z]\w{1,7}"
)
"""A path from the root, or one whose last name has a suffix; `1/2` and `x/y` are none."""
_MAX_IDENTIFIER_LENGTH = 200


def is_text(value: object) -> bool:
    """Whether it is a text."""
    return isinstance(value, str)


def is_prose(value: object) -> bool:
    """Whether it is a text, and no path of a file."""
    return isinstance(value, str) and not (len(value) <= _MAX_PATH_LENGTH and _PATH.fullmatch(value))


def is_single_word(value: object) -> bool:
    """Whether it is a text without white space in it, as names, identifiers and short answers are, and no Chinese sentence."""
    if not isinstance(value, str) or len(value) > _MAX_IDENTIFIER_LENGTH or len(value.split()) > 1:
        return False
    return value.isascii() or len(_CHINESE.findall(value)) < _CHINESE_SENTENCE


def is_conversation(value: object) -> bool:
    """Whether it is a list of messages, of anybody's spelling, or an agent's turns, in texts or in ids."""
    return as_conversation(value) is not None or are_steps_with_ids(value)


def is_answer(value: object) -> bool:
    """Whether it is a conversation, or one message, as an API answers (a prompt is never one message)."""
    if not isinstance(value, dict) or not value.keys() >= {"role", "content"}:
        return is_conversation(value)
    content = value["content"]
    parts = content if isinstance(content, list) else []
    return isinstance(content, str) or any(
        isinstance(x, dict) and isinstance(x.get("type"), str) for x in parts
    )


def is_history(value: object) -> bool:
    """Whether it is a conversation, or pairs of what was asked and what was answered."""
    return as_history(value) is not None or are_steps_with_ids(value)


def is_answered_conversation(value: object) -> bool:
    """Whether it is a conversation that ends with an answer, or with what came of it."""
    messages = as_conversation(value)
    return messages is not None and messages[-1].get("role") in {"assistant", "tool"}


def is_chat_text(value: object) -> bool:
    """Whether it is a text that holds a whole conversation, as a template or plain words tell it."""
    return isinstance(value, str) and is_whole_chat(value)


def is_marked_text(value: object) -> bool:
    """Whether it is a text that holds a whole conversation with the markers of a template."""
    return isinstance(value, str) and is_marked_chat(value)


def is_prompt(value: object) -> bool:
    """Whether it is a text or a conversation."""
    return is_text(value) or is_conversation(value)


def is_number(value: object) -> bool:
    """Whether it is a number, a truth value, or a text that holds one of them."""
    return written_number(value) is not None


def is_score(value: object) -> bool:
    """Whether it is a number, or a text that says whether something is right, or a share, or may be a number with a comma."""
    return is_number(value) or is_verdict(value) or may_have_thousands(value)


def is_share(value: object) -> bool:
    """Whether it is a verdict, a truth value or a number from −1 to 1, and no rating of 1 to 5."""
    number = written_number(value)
    return is_verdict(value) or (number is not None and abs(number) <= 1)


def is_verdict(value: object) -> bool:
    """Whether it is a text that says whether something is right, or a share, and no number."""
    return number_from_verdict(value) is not None


def is_step(value: object) -> bool:
    """Whether it is a whole number, or a text that holds or names one (`step_10`, `10/100`)."""
    number = step_from_value(value)
    return number is not None and number.is_integer()


def is_identifier(value: object) -> bool:
    """Whether it may name something: a short text or a whole number."""
    if isinstance(value, str):
        return 0 < len(value) <= _MAX_IDENTIFIER_LENGTH
    return type(value) is int


def is_one_number_list(value: object) -> bool:
    """Whether it is a list of one number."""
    return isinstance(value, list) and len(value) == 1 and is_number_list(value)


def is_one_nested_number(value: object) -> bool:
    """Whether it is a list of a list of one number, as a batch of one sample is."""
    return isinstance(value, list) and len(value) == 1 and is_one_number_list(value[0])


def is_one_text_list(value: object) -> bool:
    """Whether it is a list of one text."""
    return isinstance(value, list) and len(value) == 1 and is_text(value[0])


def is_label_list(value: object) -> bool:
    """Whether it is a list of labels of tokens, −100 where the policy did not write one."""
    return is_number_list(value) and -100 in value  # type: ignore[operator]  # it is a list


def is_mask_after_zeros(value: object) -> bool:
    """Whether it is a list of 0 and 1 that begins with 0, as a mask over prompt and response does."""
    if not isinstance(value, list) or not value or value[0] != 0:
        return False
    return set(value) == {0, 1} if all(isinstance(one, (int, float)) for one in value) else False


def names_split(value: object) -> bool:
    """Whether it is a text with a word for training or evaluation."""
    return isinstance(value, str) and is_split_name(value)


def is_text_list(value: object) -> bool:
    """Whether it is a list of texts that are not all empty."""
    return _is_list_of(value, str) and any(value)  # type: ignore[arg-type]  # _all says that it is a list


def is_token_id_list(value: object) -> bool:
    """Whether it is a list of token ids, or a text that spells one."""
    ids = token_ids(value)
    return bool(ids) and all(item >= 0 for item in (ids or [])[:_CHECKED_ITEMS])


def is_count(value: object) -> bool:
    """Whether it is a whole number that may count something."""
    return type(value) is int and value >= 0


def is_number_list(value: object) -> bool:
    """Whether it is a list of numbers, null among them."""
    if not isinstance(value, list) or not value:
        return False
    return all(item is None or isinstance(item, (int, float)) for item in value[:_CHECKED_ITEMS])


def is_logprob_entries(value: object) -> bool:
    """Whether it holds log-probabilities together with their tokens, as inference servers answer them."""
    return logprob_entries(value) is not None


def is_logprob_list(value: object) -> bool:
    """Whether it holds log-probabilities, alone or with their tokens."""
    return is_number_list(value) or is_logprob_entries(value)


def is_object_list(value: object) -> bool:
    """Whether it is a list of objects with at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _is_list_of(value: object, kind: type) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(type(item) is kind for item in value[:_CHECKED_ITEMS])
    )
