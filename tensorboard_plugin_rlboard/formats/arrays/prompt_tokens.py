"""The logged tokens of a sample's prompt, which count in no statistic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.formats.arrays.array_block import SPECIAL_TOKEN, token_texts
from tensorboard_plugin_rlboard.formats.arrays.logprob_entries import logprob_entries, may_hold_entries
from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS

PROMPT_TOKENS = "prompt_tokens"
"""The key of a row under which a format gives them: strings, or ids."""
PROMPT_LOGPROBS = "prompt_logprobs"
"""The key of their log-probabilities, one for each of them or for all but the first, which has none."""
_KEYS = (PROMPT_TOKENS, "prompt_token_ids", "prompt_ids")
_IGNORED_LABEL = -100
"""What labels and masks of some trainers hold for a token that the policy did not write."""
_MIN_PADDING = 4
"""So many equal ids at the start are padding: two may be a begin token that was added twice, which shall be seen."""


@dataclass(frozen=True)
class PromptTokens:
    """The tokens of one prompt, padding left out.

    Attributes:
        tokens: as logged, an id as `#id`.
        logprobs: one for each token in nats, None where there is none; empty where none is logged.
        keys: the keys of the row that they were read from.
    """

    tokens: Sequence[str] = ()
    logprobs: Sequence[float | None] = ()
    keys: frozenset[str] = frozenset()


NO_PROMPT_TOKENS = PromptTokens()


def prompt_tokens(row: Mapping[str, object]) -> PromptTokens:
    """The tokens of a row's prompt; none where it has no list of strings or ids under the usual keys.

    Args:
        row: of one sample.
    """
    key = next((key for key in _KEYS if _are_tokens(row.get(key))), None)
    logged = row.get(PROMPT_LOGPROBS)
    if key is None:
        entries = logprob_entries(logged) if isinstance(logged, list) else None
        if entries is None or entries.tokens is None:
            return NO_PROMPT_TOKENS
        tokens, key = entries.tokens, PROMPT_LOGPROBS
    else:
        listed: list[object] = row[key]  # type: ignore[assignment]  # seen by _are_tokens
        tokens = token_texts(listed)
    logprobs = _values(logged, len(tokens))
    padding = _padding(tokens)
    keys = {key} | ({PROMPT_LOGPROBS} if logprobs else set())
    return PromptTokens(tokens[padding:], logprobs[padding:], frozenset(keys))


def _are_tokens(value: object) -> bool:
    return isinstance(value, list) and bool(value) and {type(token) for token in value} in ({str}, {int})


def _values(logged: object, count: int) -> list[float | None]:
    if not isinstance(logged, list) or len(logged) not in {count, count - 1}:
        return []
    if may_hold_entries(logged):
        entries = logprob_entries(logged)
        if entries is None:
            return []
        missing = entries.numbers.nulls
        numbers = entries.numbers.values.tolist()
        values: list[float | None] = [
            None if missing is not None and missing[i] else x for i, x in enumerate(numbers)
        ]
    else:
        values = [number_from_value(value) for value in logged]
    return values if len(values) == count else [None, *values]


def _padding(tokens: Sequence[str]) -> int:
    first = tokens[0]
    run = next((at for at, token in enumerate(tokens) if token != first), len(tokens))
    is_pad = SPECIAL_TOKEN.fullmatch(first) is not None and "pad" in first.lower()
    return run if is_pad or (first.startswith("#") and run >= _MIN_PADDING) else 0


def without_prompt(
    ids: list[int], sample: dict[str, object], mask_field: str, *, is_whole: bool = False
) -> list[int]:
    """The ids of the response, where a mask of labels (−100, or the id itself) says where it begins.

    What has a value for each of the ids is cut with them: by their lengths alone it might be laid onto the wrong tokens.

    Args:
        ids: the ids that were logged.
        sample: the fields of the sample; its mask, its arrays and the tokens of its prompt are changed.
        mask_field: the field of the mask.
        is_whole: whether the ids are those of prompt and response, so that zeros before the first 1 of a mask are the prompt.
    """
    mask = sample.get(mask_field)
    if not isinstance(mask, list) or len(mask) != len(ids):
        return ids
    if _IGNORED_LABEL in mask:
        written = [label != _IGNORED_LABEL for label in mask]
    elif is_whole and not mask[0] and any(mask):
        written = [bool(label) for label in mask]
    else:
        return ids
    start = written.index(True) if True in written else len(ids)
    sample[mask_field] = [int(is_written) for is_written in written[start:]]
    for name in ARRAY_KEYS:  # of all ids, or of all but the first, which has no log-probability
        values = sample.get(name)
        if isinstance(values, list) and len(values) in {len(ids), len(ids) - 1}:
            sample[name] = values[max(0, start - (len(ids) - len(values))) :]
    sample[PROMPT_TOKENS] = ids[:start]
    return ids[start:]
