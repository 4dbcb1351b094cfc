"""What the rows of a part are: which of them are samples, and of which split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.number_values import is_truth
from tensorboard_plugin_rlboard.formats.splits import (
    TRAINING_NAMES,
    is_eval_name,
    is_split_name,
    normalised_split,
    says_more,
)
from tensorboard_plugin_rlboard.metrics.segments import Bools
from tensorboard_plugin_rlboard.words import SPLIT, TRAINED, VALIDATION, snake_case

_SPLIT_KEYS = frozenset(SPLIT)
_VALIDATION_KEYS = frozenset(VALIDATION) - {"eval", "evaluation"}  # these may be judgements
_FEW_NAMES = 8
"""Different values of a key that names splits: a text of another meaning has more."""
_ERROR_KEYS = frozenset({"error", "error_message", "exception", "traceback"})
_FAILED_ENDS = frozenset(
    {"abort", "aborted", "cancelled", "canceled", "crash", "crashed", "error", "failed", "timeout"}
)
NO_RESPONSE = "The line has neither response nor response_tokens: it is no sample."
FAILED = "The line has a prompt, and a reward or null for the response: it is kept as a failed rollout."


def split_columns(
    words: Sequence[object], flags: Sequence[object], default: str
) -> tuple[list[str], list[str | None]]:
    """The split of each row, and its name where that says more than which of the two it is.

    Args:
        words: what the rows say, None where nothing.
        flags: whether they are validation.
        default: the split of rows that say nothing.
    """
    found: dict[tuple[object, object], tuple[str, str | None]] = {}
    for pair in zip(words, flags, strict=True):
        if pair not in found:
            word, flag = pair
            name = word if isinstance(word, str) and says_more(word) else None
            found[pair] = normalised_split(default if word is None else word, flag), name
    both = [found[pair] for pair in zip(words, flags, strict=True)]
    return [split for split, _ in both], [name for _, name in both]


def odd_splits(words: Sequence[object]) -> dict[str, int]:
    """Names that mean neither split, beside rows that say that they are of the training -> the first row of each.

    They may be data sets of an evaluation (`math500` beside `train`).
    """
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        if isinstance(word, str):
            first.setdefault(word, row)
    if len(first) > _FEW_NAMES or not any(word.strip().lower() in TRAINING_NAMES for word in first):
        return {}
    return {word: row for word, row in first.items() if word.strip() and not is_split_name(word)}


def no_response(format_name: str, keys: Sequence[str]) -> str:
    """What is said of a row without a response.

    Args:
        format_name: the format of the file.
        keys: the keys under which it has the response.
    """
    if keys[:1] == ("response",):
        return NO_RESPONSE
    listed = " or ".join(keys[:4])
    return (
        f"The line has no {listed}, under which the file's other rows ({format_name}) have the response: it is no sample. "
        "If it is one of another log, write that into a file of its own."
    )


class _Column(Protocol):
    rows: list[int]
    values: list[Any]


def late_splits(words: list[object], columns: Mapping[str, _Column], read: AbstractSet[str]) -> list[object]:
    """What the rows say of their split, with what further keys say of an evaluation where the split's own says nothing.

    Args:
        words: what the rows say, None where nothing.
        columns: key -> numbers of the rows that have it, and its values.
        read: the keys that the format reads.
    """
    for key, column in columns.items():
        name = snake_case(key)
        if key in read or name not in _SPLIT_KEYS | _VALIDATION_KEYS | TRAINED:
            continue
        few = set(column.values)
        if len(few) > _FEW_NAMES:
            continue
        if name in TRAINED:
            says: set[Any] = {value for value in few if all(map(is_truth, few)) and value is False}
        elif name in _VALIDATION_KEYS:
            says = {value for value in few if normalised_split(None, value) == "eval"}
        else:
            says = {value for value in few if isinstance(value, str) and is_eval_name(value)}
        for row, value in zip(column.rows, column.values, strict=True):
            if value in says and words[row] is None:
                words[row] = value if isinstance(value, str) and name in _SPLIT_KEYS else "eval"
    return words


def truths(columns: Mapping[str, _Column], keys: Sequence[str]) -> list[int]:
    """The rows with a truth value under one of some keys of a step, which is a number elsewhere and no step."""
    found: list[int] = []
    for column in (columns[key] for key in keys if key in columns):
        if not {bool, str}.isdisjoint(map(type, column.values)):
            found += [row for row, value in zip(column.rows, column.values, strict=True) if is_truth(value)]
    return found


def answered_and_failed(
    responses: Sequence[object], prompts: Sequence[object], is_rollout: Bools, has_tokens: Bools
) -> tuple[Bools, Bools]:
    """Which rows have a response, and which are rollouts that failed: asked, but not answered.

    Args:
        responses: the responses, None where there is none.
        prompts: the prompts, None where there is none.
        is_rollout: whether there is a reward, or a step and null for the response, bool [rows].
        has_tokens: whether there are tokens or values for tokens, bool [rows].
    """
    answered = np.asarray([response is not None for response in responses], bool) | has_tokens
    asked = np.asarray([prompt is not None for prompt in prompts], bool)
    return answered, ~answered & asked & is_rollout


def says_error(texts: Mapping[str, Sequence[object]], count: int) -> Bools:
    """Which rows say that something went wrong: an error's text, or an end that is none of a response, bool [rows].

    Args:
        texts: name -> a text for each row, None where it has none.
        count: how many rows there are.
    """
    found = np.zeros(count, bool)
    for name in _ERROR_KEYS & texts.keys():
        found |= np.asarray([bool(text) for text in texts[name]], bool)
    ends = texts.get("finish_reason", ())
    if len(ends):
        found |= np.asarray([isinstance(end, str) and end.lower() in _FAILED_ENDS for end in ends], bool)
    return found
