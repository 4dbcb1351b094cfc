"""Makes the columns of a part: values as logged and computed, texts without their padding."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import md5
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.number_values import (
    floats_of_values,
    is_tensor_text,
    not_a_number,
    number_from_value,
    score_from_value,
    shortened,
)
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.rows.row_kinds import FAILED, answered_and_failed, no_response, truths
from tensorboard_plugin_rlboard.formats.rows.row_splits import row_splits
from tensorboard_plugin_rlboard.index.column_names import ColumnKind
from tensorboard_plugin_rlboard.index.parts.column_collector import Column, ColumnCollector
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys, column_name
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem
from tensorboard_plugin_rlboard.index.parts.padding import without_leading, without_trailing
from tensorboard_plugin_rlboard.index.parts.sample_statistics import SIZE, TRIMMED, Block, repetition
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.thresholds import TRUNCATED_REASONS

_LARGEST_STEP = 9e15


class PartColumns:
    """The rows of a part as columns.

    Attributes:
        keys: the keys beside the format's own, by what they hold.
        texts: our text column -> texts [rows], None where there is none.
        numbers: our metric -> numbers as logged, masked where there is none.
        computed: kind and name of a column -> float64 [rows], NaN where there is no value.
        location: column -> step, split and place of the rows, and the key of their prompt.
        sample: bool [rows], False for rows that are no sample.
    """

    def __init__(self, file_format: Format, count: int) -> None:
        self._format = file_format
        self.count = count
        self.keys = ExtraKeys()
        self.texts: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        self.computed: dict[tuple[ColumnKind, str], Floats] = {}
        self.location: dict[str, Any] = {}
        self.sample: Bools = np.ones(count, bool)
        self._problems: list[tuple[str, str, Ints]] = []
        self._value_problems: list[tuple[int, str]] = []

    @classmethod
    def of(
        cls,
        file_format: Format,
        collector: ColumnCollector,
        blocks: list[Block],
        lists: Mapping[str, tuple[int, int]],
        reserved: frozenset[str] | set[str],
    ) -> PartColumns:
        """The collected values; an extra key with a `reserved` name becomes `logged.<name>`. For `lists` see ExtraKeys."""
        columns = cls(file_format, len(collector.lines))
        collector.add_single_numbers()
        columns._add_computed(blocks)
        read = file_format.read_keys()
        for name, keys in file_format.text_keys.items():
            columns.texts[name] = columns._text(collector, keys)
        for name, keys in file_format.number_keys.items():
            columns.numbers[name] = columns._number(collector, name, keys)
        further = {key: column for key, column in collector.columns.items() if key not in read}
        extra = ExtraKeys.of(further)
        columns.keys = ExtraKeys(extra.numbers, extra.texts, lists)
        for key in sorted(extra.texts):
            columns._note_tensor_text(key, collector.columns[key])
            columns.texts[column_name(key, reserved)] = columns._text(collector, (key,))
        for key in sorted(extra.numbers):
            columns.numbers[column_name(key, reserved)] = columns._number(collector, key, (key,))
        has_step = columns._add_step(collector)
        columns._add_split(collector, further)
        columns.texts = {
            "group_id": columns._group(collector),
            "finish_reason": columns._text(collector, file_format.finish_reason_keys),
            **columns.texts,
        }
        zeros = np.zeros(columns.count)
        n_tokens, trimmed = (columns.computed.pop(("h", name), zeros) for name in (SIZE, TRIMMED))
        columns._choose_samples(collector, has_step, n_tokens > 0)
        columns._add_truncation()
        columns._remove_padding(collector.last_tokens, trimmed.astype(int).tolist())
        with np.errstate(invalid="ignore"):
            for reward in ("reward", "valid_reward"):
                columns.numbers[f"{reward}_gap"] = columns.numbers[reward] - columns.numbers[f"ref_{reward}"]
        return columns

    def _add_computed(self, blocks: list[Block]) -> None:
        names = dict.fromkeys(name for _, found in blocks for name in found)
        for name in names:
            # A count of nothing is 0 where the block had no such array; any other number is missing there.
            array = np.full(self.count, np.nan if name[0] == "m" else 0.0)
            for first, found in blocks:
                if name in found:
                    array[first : first + len(found[name])] = found[name]
            self.computed[name] = array

    def _add_step(self, collector: ColumnCollector) -> Bools:
        """Adds the step of each row; returns which of them have one, bool [rows]."""
        keys, default = self._format.step_keys, self._format.file_defaults().step
        step = self._number(collector, "", keys).filled(np.nan)
        step[truths(collector.columns, keys)] = np.nan
        if default is not None:
            step = np.where(np.isnan(step), float(default), step)
        with np.errstate(invalid="ignore"):
            whole: Bools = np.isfinite(step) & (step == np.round(step)) & (np.abs(step) < _LARGEST_STEP)
        self.location["step"] = np.where(whole, step, 0.0).astype(np.int64)
        return whole

    def _add_split(self, collector: ColumnCollector, further: Mapping[str, Column]) -> None:
        file_format = self._format
        found = row_splits(
            self._values(collector, file_format.split_keys).tolist(),
            self._values(collector, file_format.validation_keys).tolist(),
            file_format.file_defaults().split,
            further if file_format.has_late_splits else {},
        )
        for name, row in found.odd.items():
            reason = f"The split {shortened(name)} means neither training nor evaluation here; it is shown as training."
            self._problems.append(("odd_split", reason, np.asarray([row])))
        self.location["split"] = np.asarray(found.splits, object)
        if any(found.names):
            self.texts["logged.split"] = _objects(found.names)

    def _choose_samples(self, collector: ColumnCollector, has_step: Bools, has_tokens: Bools) -> None:
        """Tells which rows are samples and which of them failed, and what is wrong with the others."""
        file_format = self._format
        is_rollout = ~np.ma.getmaskarray(self.numbers["reward"])
        # What makes samples of a line says itself which of them failed.
        says_failed = has_step | (file_format.to_samples is not None)
        is_rollout[collector.unanswered] |= says_failed[collector.unanswered]
        responses, prompts = self.texts["response"].tolist(), self.texts["prompt"].tolist()
        answered, failed = answered_and_failed(responses, prompts, is_rollout, has_tokens)
        self.sample, self.failed = answered | failed, failed
        reason = no_response(file_format.name, file_format.text_keys.get("response", ("response",)))
        self._problems.append(("no_response", reason, np.flatnonzero(~self.sample)))
        self._problems.append(("failed_rollout", FAILED, np.flatnonzero(failed)))
        if file_format.step_keys:
            key = file_format.step_keys[0]
            reason = f"The line has no whole number as {key}; its sample is shown at step 0."
            self._problems.append(("no_step", reason, np.flatnonzero(self.sample & ~has_step)))

    def _add_truncation(self) -> None:
        reasons = self.texts["finish_reason"].tolist()
        cut = [np.nan if reason is None else float(reason.lower() in TRUNCATED_REASONS) for reason in reasons]
        self.computed["m", "truncated"] = np.asarray(cut, float)

    def _group(self, collector: ColumnCollector) -> Any:
        groups = self._text(collector, self._format.group_keys)
        return (
            groups if self._format.group_from_text is None else _mapped(groups, self._format.group_from_text)
        )

    def _remove_padding(self, last_tokens: list[str | None], trimmed: list[int]) -> None:
        self.texts["prompt"] = _mapped(self.texts["prompt"], without_leading)
        for name in ("response", "ref_response"):
            whole = zip(self.texts[name].tolist(), last_tokens, trimmed, strict=True)
            cut = [None if found is None else without_trailing(found, last, n) for found, last, n in whole]
            self.texts[name] = _objects(cut)
            lengths = [np.nan if found is None else float(len(found)) for found in cut]
            chars = "n_chars" if name == "response" else "ref_n_chars"
            self.computed["m", chars] = np.asarray(lengths, np.float64)
        self.computed["m", "repetition"] = repetition(self.texts["response"])
        self.location["prompt_key"] = _mapped(self.texts["prompt"], _prompt_key)

    def locate(self, offsets: Ints, lengths: Ints, lines: Ints, samples: list[int]) -> None:
        """Adds where the rows lie.

        Args:
            offsets: byte offset of the line of each row, int64 [rows].
            lengths: bytes of that line, int64 [rows].
            lines: newline characters of the range before that line, int64 [rows].
            samples: index of each row within its line.
        """
        self.location |= {"line_offset": offsets, "line_length": lengths, "line": lines}
        self.location["row"] = np.asarray(samples, np.int32)

    def problems(self, lines: Ints) -> list[Problem]:
        """What is wrong with values; `lines` are the lines of the rows, int64 [rows]."""
        of_values = [Problem(int(lines[row]), "not_a_number", reason) for row, reason in self._value_problems]
        return of_values + [
            Problem(int(lines[i]), kind, reason)
            for kind, reason, rows in self._problems
            for i in rows.tolist()
        ]

    def _note_tensor_text(self, key: str, column: Column) -> None:
        """Notes a text column that begins with a tensor written as text: it was meant as a number."""
        first = column.values[0]
        if isinstance(first, str) and is_tensor_text(first):
            reason = f"{key} is text such as {shortened(first)}, not a number. Log the number itself: value.item()."
            self._value_problems.append((column.rows[0], reason))

    def _values(self, collector: ColumnCollector, keys: Sequence[str]) -> Any:
        """What the first of some keys holds that a row has, as logged, objects [rows]."""
        found = np.full(self.count, None, object)
        for key in reversed(keys):
            column = collector.columns.get(key)
            if column is not None:
                found[column.rows] = column.values
        return found

    def _text(self, collector: ColumnCollector, keys: Sequence[str]) -> Any:
        values = self._values(collector, keys)
        for i, value in enumerate(values.tolist()):
            if value is not None and not isinstance(value, str):
                values[i] = json.dumps(value)
        return values

    def _number(self, collector: ColumnCollector, name: str, keys: Sequence[str]) -> Any:
        """Numbers, masked where there is none; the rows with something else are noted."""
        array, missing = np.zeros(self.count), np.ones(self.count, bool)
        bad: dict[int, str] = {}
        for key in reversed(keys):
            column = collector.columns.get(key)
            if column is None:
                continue
            found = floats_of_values(column.values)
            if found is None:
                read = score_from_value if name in self._format.number_keys else number_from_value
                numbers = [read(value) for value in column.values]
                if name:
                    unread = zip(column.rows, column.values, numbers, strict=True)
                    bad |= {row: not_a_number(name, value) for row, value, number in unread if number is None}
                good = [row for row, number in zip(column.rows, numbers, strict=True) if number is not None]
                array[good] = [number for number in numbers if number is not None]
                missing[good] = False
            else:
                array[column.rows] = found
                missing[column.rows] = False
        self._value_problems += sorted(bad.items())
        return np.ma.masked_array(array, missing)


def _objects(values: list[Any]) -> Any:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _mapped(texts: Any, change: Callable[[str], str]) -> Any:
    return _objects([None if found is None else change(found) for found in texts.tolist()])


def _prompt_key(prompt: str) -> str:
    return md5(prompt.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]
