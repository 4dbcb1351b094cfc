"""Materialised curves as bytes, saved between starts. Damaged or foreign bytes count as absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.board.steps.aggregates import Aggregate
from tensorboard_plugin_rlboard.board.steps.step_index import StepEntry, StepKey
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.board.stored_arrays import StoredArrays, dump_arrays, load_arrays
from tensorboard_plugin_rlboard.metrics.segments import Floats

_MAGIC = b"rlboard-curves-5\n"
"""Changes with everything that the numbers depend on beside the samples and aggregates: their meaning, the layout."""


@dataclass(frozen=True)
class StoredCurves:
    """The curves of a run.

    Attributes:
        entries: its steps.
        aggregates: those that every row has, name -> aggregate.
        tables: split -> rows.
    """

    entries: Mapping[StepKey, StepEntry]
    aggregates: Mapping[str, Aggregate]
    tables: Mapping[str, StepTable]


def dump_curves(curves: StoredCurves) -> bytes:
    """The curves as bytes."""
    arrays: dict[str, Any] = {}
    splits: list[dict[str, object]] = []
    for number, (split, table) in enumerate(curves.tables.items()):
        names = [(name, column) for name in curves.aggregates for column in table.columns[name]]
        values = [table.columns[name][column] for name, column in names]
        arrays[f"keys{number}"] = np.stack([table.step, table.attempt])
        arrays[f"values{number}"] = np.asarray(values, np.float64).reshape(len(names), len(table.step))
        splits.append({"split": split, "columns": names})
    head = {
        "splits": splits,
        "units": {name: _fields_of(aggregate) for name, aggregate in curves.aggregates.items()},
        "entries": [[*key, entry.attempts, entry.largest_group] for key, entry in curves.entries.items()],
    }
    return dump_arrays(_MAGIC, StoredArrays(head, arrays))


def load_curves(data: bytes) -> StoredCurves | None:
    """The curves of `dump_curves`, None where the bytes are no such thing."""
    found = load_arrays(_MAGIC, data)
    if found is None:
        return None
    head = found.head
    try:
        tables = {}
        for number, stored in enumerate(head["splits"]):
            step, attempt = found.arrays[f"keys{number}"]
            columns: dict[str, dict[str, Floats]] = {}
            for (name, column), values in zip(
                stored["columns"], found.arrays[f"values{number}"], strict=True
            ):
                columns.setdefault(name, {})[column] = values
            tables[stored["split"]] = StepTable(step, attempt, columns)
        aggregates = {name: _aggregate(stored) for name, stored in head["units"].items()}
        entries = {
            (split, step): StepEntry(0, tuple((attempt, count) for attempt, count in attempts), int(largest))
            for split, step, attempts, largest in head["entries"]
        }
    except (ValueError, KeyError, TypeError):
        return None
    return StoredCurves(entries, aggregates, tables)


def _fields_of(aggregate: Aggregate) -> dict[str, object]:
    """The fields of an aggregate, which are texts and tuples of texts; `asdict` would copy each of them."""
    return {field.name: getattr(aggregate, field.name) for field in fields(aggregate)}


def _aggregate(stored: Mapping[str, object]) -> Aggregate:
    """An aggregate as `_fields_of` left it, with tuples where JSON has lists."""
    pairs = {
        name: tuple((column, sql) for column, sql in stored[name])  # type: ignore[attr-defined]  # lists of pairs
        for name in ("columns", "inner", "derived")
    }
    return Aggregate(**{**stored, **pairs})  # type: ignore[arg-type]  # what is foreign has no right digest
