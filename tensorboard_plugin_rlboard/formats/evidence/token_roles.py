"""Assigns the tokens of a response and of its prompt: texts, ids, ids within labels, or their number."""

from __future__ import annotations

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_count,
    is_label_list,
    is_mask_after_zeros,
    is_text_list,
    is_token_id_list,
)
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import ENTRIES, list_of
from tensorboard_plugin_rlboard.words import plain

_FEW_WORDS = 2
_IDS_WITHIN, _LARGE_ID = ("token_ids", "ids", "input_ids"), 256
_MASKS = (*words.LABELS, *words.ARRAYS["response_mask"], "assistant_mask")
_WRITTEN = ("response", "completion", "output", "generated")
_COUNTS = tuple(
    form.format(word)
    for form in ("{}_tokens", "num_{}_tokens", "n_{}_tokens", "{}_token_count", "{}_num_tokens")
    for word in _WRITTEN
)
"""Words for how many tokens a response has."""
_LISTS_OF_RESPONSES = frozenset(map(plain, (*words.RESPONSE, "choices")))


def assign_tokens(roles: FieldRoles) -> None:
    """Assign the tokens of response and prompt, as texts or as ids."""
    has_strings = roles.assign("response_tokens", words.TOKEN_STRINGS, is_text_list, of_each=True)
    if not has_strings and not roles.assign(
        "response_token_ids", words.TOKEN_IDS, is_token_id_list, of_each=True
    ):
        _assign_labelled_ids(roles)
    if not {"response_tokens", "response_token_ids"} & roles.keys.keys():
        roles.take("response_token_ids", _ids_of(roles, words.RESPONSE))
    if not {"prompt", "messages"} & roles.keys.keys() and not roles.assign(
        "prompt_token_ids", words.PROMPT_TOKEN_IDS, is_token_id_list
    ):
        roles.take("prompt_token_ids", _ids_of(roles, words.PROMPT))


def assign_token_count(roles: FieldRoles) -> None:
    """Assign how many tokens a response has, where neither its tokens nor values of them are logged."""
    if {"response_tokens", "response_token_ids"} & roles.keys.keys() or roles.has_token_values:
        return
    counts = roles.candidates(_COUNTS, is_count, of_each=True)
    if roles.take("response_tokens", [one for one in counts if all(map(is_count, one.values.values()))]):
        roles.notes["response_tokens"] = "their number"


def doubt_of_single_values(roles: FieldRoles) -> str:
    """One sentence where values of tokens are one in every sample, though the responses have several words; else empty."""
    if {"response_tokens", "response_token_ids"} & roles.keys.keys():
        return ""
    for column in (found for name in ARRAY_KEYS if (found := roles.column(name)) is not None):
        values = column.values.values()
        answers = roles.column("response")
        is_long = answers is not None and answers.fits(
            lambda text: isinstance(text, str) and len(text.split()) > _FEW_WORDS
        )
        if (
            is_long
            and len(values) > 1
            and all(isinstance(value, list) and len(value) == 1 for value in values)
        ):
            return (
                f"{column.path} has one value in every sample, so each response counts as one token; if it is the sample's, "
                "log one number instead of a list of one."
            )
    return ""


def _ids_of(roles: FieldRoles, names: tuple[str, ...]) -> list[Column]:
    """Ids in place of a text: under one of some names, or in an object that is called so (`response.token_ids`)."""
    called = frozenset(plain(words.snake_case(name)) for name in names)
    inner = [
        column
        for column in roles.candidates(_IDS_WITHIN, is_token_id_list, of_each=names is words.RESPONSE)
        if called & {plain(name) for name in column.place.around[-1:]}
        or (names is words.RESPONSE and _is_in_list_of_responses(roles, column))
    ]
    outside = roles.candidates(names, is_token_id_list, of_each=names is words.RESPONSE)
    are_ids = "response_token_ids" in roles.keys
    has_text = any(name in roles.keys for name in RESPONSE_FIELDS) and not are_ids
    return [*inner, *(one for one in outside if are_ids or (_has_large_ids(one) and not has_text))]


def _is_in_list_of_responses(roles: FieldRoles, column: Column) -> bool:
    """Whether ids stand in the objects of a list of responses (`outputs[].token_ids`), and do not begin with the prompt's."""
    path, inner = list_of(column.path)
    named = words.snake_case(path.rpartition(".")[2])
    if ENTRIES not in column.path or "." in inner or plain(named) not in _LISTS_OF_RESPONSES:
        return False
    asked = roles.candidates(words.PROMPT_TOKEN_IDS, is_token_id_list)
    before = asked[0].values if asked else {}
    return not any(
        isinstance(ids, list) and isinstance(first := before.get(at), list) and ids[: len(first)] == first
        for at, ids in column.values.items()
    )


def _has_large_ids(column: Column) -> bool:
    """Whether lists hold numbers as large as a vocabulary has: a task may ask for a list of small numbers."""
    return any(
        max(value) >= _LARGE_ID for value in column.values.values() if isinstance(value, list) and value
    )


def _assign_labelled_ids(roles: FieldRoles) -> None:
    """Assign ids of prompt and response with labels beside them: −100 where the policy wrote nothing, or zeros before a 1."""
    labels = roles.candidates(words.LABELS, is_label_list, of_each=True)
    if not labels and (ids := roles.candidates(words.WHOLE_TOKEN_IDS, is_token_id_list, of_each=True)):
        masks = roles.candidates(_MASKS, is_mask_after_zeros, of_each=True)
        labels = [column for column in masks if _are_as_long(column, ids[0])]
    if labels and roles.assign("response_token_ids", words.WHOLE_TOKEN_IDS, is_token_id_list, of_each=True):
        roles.keys["response_mask"] = labels[0].path


def _are_as_long(column: Column, other: Column) -> bool:
    """Whether the lists of two columns have the same length in every sample that has both."""
    both = [(value, other.values[at]) for at, value in column.values.items() if at in other.values]
    return bool(both) and all(
        isinstance(a, list) and isinstance(b, list) and len(a) == len(b) for a, b in both
    )
