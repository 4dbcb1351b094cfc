"""The rows of a part as columns: values as logged and computed, texts without their padding."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import md5
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.base import Format, normalised_split
from tensorboard_plugin_rlboard.formats.rows.token_alignment import as_number
from tensorboard_plugin_rlboard.index.build.column_collector import Column, ColumnCollector
from tensorboard_plugin_rlboard.index.build.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.build.line_decoder import Problem
from tensorboard_plugin_rlboard.index.build.padding import without_leading, without_trailing
from tensorboard_plugin_rlboard.index.build.sample_statistics import repetition
from tensorboard_plugin_rlboard.index.column_names import ColumnKind
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

_TRUNCATED = frozenset({"length", "max_length", "max_tokens", "truncated"})
_LARGEST_STEP = 9e15
SIZE, TRIMMED = "size", "trimmed"
"""Tokens of a response and how many of its last are padding: computed with the sums, and no columns."""
Block = tuple[int, dict[tuple[ColumnKind, str], Floats]]
"""The first row of a block, and what was computed for its rows."""


class PartColumns:
    """The rows of a part as columns.

    Attributes:
        known: the format.
        keys: the keys beside the format's own, by what they hold.
        texts: our text column -> texts [rows], None where there is none.
        numbers: our metric -> numbers as logged, masked where there is none.
        computed: kind and name of a column -> float64 [rows], NaN where there is no value.
        sample: bool [rows], False for rows that are no sample.
    """

    def __init__(self, known: Format, count: int) -> None:
        self.known = known
        self.count = count
        self.keys = ExtraKeys()
        self.texts: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        self.computed: dict[tuple[ColumnKind, str], Floats] = {}
        self.places: dict[str, Any] = {}
        self.sample: Bools = np.ones(count, bool)
        self._bad: list[tuple[str, str, Ints]] = []

    @classmethod
    def of(
        cls,
        known: Format,
        gather: ColumnCollector,
        blocks: list[Block],
        reserved: frozenset[str] | set[str],
    ) -> PartColumns:
        """The collected values; a further key with a `reserved` name becomes `logged.<name>`."""
        table = cls(known, gather.rows)
        table._compute(blocks)
        named = known.read_keys()
        for name, keys in known.text_keys.items():
            table.texts[name] = table._text(gather, keys)
        for name, keys in known.number_keys.items():
            table.numbers[name] = table._number(gather, name, keys)
        further = _kinds({key: column for key, column in gather.columns.items() if key not in named})
        table.keys = ExtraKeys(further.numbers, further.texts, frozenset(gather.arrays))
        for key in further.texts:
            table.texts[_ours(key, reserved)] = table._text(gather, (key,))
        for key in further.numbers:
            table.numbers[_ours(key, reserved)] = table._number(gather, key, (key,))
        table._facts(gather)
        return table

    def _compute(self, blocks: list[Block]) -> None:
        names = dict.fromkeys(name for _, found in blocks for name in found)
        for name in names:
            # A count of nothing is 0 where the block had no such array; any other number is missing there.
            array = np.full(self.count, np.nan if name[0] == "m" else 0.0)
            for first, found in blocks:
                if name in found:
                    array[first : first + len(found[name])] = found[name]
            self.computed[name] = array

    def _facts(self, gather: ColumnCollector) -> None:
        known = self.known
        told = known.file_defaults()
        step = self._number(gather, "", known.step_keys).filled(np.nan)
        if told.step is not None:
            step = np.where(np.isnan(step), float(told.step), step)
        with np.errstate(invalid="ignore"):
            whole = np.isfinite(step) & (step == np.round(step)) & (np.abs(step) < _LARGEST_STEP)
        split, validation = (
            self._values(gather, known.split_keys),
            self._values(gather, known.validation_keys),
        )
        pairs = zip(split.tolist(), validation.tolist(), strict=True)
        self.places["step"] = np.where(whole, step, 0.0).astype(np.int64)
        self.places["split"] = np.asarray(
            [normalised_split(told.split if word is None else word, flag) for word, flag in pairs], object
        )
        self.texts = {
            "group_id": self._group(gather),
            "finish_reason": self._text(gather, known.finish_reason_keys),
            **self.texts,
        }
        n, trimmed = (self.computed.pop(("h", name), np.zeros(self.count)) for name in (SIZE, TRIMMED))
        response = self.texts["response"]
        self.sample = np.asarray([found is not None for found in response.tolist()], bool) | (n > 0)
        none = "The line has neither response nor response_tokens: it is no sample."
        self._bad.append(("no_response", none, np.flatnonzero(~self.sample)))
        if known.step_keys:
            reason = f"The line has no whole number as {known.step_keys[0]}; its sample is shown at step 0."
            self._bad.append(("no_step", reason, np.flatnonzero(self.sample & ~whole)))
        reasons = self.texts["finish_reason"].tolist()
        self.computed["m", "truncated"] = np.asarray(
            [np.nan if reason is None else float(reason.lower() in _TRUNCATED) for reason in reasons], float
        )
        self.computed["m", "repetition"] = repetition(response)
        self._without_padding(gather.last_tokens, trimmed.astype(int).tolist())
        for gap, one, other in (
            ("reward_gap", "reward", "ref_reward"),
            ("valid_reward_gap", "valid_reward", "ref_valid_reward"),
        ):
            with np.errstate(invalid="ignore"):
                self.numbers[gap] = self.numbers[one] - self.numbers[other]

    def _group(self, gather: ColumnCollector) -> Any:
        groups = self._text(gather, self.known.group_keys)
        return groups if self.known.group_from_text is None else _each(groups, self.known.group_from_text)

    def _without_padding(self, last_tokens: list[str | None], trimmed: list[int]) -> None:
        self.texts["prompt"] = _each(self.texts["prompt"], without_leading)
        for name in ("response", "ref_response"):
            whole = zip(self.texts[name].tolist(), last_tokens, trimmed, strict=True)
            cut = [None if found is None else without_trailing(found, last, n) for found, last, n in whole]
            self.texts[name] = _objects(cut)
            lengths = [np.nan if found is None else float(len(found)) for found in cut]
            chars = "n_chars" if name == "response" else "ref_n_chars"
            self.computed["m", chars] = np.asarray(lengths, np.float64)
        self.places["prompt_key"] = _each(self.texts["prompt"], _prompt_key)

    def place(self, offsets: Ints, lengths: Ints, before: Ints, problems: Floats) -> None:
        """Where the rows lie, and how many problems each of them has."""
        self.places |= {"line_offset": offsets, "line_length": lengths, "line": before}
        self.computed["m", "problems"] = problems

    def complaints(self, lines: Ints) -> list[Problem]:
        """What is wrong with values; `lines` are the rows' lines, int64 [rows]."""
        return [
            Problem(int(lines[i]), kind, reason) for kind, reason, rows in self._bad for i in rows.tolist()
        ]

    def _values(self, gather: ColumnCollector, keys: Sequence[str]) -> Any:
        """What the first of some keys holds that a row has, as logged, objects [rows]."""
        found = np.full(self.count, None, object)
        for key in reversed(keys):
            column = gather.columns.get(key)
            if column is not None:
                found[column.rows] = column.values
        return found

    def _text(self, gather: ColumnCollector, keys: Sequence[str]) -> Any:
        values = self._values(gather, keys)
        for i, value in enumerate(values.tolist()):
            if value is not None and not isinstance(value, str):
                values[i] = json.dumps(value)
        return values

    def _number(self, gather: ColumnCollector, name: str, keys: Sequence[str]) -> Any:
        """Numbers, masked where there is none; the rows with something else are noted."""
        array, missing = np.zeros(self.count), np.ones(self.count, bool)
        bad: list[int] = []
        for key in reversed(keys):
            column = gather.columns.get(key)
            if column is None:
                continue
            found = _as_floats(column.values)
            if found is None:
                numbers = [as_number(value) for value in column.values]
                bad += [row for row, number in zip(column.rows, numbers, strict=True) if number is None]
                good = [row for row, number in zip(column.rows, numbers, strict=True) if number is not None]
                array[good] = [number for number in numbers if number is not None]
                missing[good] = False
            else:
                array[column.rows] = found
                missing[column.rows] = False
        if bad and name:
            reason = f"{name} is no number; it is shown with its sample and left out of every statistic."
            self._bad.append(("not_a_number", reason, np.asarray(sorted(set(bad)), np.int64)))
        return np.ma.masked_array(array, missing)


def _objects(values: list[Any]) -> Any:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _each(texts: Any, change: Callable[[str], str]) -> Any:
    return _objects([None if found is None else change(found) for found in texts.tolist()])


def _prompt_key(prompt: str) -> str:
    return md5(prompt.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]


def _ours(key: str, reserved: frozenset[str] | set[str]) -> str:
    return f"logged.{key}" if key in reserved else key


def _as_floats(values: list[Any]) -> Floats | None:
    """Numbers, truth values and texts that hold a number as float64; None where one is something else."""
    try:
        return np.asarray(values, np.float64)
    except (ValueError, OverflowError, TypeError):
        return None


def _all_numbers(values: list[Any]) -> bool:
    return _as_floats(values) is not None or all(as_number(value) is not None for value in values)


def _kinds(columns: Mapping[str, Column]) -> ExtraKeys:
    """Which keys hold numbers all through, and which hold a text somewhere."""
    numbers = frozenset(key for key, column in columns.items() if _all_numbers(column.values))
    return ExtraKeys(numbers, frozenset(columns) - numbers)
