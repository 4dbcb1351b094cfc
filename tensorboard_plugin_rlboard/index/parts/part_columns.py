"""Makes the columns of a part: values as logged and computed, texts without their padding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.number_values import (
    are_numbers,
    floats_of_values,
    is_truth,
    not_a_number,
    shortened,
    tensor_text_problem,
    written_number,
)
from tensorboard_plugin_rlboard.formats.arrays.score_texts import score_from_value
from tensorboard_plugin_rlboard.formats.arrays.step_values import step_from_value
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.formats.evidence.odd_groups import odd_groups
from tensorboard_plugin_rlboard.formats.rows.file_options import file_defaults, says_split_of_all
from tensorboard_plugin_rlboard.formats.rows.row_kinds import (
    FAILED,
    RowKinds,
    cut_off,
    no_response,
    row_kinds,
)
from tensorboard_plugin_rlboard.formats.rows.row_splits import RowSplits, SplitWords, row_splits
from tensorboard_plugin_rlboard.index.column_names import ColumnKind
from tensorboard_plugin_rlboard.index.parts.clean_texts import clean_texts, objects
from tensorboard_plugin_rlboard.index.parts.column_collector import Column, ColumnCollector
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys, column_name
from tensorboard_plugin_rlboard.index.parts.line_decoder import Problem
from tensorboard_plugin_rlboard.index.parts.sample_statistics import SIZE, TRIMMED, Block, SampleStatistics
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

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

    Args:
        file_format: the format of their file.
        collector: what their lines hold.
        statistics: what was computed of their token arrays.
        places: byte offset of each line, bytes, newline characters of the range before it, int64 [lines, 3].
        reserved: names of further columns: an extra key of that name becomes `logged.<name>`.
    """

    def __init__(
        self,
        file_format: Format,
        collector: ColumnCollector,
        statistics: SampleStatistics,
        places: Ints,
        reserved: AbstractSet[str],
    ) -> None:
        self._format, self._logged = file_format, collector.all_columns
        self._lines, self._count = collector.lines, len(collector.lines)
        self.keys = ExtraKeys()
        self.texts: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        self.computed: dict[tuple[ColumnKind, str], Floats] = {}
        self.location: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._add_computed(statistics.blocks)
        self._add_token_counts(collector.token_counts)
        zeros = np.zeros(self._count)
        n_tokens, trimmed = (self.computed.pop(("h", name), zeros) for name in (SIZE, TRIMMED))
        further = {key: column for key, column in self._logged.items() if key not in collector.keys.read}
        self._add_texts_and_numbers(further, statistics.lists, reserved)
        has_step = self._add_step()
        is_rollout, words = self._are_rollouts(collector.unanswered, has_step), self._split_words()
        splits, self.kinds, truncated, clean = (
            row_splits(words, file_defaults(file_format).split, further),
            row_kinds(self.texts, is_rollout, n_tokens > 0),
            cut_off(self.texts["finish_reason"].tolist(), self.numbers),
            clean_texts(self.texts, statistics.last_tokens, trimmed.astype(int).tolist()),
        )
        self._add_splits(splits)
        self._note_kinds(self.kinds, has_step)
        self.computed["m", "truncated"] = truncated
        self.texts |= clean.texts
        self.computed |= {("m", name): numbers for name, numbers in clean.metrics.items()}
        self.location["prompt_key"] = clean.prompt_keys
        of_line = ("line_offset", "line_length", "line")
        self.location |= zip(of_line, places[collector.lines].T, strict=True)
        self.location["row"] = np.asarray(collector.samples, np.int32)
        with np.errstate(over="ignore", invalid="ignore"):
            for reward in ("reward", "valid_reward"):
                self.numbers[f"{reward}_gap"] = self.numbers[reward] - self.numbers[f"ref_{reward}"]
        self.problems += [
            Problem(self._lines[row], "odd_groups", reason)
            for row, reason in odd_groups(file_format, self.location, self.texts["group_id"])
        ]

    def _note(self, kind: str, reason: str, rows: Iterable[int]) -> None:
        """Notes what is wrong with some rows."""
        self.problems += [Problem(self._lines[row], kind, reason) for row in rows]

    def _add_computed(self, blocks: list[Block]) -> None:
        for name in dict.fromkeys(name for _, found in blocks for name in found):
            # A count of nothing is 0 where the block had no such array; any other number is missing there.
            array = np.full(self._count, np.nan if name[0] == "m" else 0.0)
            for first, found in blocks:
                if name in found:
                    array[first : first + len(found[name])] = found[name]
            self.computed[name] = array

    def _add_token_counts(self, logged: Column) -> None:
        """Adds the logged number of tokens of the rows without tokens and values of them."""
        if logged.rows:
            counts = np.zeros(self._count)
            counts[logged.rows] = logged.values
            sizes = self.computed["m", "n_tokens"]
            self.computed["m", "n_tokens"] = np.where(np.isnan(sizes) & (counts > 0), counts, sizes)

    def _add_texts_and_numbers(
        self, further: Mapping[str, Column], lists: Mapping[str, tuple[int, int]], reserved: AbstractSet[str]
    ) -> None:
        """Adds the texts and numbers that the format reads, and those of further keys."""
        file_format = self._format
        self.texts["group_id"] = self._group()
        self.texts["finish_reason"] = self._text(file_format.finish_reason_keys)
        for name, keys in file_format.text_keys.items():
            self.texts[name] = self._text(keys)
        for name, keys in file_format.number_keys.items():
            self.numbers[name] = self._number(name, keys)
        numbers = frozenset(key for key, column in further.items() if are_numbers(column.values))
        self.keys = ExtraKeys(numbers, frozenset(further) - numbers, lists)
        for key in sorted(self.keys.texts):
            self._note_tensor_text(key, further[key], is_text=True)
            self.texts[column_name(key, reserved)] = self._text((key,))
        for key in sorted(numbers):
            self.numbers[column_name(key, reserved)] = self._number(key, (key,))

    def _add_step(self) -> Bools:
        """Adds the step of each row; returns which of them have one, bool [rows]."""
        keys, default = self._format.step_keys, file_defaults(self._format).step
        step = self._number("", keys).filled(np.nan)
        for key in keys:  # a truth value is a number elsewhere and no step
            if (column := self._logged.get(key)) and not {bool, str}.isdisjoint(map(type, column.values)):
                row_values = zip(column.rows, column.values, strict=True)
                step[[row for row, value in row_values if is_truth(value)]] = np.nan
        if default is not None:
            step = np.where(np.isnan(step), float(default), step)
        with np.errstate(over="ignore", invalid="ignore"):
            whole: Bools = np.isfinite(step) & (step == np.round(step)) & (np.abs(step) < _LARGEST_STEP)
        self.location["step"] = np.where(whole, step, 0.0).astype(np.int64)
        return whole

    def _split_words(self) -> SplitWords:
        """What the rows say of their split."""
        file_format = self._format
        read = (file_format.split_keys, file_format.validation_keys, file_format.training_keys)
        names, held_out, training = (self._values(keys).tolist() for keys in read)
        keys = self._logged.keys() & set(file_format.text_keys.get("response", ()))
        responses = {key: self._logged[key] for key in keys}
        return SplitWords(names, held_out, training, responses, says_split_of_all(file_format))

    def _add_splits(self, found: RowSplits) -> None:
        for name, row in found.odd.items():
            reason = f"The split {shortened(name)} means neither training nor evaluation here; it is shown as training."
            self._note("odd_split", reason, [row])
        self.location["split"] = np.asarray(found.splits, object)
        if any(found.names):
            self.texts["logged.split"] = objects(found.names)

    def _are_rollouts(self, unanswered: Sequence[int], has_step: Bools) -> Bools:
        """Which rows are rollouts even without a response: those with a reward, or with null for the response."""
        is_rollout: Bools = ~np.ma.getmaskarray(self.numbers["reward"])
        # What makes samples of a line says itself which of them failed.
        says_failed = has_step | (self._format.to_samples is not None)
        is_rollout[unanswered] |= says_failed[unanswered]
        return is_rollout

    def _note_kinds(self, kinds: RowKinds, has_step: Bools) -> None:
        """Notes what is wrong with the rows that are no samples, failed, or have no step."""
        file_format = self._format
        reason = no_response(file_format.name, file_format.text_keys.get("response", ("response",)))
        self._note("no_response", reason, np.flatnonzero(~kinds.sample).tolist())
        self._note("failed_rollout", FAILED, np.flatnonzero(kinds.failed).tolist())
        no_step, mapping = np.flatnonzero(kinds.sample & ~has_step).tolist(), file_format.mapping
        if file_format.step_keys:
            key = file_format.step_keys[0]
            reason = f"The line has no whole number as {key}; its sample is shown at step 0."
            self._note("no_step", reason, no_step)
        elif mapping and mapping.guessed and mapping.doubt:  # which says what its numbers are instead
            self._note("no_step", f"{mapping.doubt} {_STEP_REMEDY}", no_step)

    def _group(self) -> Any:
        groups, from_text = self._text(self._format.group_keys), self._format.group_from_text
        if from_text is None:
            return groups
        return objects([None if found is None else from_text(found) for found in groups.tolist()])

    def _note_tensor_text(self, key: str, column: Column, *, is_text: bool) -> None:
        if problem := tensor_text_problem(key, column.values[0], is_text=is_text):
            self._note(*problem, column.rows[:1])

    def _values(self, keys: Sequence[str]) -> Any:
        """What the first of some keys holds that a row has, as logged, objects [rows]."""
        found = np.full(self._count, None, object)
        for key in reversed(keys):
            if (column := self._logged.get(key)) is not None:
                found[column.rows] = column.values
        return found

    def _text(self, keys: Sequence[str]) -> Any:
        values = self._values(keys)
        for i, value in enumerate(values.tolist()):
            if value is not None and not isinstance(value, str):
                values[i] = json.dumps(value)
        return values

    def _number(self, name: str, keys: Sequence[str]) -> Any:
        """Numbers, masked where there is none; the rows with something else are noted."""
        array, missing = np.zeros(self._count), np.ones(self._count, bool)
        bad: dict[int, str] = {}
        for key in reversed(keys):
            column = self._logged.get(key)
            if column is None:
                continue
            self._note_tensor_text(name or key, column, is_text=False)
            rows, found = column.rows, floats_of_values(column.values)
            if found is None:
                read = score_from_value if name in self._format.number_keys else written_number
                numbers = [(read if name else step_from_value)(value) for value in column.values]
                if name:
                    unread = zip(rows, column.values, numbers, strict=True)
                    bad |= {row: not_a_number(name, value) for row, value, number in unread if number is None}
                rows = [row for row, number in zip(rows, numbers, strict=True) if number is not None]
                found = np.asarray([number for number in numbers if number is not None], np.float64)
            array[rows] = found
            missing[rows] = False
        for row, reason in sorted(bad.items()):
            self._note("not_a_number", reason, [row])
        return np.ma.masked_array(array, missing)
