"""Responses that begin with their prompts, as samplers return them that give all they have decoded."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard.formats.base import MASK_KEYS, Row
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.generic.key_paths import AFTER

_MIN_PROMPT_LENGTH = 6
"""Characters of a prompt with which no text begins by chance."""
_MIN_PROMPT_BYTES, _MIN_SAMPLES = 12, 2
"""Bytes of every prompt, and samples, from which on our own key `response` is not taken for what it says."""
_NEARLY_ALL = 0.9
_SPELT = str.maketrans({"Ġ": " ", "▁": " ", "Ċ": "\n"})
_MIN_SPELT_SHARE = 0.9
"""How much of a text its tokens have to spell to be those of all of it."""
Pairs = Sequence[tuple[str, str]]


def repeat_prompts(pairs: Pairs, *, own: bool) -> bool:
    """Whether next to all responses begin with their prompts and go on.

    Args:
        pairs: prompts and responses.
        own: whether they stand under our own key, so that more has to speak for it.
    """
    filled = [(prompt, text) for prompt, text in pairs if prompt and text]
    repeats = [(prompt, text) for prompt, text in filled if text.startswith(prompt)]
    if not repeats or len(repeats) < _NEARLY_ALL * len(filled):
        return False
    if not any(len(text) > len(prompt) for prompt, text in repeats):
        return False
    if not own:
        return max(len(prompt) for prompt, _ in repeats) >= _MIN_PROMPT_LENGTH
    return (
        len(repeats) >= _MIN_SAMPLES
        and min(len(prompt.encode()) for prompt, _ in repeats) >= _MIN_PROMPT_BYTES
    )


def rows_repeat_prompts(rows: Sequence[Row]) -> bool:
    """Whether the responses of rows in our own words begin with their prompts."""
    return repeat_prompts(_texts([(row.get("prompt"), row.get("response")) for row in rows]), own=True)


def cut_repeats(roles: FieldRoles, prompts: Column, texts: Column, path: str) -> str:
    """Map the response to what follows the prompt, where its texts begin with it and their tokens do not.

    Args:
        roles: the fields so far.
        prompts: the prompts.
        texts: the responses.
        path: where the responses stand.

    Returns:
        One sentence where the tokens begin with the prompt as well, or may; else empty.
    """
    pairs = _texts([(prompts.values.get(at), text) for at, text in texts.values.items()])
    if not repeat_prompts(pairs, own=path == "response"):
        return ""
    is_cut = f"{path}{AFTER}{prompts.path}"
    if not _has_tokens(roles) or _are_of_response(roles, prompts, texts):
        roles.keys["response"] = is_cut
        roles.note("response", [texts])
        return ""
    if any(roles.profile.column(key) for key in (*MASK_KEYS, roles.keys.get("response_mask", ""))):
        return ""
    return (
        f"The responses under {path} begin with their prompts, and their tokens may as well: then lengths, log-probabilities "
        "and all other numbers of tokens count those of the prompt. Log what was sampled alone, or a response_mask that is 0 "
        f'for the tokens of the prompt; if only the text is too long, say response = "{is_cut}" in the [mapping] that the tab '
        "and doctor print."
    )


def _texts(pairs: Sequence[tuple[object, object]]) -> list[tuple[str, str]]:
    return [(asked, text) for asked, text in pairs if isinstance(asked, str) and isinstance(text, str)]


def _has_tokens(roles: FieldRoles) -> bool:
    return roles.has_token_values or not {"response_tokens", "response_token_ids"}.isdisjoint(roles.keys)


def _are_of_response(roles: FieldRoles, prompts: Column, texts: Column) -> bool:
    """Whether the logged tokens spell what follows the prompt, in most samples, and not all of the text."""
    tokens = roles.column("response_tokens")
    if tokens is None:
        return False
    shorter = 0
    for at, spelt in tokens.values.items():
        text, asked = texts.values.get(at), prompts.values.get(at)
        if isinstance(spelt, list) and isinstance(text, str) and isinstance(asked, str):
            length = len("".join(map(str, spelt)).translate(_SPELT))
            shorter += length < _MIN_SPELT_SHARE * len(text) and length <= 2 * (len(text) - len(asked))
    return 2 * shorter > len(tokens.values)
