"""Materialised curves as bytes, kept beside an index between starts. What is damaged or foreign is as good as absent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.board.steps.aggregates import Unit
from tensorboard_plugin_rlboard.board.steps.step_index import Entry, Key
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.metrics.segments import Floats

_MAGIC = b"rlboard-curves-1\n"
"""Changes with everything that the numbers depend on beside the samples and the units: their meaning, the layout."""
_DIGEST = 16


@dataclass(frozen=True)
class KeptCurves:
    """The curves of a run: its steps, the units that every row has, and the rows of each split."""

    entries: Mapping[Key, Entry]
    units: Mapping[str, Unit]
    tables: Mapping[str, StepTable]


def dump(curves: KeptCurves) -> bytes:
    """The curves as bytes."""
    arrays: dict[str, Any] = {}
    splits: list[dict[str, object]] = []
    for split, table in curves.tables.items():
        names = [(unit, column) for unit in curves.units for column in table.columns[unit]]
        block = [table.columns[unit][column] for unit, column in names]
        place = len(splits)
        arrays[f"keys{place}"] = np.stack([table.step, table.attempt])
        arrays[f"values{place}"] = np.asarray(block, np.float64).reshape(len(names), len(table.step))
        splits.append({"split": split, "columns": names})
    head = {
        "splits": splits,
        "units": {name: asdict(unit) for name, unit in curves.units.items()},
        "entries": [[*key, entry.attempts] for key, entry in curves.entries.items()],
    }
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    data = content.getvalue()
    return _MAGIC + blake2b(data, digest_size=_DIGEST).digest() + data


def load(data: bytes) -> KeptCurves | None:
    """The curves of `dump`, None where the bytes are no such thing."""
    body = memoryview(data)[len(_MAGIC) + _DIGEST :]
    if not data.startswith(_MAGIC + blake2b(body, digest_size=_DIGEST).digest()):
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            tables = {}
            for place, facts in enumerate(head["splits"]):
                step, attempt = arrays[f"keys{place}"]
                columns: dict[str, dict[str, Floats]] = {}
                for (unit, column), values in zip(facts["columns"], arrays[f"values{place}"], strict=True):
                    columns.setdefault(unit, {})[column] = values
                tables[facts["split"]] = StepTable(step, attempt, columns)
        units = {name: _unit(facts) for name, facts in head["units"].items()}
        entries = {
            (split, step): Entry(0, tuple((attempt, count) for attempt, count in attempts))
            for split, step, attempts in head["entries"]
        }
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None
    return KeptCurves(entries, units, tables)


def _unit(facts: Mapping[str, object]) -> Unit:
    """A unit as `asdict` left it, with tuples where JSON has lists."""
    pairs = {
        name: tuple((column, sql) for column, sql in facts[name])  # type: ignore[attr-defined]  # lists of pairs
        for name in ("columns", "inner")
    }
    return Unit(**{**facts, **pairs})  # type: ignore[arg-type]  # what is foreign has no right digest
