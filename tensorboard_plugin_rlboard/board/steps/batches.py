"""Steps in batches of a bounded number of rows, and every unit computed over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.run_schema import group_columns
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.board.steps.aggregates import ROWS, SHARED, Samples, Unit, compute, joined
from tensorboard_plugin_rlboard.board.steps.step_index import Catalogue, Key
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.metrics.segments import Ints

KEYS = ("step", "attempt")


def steps_of(split: str, keys: Iterable[Key]) -> Ints:
    """The steps of one split, int64 in the order given."""
    return np.asarray([step for other, step in keys if other == split], np.int64)


def batches(catalogue: Catalogue, keys: Iterable[Key]) -> Iterator[tuple[str, Ints, bool]]:
    """Steps of one split, sorted, with a bounded number of rows; and whether other steps lie between them."""
    every: dict[str, list[int]] = {}
    for split, step in sorted(catalogue.entries):
        every.setdefault(split, []).append(step)
    taken: list[int] = []
    wanted = sorted(keys)
    rows = 0
    for place, (split, step) in enumerate(wanted):
        taken.append(step)
        rows += catalogue.entries[split, step].samples
        following = wanted[place + 1] if place + 1 < len(wanted) else None
        more = catalogue.entries[following].samples if following else 0
        if following is None or following[0] != split or rows + more > ROWS:
            steps = np.asarray(taken, np.int64)
            between = np.searchsorted(every[split], [taken[0], taken[-1]])
            yield split, steps, bool(between[1] - between[0] + 1 > len(taken))
            taken, rows = [], 0


def samples_of(run: RunIndex, catalogue: Catalogue, split: str, steps: Ints, among: bool) -> Samples:
    """The samples of some steps; `among` says that other steps lie between them."""
    where = "split = ? AND step BETWEEN ? AND ?"
    values: list[object] = [split, int(steps[0]), int(steps[-1])]
    if among:
        where += " AND step IN (SELECT unnest(?))"
        values.append(steps.tolist())
    plain = Relation(run.table, where, values)
    groups = group_columns(run)
    source = f"(SELECT *, {groups} FROM {run.table} WHERE {where})"
    count = sum(catalogue.entries[split, step].samples for step in steps.tolist())
    return Samples(plain, Relation(source, "true", values) if groups else plain, count)


def computed(cursor: duckdb.DuckDBPyConnection, samples: Samples, units: Mapping[str, Unit]) -> StepTable:
    """Every unit over some steps."""
    found = compute(cursor, units, samples, KEYS)
    step, attempt = found[SHARED[0]].keys
    table = StepTable(step, attempt)
    for name, rows in found.items():
        table = table.with_unit(name, rows)
    return table


def completed(
    cursor: duckdb.DuckDBPyConnection,
    run: RunIndex,
    catalogue: Catalogue,
    split: str,
    table: StepTable,
    units: Mapping[str, Unit],
    before: Mapping[str, Unit],
) -> StepTable:
    """Rows that are up to date but for units that were not there before, or are gone."""
    kept = {name: unit for name, unit in table.columns.items() if units.get(name) == before.get(name)}
    done = StepTable(table.step, table.attempt, {name: unit for name, unit in kept.items() if name in units})
    keys = [(split, step) for step in np.unique(table.step).tolist()]
    parts = [samples_of(run, catalogue, *batch) for batch in batches(catalogue, keys)]
    fresh = {name: unit for name, unit in units.items() if name not in done.columns}
    found = [compute(cursor, fresh, part, KEYS) for part in parts]
    for name in fresh if parts else ():
        done = done.with_unit(name, joined([part[name] for part in found]))
    return done
