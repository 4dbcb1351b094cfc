"""The split of each row of a part: from its own keys, from further keys that name a split, or from its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tensorboard_plugin_rlboard.formats.split_flags import (
    are_flags,
    may_be_judgement,
    says_held_out,
    says_training,
    truth,
)
from tensorboard_plugin_rlboard.formats.split_tags import (
    evaluations_under,
    normalised_split,
)
from tensorboard_plugin_rlboard.formats.splits import (
    TRAINING_NAMES,
    is_eval_name,
    is_split_name,
    says_more,
)
from tensorboard_plugin_rlboard.words import SPLIT, snake_case

_SPLIT_KEYS = frozenset(SPLIT)
_MAX_SPLIT_NAMES = 8
"""Different values of a key that names splits: a text of another meaning has more."""
_NAME_TYPES = frozenset({str, int})
"""Types of values that may name a split: a whole number is the code of one. A truth value is none."""


class _Column(Protocol):
    rows: list[int]
    values: list[Any]


@dataclass(frozen=True)
class SplitWords:
    """The values of rows that name their split, by the keys that a format reads.

    Attributes:
        names: what each row calls its split, None where it does not.
        held_out: whether each row is held out, as a flag says it.
        training: whether each row is of the training, as a flag says it.
        responses: key -> the column of the responses under it.
        split_of_all: whether the user has said that all are of the split of their file, whatever they call it themselves.
    """

    names: Sequence[object]
    held_out: Sequence[object]
    training: Sequence[object]
    responses: Mapping[str, _Column] = field(default_factory=dict)
    split_of_all: bool = False


@dataclass(frozen=True)
class RowSplits:
    """The splits of some rows.

    Attributes:
        splits: `train` or `eval` for each row.
        names: what a row calls its split where that says more than which of the two it is, else None.
        odd: names that mean neither split, beside rows that say that they are of the training, and several codes without
            a name (0 and 1) -> the first row of each. They may be data sets of an evaluation (`math500` beside `train`).
    """

    splits: list[str]
    names: list[str | None]
    odd: dict[str, int]


def row_splits(split_words: SplitWords, default: str, further: Mapping[str, _Column]) -> RowSplits:
    """The splits of rows.

    Args:
        split_words: what the rows say.
        default: the split of their file, which is that of rows that say nothing.
        further: key -> column of those that the format does not read: one that is called like a split puts rows into the
            evaluation that say nothing of their own, though the rows that told the format had none: evaluations may be
            few or late.
    """
    if split_words.split_of_all:
        more = [name if isinstance(name, str) and says_more(name) else None for name in split_words.names]
        return RowSplits([default] * len(more), more, {})
    words = _with_late_splits(split_words, further)
    found: dict[tuple[object, object, object], tuple[str, str | None]] = {}
    rows = list(zip(words, split_words.held_out, split_words.training, strict=True))
    for row in rows:
        if row not in found:
            word, held_out, training = row
            flags = ((held_out, True), (training, False))
            logged = [(flag, meaning) for flag, meaning in flags if flag is not None]
            meanings = {truth(flag) is meaning for flag, meaning in logged if truth(flag) is not None}
            name = word if isinstance(word, str) and says_more(word) else None
            if word is None:
                split = "train" if meanings else default or "train"
            else:
                split = normalised_split(word, default or "train")
            found[row] = "eval" if True in meanings else split, name
    splits, names = [found[row][0] for row in rows], [found[row][1] for row in rows]
    odd = {name: row for name, row in _odd_names(words).items() if splits[row] == "train"}
    return RowSplits(splits, names, odd)


def _odd_names(words: Sequence[object]) -> dict[str, int]:
    """See `RowSplits.odd`."""
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        if type(word) in _NAME_TYPES:
            first.setdefault(str(word), row)
    are_codes = len(first) > 1 and all(word.strip().isdecimal() for word in first)
    if len(first) > _MAX_SPLIT_NAMES or not (
        are_codes or any(word.strip().lower() in TRAINING_NAMES for word in first)
    ):
        return {}
    return {word: row for word, row in first.items() if word.strip() and not is_split_name(word)}


def _with_late_splits(split_words: SplitWords, further: Mapping[str, _Column]) -> list[object]:
    """The names of the rows' splits; where a row has none, an evaluation that a further key names."""
    words = list(split_words.names)
    for rows in (*_rows_of_evaluations(split_words.responses), *_late_splits(further)):
        for row, word in rows:
            if words[row] is None:
                words[row] = word
    return words


def _rows_of_evaluations(responses: Mapping[str, _Column]) -> Iterator[list[tuple[int, str]]]:
    """The rows whose response stands under the key of an evaluation (`val/response`)."""
    for key, column in responses.items():
        if is_eval_name(key.rpartition("/")[0]):
            yield [
                (row, "eval")
                for row, value in zip(column.rows, column.values, strict=True)
                if value is not None
            ]


def _late_splits(further: Mapping[str, _Column]) -> Iterator[list[tuple[int, str]]]:
    """For each key that is called like a split, the rows that it puts into the evaluation, with what it calls it."""
    for key, column in further.items():
        name = snake_case(key)
        is_name, is_flag = name in _SPLIT_KEYS, says_held_out(name) and not may_be_judgement(name)
        few = set(column.values)
        if tagged := evaluations_under(key, few):
            row_values = zip(column.rows, column.values, strict=True)
            yield [(row, value) for row, value in row_values if value in tagged]
        if not (is_name or is_flag or says_training(name)):
            continue
        if len(few) > _MAX_SPLIT_NAMES or not (is_name or are_flags(few)):
            continue
        if is_name:
            says = {value: value for value in few if isinstance(value, str) and is_eval_name(value)}
        else:
            says = {value: "eval" for value in few if truth(value) is is_flag}
        row_values = zip(column.rows, column.values, strict=True)
        yield [(row, says[value]) for row, value in row_values if value in says]
