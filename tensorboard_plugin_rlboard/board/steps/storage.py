"""Materialised curves as bytes, saved between starts. What is damaged or foreign is as good as absent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.board.steps.aggregates import Aggregate
from tensorboard_plugin_rlboard.board.steps.step_index import StepEntry, StepKey
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.metrics.segments import Floats

_MAGIC = b"rlboard-curves-4\n"
"""Changes with everything that the numbers depend on beside the samples and aggregates: their meaning, the layout."""
_DIGEST_BYTES = 16


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
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    data = content.getvalue()
    return _MAGIC + blake2b(data, digest_size=_DIGEST_BYTES).digest() + data


def load_curves(data: bytes) -> StoredCurves | None:
    """The curves of `dump_curves`, None where the bytes are no such thing."""
    body = memoryview(data)[len(_MAGIC) + _DIGEST_BYTES :]
    if not data.startswith(_MAGIC + blake2b(body, digest_size=_DIGEST_BYTES).digest()):
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            tables = {}
            for number, stored in enumerate(head["splits"]):
                step, attempt = arrays[f"keys{number}"]
                columns: dict[str, dict[str, Floats]] = {}
                for (name, column), values in zip(stored["columns"], arrays[f"values{number}"], strict=True):
                    columns.setdefault(name, {})[column] = values
                tables[stored["split"]] = StepTable(step, attempt, columns)
        aggregates = {name: _aggregate(stored) for name, stored in head["units"].items()}
        entries = {
            (split, step): StepEntry(0, tuple((attempt, count) for attempt, count in attempts), int(largest))
            for split, step, attempts, largest in head["entries"]
        }
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
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
