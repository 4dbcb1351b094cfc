"""Makes the columns of a part: values as logged and computed, texts without their padding."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.number_values import (
    are_numbers,
    floats_of_values,
    is_tensor_text,
    is_truth,
    not_a_number,
    number_from_value,
    score_from_value,
    shortened,
)
from tensorboard_plugin_rlboard.formats.arrays.step_values import step_from_value
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.rows.file_options import file_defaults, says_split_of_all
from tensorboard_plugin_rlboard.formats.rows.row_kinds import FAILED, no_response, row_kinds
from tensorboard_plugin_rlboard.formats.rows.row_splits import SplitWords, all_of_one, row_splits
from tensorboard_plugin_rlboard.index.column_names import ColumnKind
from tensorboard_plugin_rlboard.index.parts.clean_texts import clean_texts, objects
from tensorboard_plugin_rlboard.index.parts.column_collector import Column, ColumnCollector
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys, column_name
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem
from tensorboard_plugin_rlboard.index.parts.sample_statistics import SIZE, TRIMMED, Block, SampleStatistics
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.thresholds import TRUNCATED_REASONS

_LARGEST_STEP = 9e15
_STEP_REMEDY = "Name the key of the step in an rlboard.toml ([mapping] step), or say there where it stands in the file's path (step_from)."


class PartColumns:
    """The rows of a part as columns.

    Attributes:
        keys: the keys beside the format's own, by what they hold.
        texts: our text column -> texts [rows], None where there is none.
        numbers: our metric -> numbers as logged, masked where there is none.
        computed: kind and name of a column -> float64 [rows], NaN where there is no value.
        location: column -> step, split and place of the rows, and the key of their prompt.
        kinds: which rows are samples.
        problems: what is wrong with values.
    """

    def __init__(self, file_format: Format, count: int) -> None:
        self._format = file_format
        self.count = count
        self.keys = ExtraKeys()
        self.texts: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        self.computed: dict[tuple[ColumnKind, str], Floats] = {}
        self.location: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._row_problems: list[tuple[str, str, Ints]] = []
        self._value_problems: list[tuple[int, str]] = []

    @classmethod
    def of(
        cls,
        file_format: Format,
        collector: ColumnCollector,
        statistics: SampleStatistics,
        places: Ints,
        reserved: frozenset[str] | set[str],
    ) -> PartColumns:
        """The columns of the rows of some lines.

        Args:
            file_format: the format of their file.
            collector: what they hold.
            statistics: what was computed of their token arrays.
            places: byte offset of each line, bytes, newline characters of the range before it, int64 [lines, 3].
            reserved: names of further columns: an extra key of that name becomes `logged.<name>`.
        """
        columns = cls(file_format, len(collector.lines))
        columns._add_computed(statistics.blocks)
        read = collector.keys.read
        for name, keys in file_format.text_keys.items():
            columns.texts[name] = columns._text(collector, keys)
        for name, keys in file_format.number_keys.items():
            columns.numbers[name] = columns._number(collector, name, keys)
        further = {key: column for key, column in collector.columns.items() if key not in read}
        numbers = frozenset(key for key, column in further.items() if are_numbers(column.values))
        columns.keys = ExtraKeys(numbers, frozenset(further) - numbers, statistics.lists)
        for key in sorted(columns.keys.texts):
            columns._note_tensor_text(key, collector.columns[key])
            columns.texts[column_name(key, reserved)] = columns._text(collector, (key,))
        for key in sorted(numbers):
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
        clean = clean_texts(columns.texts, collector.last_tokens, trimmed.astype(int).tolist())
        columns.texts |= clean.texts
        columns.computed |= {("m", name): numbers for name, numbers in clean.metrics.items()}
        columns.location["prompt_key"] = clean.prompt_keys
        with np.errstate(over="ignore", invalid="ignore"):
            for reward in ("reward", "valid_reward"):
                columns.numbers[f"{reward}_gap"] = columns.numbers[reward] - columns.numbers[f"ref_{reward}"]
        columns._add_places(collector, places)
        columns._add_problems(collector.lines)
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
        keys, default = self._format.step_keys, file_defaults(self._format).step
        step = self._number(collector, "", keys).filled(np.nan)
        for key in keys:  # a truth value is a number elsewhere and no step
            if (column := collector.columns.get(key)) and not {bool, str}.isdisjoint(
                map(type, column.values)
            ):
                told = zip(column.rows, column.values, strict=True)
                step[[row for row, value in told if is_truth(value)]] = np.nan
        if default is not None:
            step = np.where(np.isnan(step), float(default), step)
        with np.errstate(over="ignore", invalid="ignore"):
            whole: Bools = np.isfinite(step) & (step == np.round(step)) & (np.abs(step) < _LARGEST_STEP)
        self.location["step"] = np.where(whole, step, 0.0).astype(np.int64)
        return whole

    def _add_split(self, collector: ColumnCollector, further: Mapping[str, Column]) -> None:
        file_format = self._format
        read = (file_format.split_keys, file_format.validation_keys, file_format.training_keys)
        names, held_out, training = (self._values(collector, keys).tolist() for keys in read)
        keys = collector.columns.keys() & set(file_format.text_keys.get("response", ()))
        said = SplitWords(names, held_out, training, {key: collector.columns[key] for key in keys})
        split, is_of_all = file_defaults(file_format).split, says_split_of_all(file_format)
        found = all_of_one(split, names) if is_of_all else row_splits(said, split, further)
        for name, row in found.odd.items():
            reason = f"The split {shortened(name)} means neither training nor evaluation here; it is shown as training."
            self._row_problems.append(("odd_split", reason, np.asarray([row])))
        self.location["split"] = np.asarray(found.splits, object)
        if any(found.names):
            self.texts["logged.split"] = objects(found.names)

    def _choose_samples(self, collector: ColumnCollector, has_step: Bools, has_tokens: Bools) -> None:
        """Tells which rows are samples and which of them failed, and what is wrong with the others."""
        file_format = self._format
        is_rollout = ~np.ma.getmaskarray(self.numbers["reward"])
        # What makes samples of a line says itself which of them failed.
        says_failed = has_step | (file_format.to_samples is not None)
        is_rollout[collector.unanswered] |= says_failed[collector.unanswered]
        self.kinds = kinds = row_kinds(self.texts, is_rollout, has_tokens)
        reason = no_response(file_format.name, file_format.text_keys.get("response", ("response",)))
        self._row_problems.append(("no_response", reason, np.flatnonzero(~kinds.sample)))
        self._row_problems.append(("failed_rollout", FAILED, np.flatnonzero(kinds.failed)))
        mapping = file_format.mapping
        if file_format.step_keys:
            key = file_format.step_keys[0]
            reason = f"The line has no whole number as {key}; its sample is shown at step 0."
            self._row_problems.append(("no_step", reason, np.flatnonzero(kinds.sample & ~has_step)))
        elif (
            mapping is not None and mapping.guessed and mapping.doubt
        ):  # which says what its numbers are instead
            reason = f"{mapping.doubt} {_STEP_REMEDY}"
            self._row_problems.append(("no_step", reason, np.flatnonzero(kinds.sample & ~has_step)))

    def _add_truncation(self) -> None:
        reasons = self.texts["finish_reason"].tolist()
        cut = [np.nan if reason is None else float(reason.lower() in TRUNCATED_REASONS) for reason in reasons]
        self.computed["m", "truncated"] = np.asarray(cut, float)

    def _group(self, collector: ColumnCollector) -> Any:
        groups, from_text = self._text(collector, self._format.group_keys), self._format.group_from_text
        if from_text is None:
            return groups
        return objects([None if found is None else from_text(found) for found in groups.tolist()])

    def _add_places(self, collector: ColumnCollector, places: Ints) -> None:
        """Adds where the rows lie: their line, and their index within it."""
        offsets, lengths, lines = places[collector.lines].T
        self.location |= {"line_offset": offsets, "line_length": lengths, "line": lines}
        self.location["row"] = np.asarray(collector.samples, np.int32)

    def _add_problems(self, lines: list[int]) -> None:
        """Adds what was noted; `lines` are the lines of the rows."""
        of_values = [Problem(lines[row], "not_a_number", reason) for row, reason in self._value_problems]
        self.problems = of_values + [
            Problem(lines[i], kind, reason)
            for kind, reason, rows in self._row_problems
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
                read = read if name else step_from_value
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
