"""Runs as a reader of a fixture wants to see them, and as rows of the native format."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any

import pytest

from tensorboard_plugin_rlboard.api import Message, RunInfo, Sample
from tensorboard_plugin_rlboard.board import board as board_module
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples import detail, neighbours
from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation
from tensorboard_plugin_rlboard.board.samples.ids import resolve_sample_id
from tensorboard_plugin_rlboard.board.samples.index_row import COLUMNS, IndexRow, index_row
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.web.json_answers import json_values

RULES = TextRules()
Opened = tuple[Sample, dict[str, Any]] | UnknownError
"""A sample with the lists of its tokens, or why it cannot be opened."""
# Numbers that follow from the arrays shown beside them, and are held by other tests.
Dumps = dict[str, dict[str, Any]]
COMPUTED = frozenset({"repetition", "value_mse", "explained_variance", "group_std", "group_rank"})
LOGGED = frozenset(NATIVE.array_keys) | {"foo", "Extra", "extra", "log_probs2"}


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        # Nine digits, and 0 for what is left of a difference of equal numbers: that is the processor's own.
        if not math.isfinite(value):
            return json_values(value)
        return 0.0 if abs(value) < 1e-12 else float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


def said(message: Message) -> dict[str, Any]:
    """A message without what it does not have."""
    found = asdict(message)
    if found["reward"] is None:
        del found["reward"]
    return {key: value for key, value in found.items() if key == "reward" or value not in ("", [], (), False)}


def dump(board: Board, run: str) -> dict[str, Any]:
    """A run as a reader of the fixture wants to see it: every sample in our words, and what was wrong.

    Args:
        board: It has read everything.
        run: One of its runs, or what would be one.
    """
    samples: list[dict[str, Any]] = []
    revision = board.registry.revision
    info = _runs(board, revision).get(run)
    if info is None:
        return {"ignored": [file.reason for file in board.runs().ignored]}
    statistics = {f"{token.name}_" for token in info.token_metrics}
    for opened in _opened(board, run, revision):
        if isinstance(opened, UnknownError):
            samples.append({"cannot be opened": str(opened).partition(" ")[2]})
            continue
        sample, arrays = opened
        scalars = {
            key: rounded(value)
            for key, value in sample.scalars.items()
            if key not in COMPUTED and not any(key.startswith(stem) for stem in statistics)
        }
        samples.append(
            {
                "line": sample.line,
                "step": sample.step,
                "split": sample.split,
                "texts": {key: text.shown for key, text in sorted(sample.texts.items())},
                "scalars": dict(sorted(scalars.items())),
                "tokens": list(sample.response_tokens),
                "arrays": {key: rounded(array) for key, array in arrays.items() if key in LOGGED | {"k3"}},
                "further arrays": sorted(set(arrays) - LOGGED),
                "mask": sample.mask,
                **({} if sample.messages is None else {"messages": [said(one) for one in sample.messages]}),
                "trimmed": [[trim.what, trim.count] for trim in sample.trimmed],
            }
        )
    columns = board.problems(ProblemsQuestion(run, 0, 500)).columns
    problems = [list(row) for row in zip(columns.line, columns.kind, columns.reason, strict=True)]
    return {"splits": list(info.splits), "samples": samples, "problems": problems}


@functools.cache
def as_native(board: Board, run: str) -> list[dict[str, Any]]:
    """The samples of a run as rows of the native format, after trimming; opened once, whoever asks again.

    Args:
        board: It has read everything, and its log stays as it is.
        run: One of its runs.
    """
    return list(_native_rows(board, run))


@functools.cache
def _runs(board: Board, revision: int) -> dict[str, RunInfo]:
    return {info.run: info for info in board.runs().runs}


def leave_out_ways(patch: pytest.MonkeyPatch) -> None:
    """Has samples opened without the ways to those before and after them, and to their prompt at other steps."""
    patch.setattr(neighbours, "_before_and_after", lambda *_: (None, None))
    patch.setattr(neighbours, "_visits", lambda *_: [])


@functools.cache
def _opened(board: Board, run: str, revision: int) -> list[Opened]:
    """Every sample of a run, in the order of the table. To open them is what these tests cost: it is done once.

    Without the ways from a sample to others, which are half of that, and which no dump shows.
    """
    with pytest.MonkeyPatch.context() as patch:
        leave_out_ways(patch)
        # One thread asks, and nothing changes meanwhile: one cursor will do.
        patch.setattr(board, "session", functools.cache(board.session))
        patch.setattr(neighbours, "_group", _once_for_each_group())
        rows = _RowsAtOnce()
        patch.setattr(detail, "index_row", rows.get)
        patch.setattr(board_module, "index_row", rows.get)
        return list(_open_all(board, run, revision))


def _once_for_each_group() -> Callable[[RunSession, Mapping[str, Any]], Any]:
    """As `neighbours._group`, which finds the same for every member."""
    ask, found = neighbours._group, dict[tuple[Any, ...], Any]()

    def group(session: RunSession, sample: Mapping[str, Any]) -> Any:
        key = tuple(sample[name] for name in ("split", "attempt", "step", "group"))
        if key not in found:
            found[key] = ask(session, sample)
        return found[key]

    return group


class _RowsAtOnce:
    """The index's rows of a run by one query: to plan one with a hundred columns for each sample is a third of opening it.

    The first row is also asked for as it is elsewhere, and has to be the same.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, ...], dict[tuple[int, int, int], dict[str, Any]]] = {}
        self._compared: list[AbstractSet[str]] = []

    def get(self, session: RunSession, name: str, columns: Mapping[str, str]) -> IndexRow:
        """As `index_row`."""
        file, offset, number = resolve_sample_id(session.run, name)
        values = self._of(session, columns).get((file.number, offset, number))
        if values is None:
            return index_row(session, name, columns)
        length, annotations = int(values["line_length"]), values["annotations"] or ""
        found = IndexRow(SampleLocation(file, offset, length, number, annotations), values)
        if columns.keys() not in self._compared:
            self._compared.append(columns.keys())
            assert repr(found) == repr(index_row(session, name, columns))
        return found

    def _of(
        self, session: RunSession, columns: Mapping[str, str]
    ) -> dict[tuple[int, int, int], dict[str, Any]]:
        if tuple(columns) not in self._rows:
            names, fields = (*COLUMNS, *columns), ", ".join((*COLUMNS.values(), *columns.values()))
            fetched = session.cursor.execute(f"SELECT {fields} FROM {session.run.table}").fetchall()
            rows = [dict(zip(names, row, strict=True)) for row in fetched]
            self._rows[tuple(columns)] = {(row["file"], row["line_offset"], row["row"]): row for row in rows}
        return self._rows[tuple(columns)]


def _open_all(board: Board, run: str, revision: int) -> Iterable[Opened]:
    info = _runs(board, revision).get(run)
    for split in () if info is None else info.splits:
        chosen = Selection(run, split=split)
        for name in board.samples(SamplesQuestion(chosen, RULES, limit=500)).columns["id"]:
            try:
                sample = board.sample(SampleQuestion(run, str(name), RULES))
            except UnknownError as error:
                yield error
                continue
            yield sample, dict(board.token_lists(TokensQuestion(run, str(name))))


def _native_rows(board: Board, run: str) -> Iterable[dict[str, Any]]:
    for opened in _opened(board, run, board.registry.revision):
        if isinstance(opened, UnknownError):
            continue
        sample, arrays = opened
        row: dict[str, Any] = {"step": sample.step, "split": sample.split}
        row |= {key: text.shown for key, text in sample.texts.items() if key in NATIVE.text_keys}
        row |= {key: value for key, value in sample.scalars.items() if key in NATIVE.number_keys}
        if sample.raw_tokens:
            row["response_tokens"] = list(sample.raw_tokens)
        if sample.mask is not None:
            row["response_mask"] = [int(seen) for seen in sample.mask]
        yield row | {key: array for key, array in arrays.items() if key in NATIVE.array_keys}


def readable(dumps: Dumps) -> str:
    """JSON with a line for each sample."""

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    runs = []
    for name, run in dumps.items():
        rest = "".join(f", {line(key)}: {line(value)}" for key, value in run.items() if key != "samples")
        samples = ",\n".join(map(line, run["samples"]))
        runs.append(f'{line(name)}: {{"samples": [\n{samples}\n]{rest}}}')
    return "{" + ",\n".join(runs) + "}\n"
