"""A profile of a file's values, path by path, from samples spread over it: the evidence for what each key means."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.number_values import written_number
from tensorboard_plugin_rlboard.formats.arrays.step_values import step_from_value
from tensorboard_plugin_rlboard.formats.generic.row_values import Place
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.words import plain, snake_case

_ROUNDED, _NEARLY_ALL, _MAX_REWARD = 0.006, 0.9, 1e9
"""How far a logged sum may be from its parts', which are rounded; the share of the samples in which it is one; what is none."""


_LABELS = frozenset(
    plain(snake_case(word))
    for names in (words.STEP, words.WEAK_STEP, *words.REWARD, words.SPLIT, words.GROUP, words.FINISH_REASON)
    for word in names
)
"""Words for what a sample has one of."""


@dataclass
class Column:
    """The values under one path.

    Attributes:
        place: the path.
        values: number of the sample, in the order of the file -> its value; samples without one are not in it.
    """

    place: Place
    values: dict[int, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its path."""
        return self.place.path

    def fits(self, is_one: Callable[[object], bool]) -> bool:
        """Whether most values are of a kind; a few of another are a failed sample or a line of something else."""
        fitting = sum(map(is_one, self.values.values()))
        return fitting > 0 and 2 * fitting >= len(self.values)

    def varies(self) -> bool:
        """Whether its values differ."""
        return len(set(map(_key, self.values.values()))) > 1

    def is_unique(self) -> bool:
        """Whether no two samples have the same value."""
        return len(set(map(_key, self.values.values()))) == len(self.values)

    def numbers(self) -> list[tuple[int, float]]:
        """Number of the sample and the number that it has, in the order of the file."""
        pairs = ((at, written_number(value)) for at, value in self.values.items())
        return sorted((at, number) for at, number in pairs if number is not None)

    def steps(self) -> list[tuple[int, float]]:
        """As `numbers`, of steps that may be texts (`step_10`)."""
        pairs = ((at, step_from_value(value)) for at, value in self.values.items())
        return sorted((at, number) for at, number in pairs if number is not None)


class Profile:
    """The columns of some samples.

    Args:
        rows: for each row of the file, in its order, the values of its samples.
    """

    def __init__(self, rows: Sequence[Sequence[Mapping[Place, object]]]) -> None:
        self.columns: dict[str, Column] = {}
        self.row_of_sample: list[int] = []
        for number, samples in enumerate(rows):
            for values in samples:
                at = len(self.row_of_sample)
                self.row_of_sample.append(number)
                for place, value in values.items():
                    if value is not None:
                        self.columns.setdefault(place.path, Column(place)).values[at] = value
                    else:
                        self.columns.setdefault(place.path, Column(place))
        self._add_single_entries()

    def _add_single_entries(self) -> None:
        """Add what stands in lists of one (`step: [7]`, as of a batch of one sample) where a number or label is asked for."""
        for column in tuple(self.columns.values()):
            place, values = column.place, column.values
            if plain(place.name) in _LABELS and values and all(map(_is_single_entry, values.values())):
                entry = replace(place, path=f"{place.path}.0")
                found = {at: value[0] for at, value in values.items() if isinstance(value, list)}
                self.columns.setdefault(entry.path, Column(entry, found))

    @property
    def count(self) -> int:
        """The number of samples."""
        return len(self.row_of_sample)

    def __iter__(self) -> Iterator[Column]:
        """The columns, in the order in which the rows have them."""
        return iter(self.columns.values())

    def column(self, path: str) -> Column | None:
        """The column of a path; None where there is none."""
        return self.columns.get(path)

    def is_like_steps(self, column: Column, prompts: Column | None) -> bool:
        """Whether whole numbers are like a training's steps: they never fall along the file, and samples share them.

        Args:
            column: the numbers.
            prompts: the prompts of the samples; numbers that differ between the answers to one prompt of a row count
                something else, unless neighbours share them and they never fall: a training may have one prompt.
        """
        numbers = column.steps()
        pairs = list(pairwise(numbers))
        falls = sum(b < a for (_, a), (_, b) in pairs)
        if falls > sum(b > a for (_, a), (_, b) in pairs):
            return False
        if prompts is None or (not falls and any(a == b for (_, a), (_, b) in pairs)):
            return True
        of_prompt: dict[Any, set[float]] = {}
        for (one, a), (other, b) in pairs:
            prompt = _key(prompts.values.get(one))
            if prompt is not None and prompt == _key(prompts.values.get(other)):
                of_prompt.setdefault(prompt, set()).update({a, b})
        differing = sum(len(found) > 1 for found in of_prompt.values())
        return not of_prompt or 2 * differing < len(of_prompt)

    def is_shared(self, column: Column) -> bool:
        """Whether some samples that follow each other have the same value."""
        values = [_key(value) for _, value in sorted(column.values.items())]
        return any(one == other for one, other in pairwise(values))

    def groups(self, column: Column, prompts: Column | None, steps: Column | None) -> tuple[bool, bool]:
        """Whether a key names groups: whether anything speaks for it, and whether anything speaks against it.

        For it speaks a value that several samples of one prompt and step have. Against it speak samples of one value
        and step with different prompts, and samples of one prompt and row or neighbouring rows that never share a value.
        """
        if prompts is None:
            return False, False
        by_value: dict[Any, list[Any]] = {}
        by_prompt: dict[Any, set[Any]] = {}
        repeated: dict[Any, int] = {}
        for at, value in column.values.items():
            step = _key(steps.values.get(at)) if steps is not None else None
            prompt = _key(prompts.values.get(at))
            by_value.setdefault((step, _key(value)), []).append(prompt)
            by_prompt.setdefault((step, prompt), set()).add(_key(value))
            repeated[step, prompt] = repeated.get((step, prompt), 0) + 1
        speaks_for = any(len(found) > 1 and len(set(found)) == 1 for found in by_value.values())
        mixed = sum(len(set(found)) > 1 for found in by_value.values())
        several = [key for key, count in repeated.items() if count > 1]
        never_shared = bool(several) and all(len(by_prompt[key]) == repeated[key] for key in several)
        return speaks_for, 2 * mixed > len(by_value) or never_shared


def differs_within(column: Column, labels: Column) -> bool:
    """Whether values differ between samples that follow each other and share a label, a prompt say."""
    return any(
        label is not None and label == _key(labels.values.get(other)) and _key(a) != _key(b)
        for (one, a), (other, b) in pairwise(sorted(column.values.items()))
        for label in [_key(labels.values.get(one))]
    )


def _is_single_entry(value: object) -> bool:
    """Whether it is a list of one number, truth value or text."""
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], (str, int, float, bool))


def _key(value: object) -> Any:
    """A value as it is compared with others."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    try:
        return json.dumps(value, sort_keys=True)
    except (RecursionError, TypeError):  # an array of the parser's among them
        return str(type(value))


def are_plain_sums(totals: Floats, parts: Floats) -> bool:
    """Whether totals (one a sample) that differ are the sums of parts (a row a sample) in nearly every sample."""
    are_rewards = (np.abs(totals) < _MAX_REWARD).all() and (np.abs(parts) < _MAX_REWARD).all()  # no NaN is
    if not are_rewards or np.unique(totals).size < 2:
        return False
    return float(np.mean(np.abs(parts.sum(axis=1) - totals) <= _ROUNDED)) >= _NEARLY_ALL


def are_sums(totals: Floats, parts: Floats) -> bool:
    """As `are_plain_sums`, or with the parts weighed alike in all samples.

    Weights are told by more samples of different parts than there are weights, which fit any numbers otherwise.
    """
    if are_plain_sums(totals, parts):
        return True
    if not (np.abs(totals) < _MAX_REWARD).all() or not (np.abs(parts) < _MAX_REWARD).all():
        return False
    weights, _, rank, _ = np.linalg.lstsq(parts, totals, rcond=None)
    distinct_parts = np.unique(parts[parts.any(axis=1)], axis=0)
    if len(distinct_parts) <= rank or np.unique(totals).size < 2:
        return False
    return float(np.mean(np.abs(parts @ weights - totals) <= _ROUNDED)) >= _NEARLY_ALL
