"""Of which split the rows of a part are: by what they say of it, by further keys that say so, or by their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tensorboard_plugin_rlboard.formats.arrays.number_values import is_truth
from tensorboard_plugin_rlboard.formats.splits import (
    TRAINING_NAMES,
    is_eval_name,
    is_split_name,
    normalised_split,
    says_more,
)
from tensorboard_plugin_rlboard.words import SPLIT, TRAINED, VALIDATION, snake_case

_SPLIT_KEYS = frozenset(SPLIT)
_VALIDATION_KEYS = frozenset(VALIDATION) - {"eval", "evaluation"}  # these may be judgements
_FEW_NAMES = 8
"""Different values of a key that names splits: a text of another meaning has more."""


class _Column(Protocol):
    rows: list[int]
    values: list[Any]


@dataclass(frozen=True)
class RowSplits:
    """The splits of some rows.

    Attributes:
        splits: `train` or `eval` for each row.
        names: what a row calls its split where that says more than which of the two it is, else None.
        odd: names that mean neither split, beside rows that say that they are of the training -> the first row of each.
            They may be data sets of an evaluation (`math500` beside `train`).
    """

    splits: list[str]
    names: list[str | None]
    odd: dict[str, int]


def row_splits(
    words: Sequence[object], flags: Sequence[object], default: str, further: Mapping[str, _Column]
) -> RowSplits:
    """The splits of rows.

    Args:
        words: what the rows say, None where nothing.
        flags: whether they are validation.
        default: the split of rows that say nothing.
        further: key -> column of those that the format does not read: one that is called like a split puts rows into the
            evaluation that say nothing of their own.
    """
    words = _with_late_splits(words, further)
    found: dict[tuple[object, object], tuple[str, str | None]] = {}
    for pair in zip(words, flags, strict=True):
        if pair not in found:
            word, flag = pair
            name = word if isinstance(word, str) and says_more(word) else None
            found[pair] = normalised_split(default if word is None else word, flag), name
    both = [found[pair] for pair in zip(words, flags, strict=True)]
    return RowSplits([split for split, _ in both], [name for _, name in both], _odd_names(words))


def _odd_names(words: Sequence[object]) -> dict[str, int]:
    """See `RowSplits.odd`."""
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        if isinstance(word, str):
            first.setdefault(word, row)
    if len(first) > _FEW_NAMES or not any(word.strip().lower() in TRAINING_NAMES for word in first):
        return {}
    return {word: row for word, row in first.items() if word.strip() and not is_split_name(word)}


def _with_late_splits(words: Sequence[object], columns: Mapping[str, _Column]) -> list[object]:
    """What the rows say of their split, with what further keys say of an evaluation where the split's own says nothing."""
    words = list(words)
    for key, column in columns.items():
        name = snake_case(key)
        if name not in _SPLIT_KEYS | _VALIDATION_KEYS | TRAINED:
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
