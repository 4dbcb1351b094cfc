"""Columns of numbers that stay NumPy arrays until somebody reads them, and answers made of them as gzipped JSON."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from tensorboard_plugin_rlboard.api import Number, Steps
from tensorboard_plugin_rlboard.metrics.segments import Floats

if TYPE_CHECKING:
    import duckdb

LARGE = 20_000
"""Numbers of an answer from which on it carries its JSON: a few milliseconds of encoding."""
_LEVEL = 1
"""Digits of statistics hardly compress: level 3 takes three times as long for four percent."""
_COLUMNS = 32
"""Columns that are written at once: lists of hundreds need hundreds of MB."""
_ONE_TASK = 100_000
"""Rows up to which the database aggregates in one task, so that a list is in order."""


class Numbers(Sequence[Number]):
    """A float64 array [rows] as a sequence: None for NaN, and integers where all are whole by nature."""

    def __init__(self, array: Floats, whole: bool = False) -> None:
        self.array = array
        self.whole = whole

    @overload
    def __getitem__(self, index: int) -> Number: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Number]: ...
    def __getitem__(self, index: int | slice) -> Number | Sequence[Number]:
        """One number, or some of them as a column of their own."""
        if isinstance(index, slice):
            return Numbers(self.array[index], self.whole)
        return self._plain(float(self.array[index]))

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self.array)

    def __iter__(self) -> Iterator[Number]:
        """Every number, as Python's own."""
        return map(self._plain, self.array.tolist())

    def __eq__(self, other: object) -> bool:
        """Whether another sequence holds the same numbers."""
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # compared by value, as a list is

    def __repr__(self) -> str:
        """As a list."""
        return repr(list(self))

    def _plain(self, value: float) -> Number:
        if value != value:  # noqa: PLR0124 (NaN; the fastest test of a float)
            return None
        return int(value) if self.whole and abs(value) < 2**53 else value


class LargeSteps(Steps):
    """Steps that carry their answer: `gzipped`, the JSON of the contract.

    What is answered again and again must not be encoded again and again: 2,000 steps are some 350,000 numbers.
    """

    gzipped: bytes = b""


def carried(cursor: duckdb.DuckDBPyConnection, answer: Steps) -> Steps:
    """The answer with its gzipped JSON, where it is large enough to be worth it."""
    count = len(answer.step) * (14 * len(answer.metrics) + len(answer.step_metrics))
    if count < LARGE:
        return answer
    large = LargeSteps(answer.step, answer.metrics, answer.step_metrics)
    object.__setattr__(large, "gzipped", gzip.compress(_json(cursor, answer), _LEVEL, mtime=0))
    return large


def _json(cursor: duckdb.DuckDBPyConnection, answer: Steps) -> bytes:
    """The JSON of an answer, its columns written by the database: four times as fast, and without Python's lock."""
    columns: list[Sequence[Number]] = [answer.step]
    columns += [column for statistics in answer.metrics.values() for column in vars(statistics).values()]
    columns += answer.step_metrics.values()
    texts = iter(_lists(cursor, columns))

    def members(table: Mapping[str, str]) -> str:
        return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in table.items()) + "}"

    step = next(texts)
    metrics = {
        name: members({field: next(texts) for field in vars(statistics)})
        for name, statistics in answer.metrics.items()
    }
    shared = {name: next(texts) for name in answer.step_metrics}
    return members({"step": step, "metrics": members(metrics), "step_metrics": members(shared)}).encode()


def _lists(cursor: duckdb.DuckDBPyConnection, columns: Sequence[Sequence[Number]]) -> list[str]:
    """Each column as a JSON list."""
    fit = [
        (place, column)
        for place, column in enumerate(columns)
        if isinstance(column, Numbers) and len(column) <= _ONE_TASK and not np.isinf(column.array).any()
    ]
    written: dict[int, str] = {}
    for first in range(0, len(fit), _COLUMNS):
        some = fit[first : first + _COLUMNS]
        cursor.register("numbers", {f"n{place}": column.array for place, column in some})
        wanted = (f"CAST(n{place} AS BIGINT)" if column.whole else f"n{place}" for place, column in some)
        lists = ", ".join(f"CAST(to_json(list({sql})) AS VARCHAR)" for sql in wanted)
        found = cursor.execute(f"SELECT {lists} FROM numbers").fetchall()[0]
        cursor.unregister("numbers")
        written |= {place: text for (place, _), text in zip(some, found, strict=True)}
    return [written[place] if place in written else _list(column) for place, column in enumerate(columns)]


def _list(column: Sequence[Number]) -> str:
    """A column that holds infinities, or none of ours."""
    named = [
        ("Infinity" if x > 0 else "-Infinity") if isinstance(x, float) and np.isinf(x) else x for x in column
    ]
    return json.dumps(named, separators=(",", ":"))
