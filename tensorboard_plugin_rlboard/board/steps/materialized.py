"""The materialised curves of one run: statistics of every step, computed again only where its samples changed.

Rows are replaced step by step, all aggregates of a step from one snapshot of the database: a row is always the whole
truth about its step as of one moment. A row whose step has changed since stays as it was until it is computed again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tensorboard_plugin_rlboard.board.run_schema import RunSchema, run_schema
from tensorboard_plugin_rlboard.board.steps.aggregates import Aggregate
from tensorboard_plugin_rlboard.board.steps.metric_aggregates import metric_aggregate
from tensorboard_plugin_rlboard.board.steps.step_aggregates import (
    FINDINGS,
    STEP_AGGREGATES,
    finding_aggregate,
    step_aggregates,
)
from tensorboard_plugin_rlboard.board.steps.step_batches import (
    batch_input,
    complete_table,
    compute_table,
    step_batches,
    steps_of_split,
)
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps, StepIndex, StepKey
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.board.steps.storage import StoredCurves
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

OVERVIEW_METRICS = (
    "reward",
    "ref_reward",
    "reward_gap",
    "valid_reward",
    "ref_valid_reward",
    "log_ratio_mean",
    "k2_mean",
    "k3_mean",
    "n_tokens",
    "n_chars",
    "ref_n_chars",
    "entropies_mean",
    "surprise_mean",
    "mismatch_k3_mean",
)
MAX_EXTRA_METRICS = 16
"""Metrics beside the overview's that are kept up to date; the one not asked for longest goes."""
METRIC_PREFIX = "m:"
"""What stands before the name of a metric's aggregate."""


@lru_cache(maxsize=1024)
def _interned(aggregate: Aggregate) -> Aggregate:
    """The same object for every run that has this aggregate: its SQL is longer than the curves of a short run."""
    return aggregate


@dataclass(frozen=True)
class CurvesSnapshot:
    """The curves as of one moment.

    Attributes:
        serial: another number whenever an answer is another.
        aggregates: those that every row has.
        tables: split -> rows.
    """

    serial: int = 0
    aggregates: Mapping[str, Aggregate] = field(default_factory=dict)
    tables: Mapping[str, StepTable] = field(default_factory=dict)

    @property
    def metrics(self) -> list[str]:
        """The metrics that every row has."""
        return [
            name.removeprefix(METRIC_PREFIX) for name in self.aggregates if name.startswith(METRIC_PREFIX)
        ]

    def last_mean(self, metric: str) -> float | None:
        """Its mean at the newest step of what was trained on, else of another split; None where there is none."""
        table = self.tables.get("train") or next(iter(self.tables.values()), None)
        means = table.columns.get(METRIC_PREFIX + metric, {}).get("mean") if table is not None else None
        if means is None:
            return None
        finite = means[np.isfinite(means)]
        return float(finite[-1]) if len(finite) else None


class MaterializedCurves:
    """Keeps the curves of one run. `snapshot` may be read at any time; `update` is for one thread at a time.

    Attributes:
        step_index: the steps of the run.
        lock: held by whoever calls `update`, `restore` or `to_store`.
        snapshot: what can be answered now.
    """

    def __init__(self) -> None:
        self.step_index = StepIndex()
        self.lock = threading.Lock()
        self.snapshot = CurvesSnapshot()
        self._stamps: dict[StepKey, int] = {}
        self._extra_metrics: OrderedDict[str, None] = OrderedDict()
        self._complete_for: RunSteps | None = None

    def restore(self, stored: StoredCurves) -> None:
        """Takes the curves that an earlier start saved of the same rows; they stand until these are loaded."""
        self._stamps = {key: entry.stamp for key, entry in stored.entries.items()}
        self.snapshot = CurvesSnapshot(self.snapshot.serial + 1, stored.aggregates, stored.tables)
        self.step_index.restore(stored.entries)  # last: from now on they are answered without the lock

    def to_store(self) -> StoredCurves:
        """The curves that a later start can continue from: the overview's, of the steps that are up to date."""
        names = {*STEP_AGGREGATES, FINDINGS, *(METRIC_PREFIX + name for name in OVERVIEW_METRICS)}
        aggregates = {
            name: aggregate for name, aggregate in self.snapshot.aggregates.items() if name in names
        }
        entries = self.step_index.current.entries
        current = {key: entry for key, entry in entries.items() if self._stamps.get(key) == entry.stamp}
        outdated = set(self._stamps) - set(current)
        tables = {
            split: table.without_steps(steps_of_split(split, outdated))
            for split, table in self.snapshot.tables.items()
        }
        return StoredCurves(current, aggregates, tables)

    def update(
        self,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        run: RunIndex,
        extra_metrics: Sequence[str] = (),
        limit: int | None = None,
    ) -> bool:
        """Computes what changed, and metrics that were not asked for yet.

        Args:
            cursor: where a cursor comes from, asked only if there is something to query.
            run: the run.
            extra_metrics: metrics beside the overview's that are to be there, at most `MAX_EXTRA_METRICS`.
            limit: rows times aggregates beyond which it is left to somebody who has more time; None does everything.

        Returns:
            Whether everything is up to date.
        """
        for name in extra_metrics:
            self._extra_metrics[name] = None
            self._extra_metrics.move_to_end(name)
        while len(self._extra_metrics) > MAX_EXTRA_METRICS:
            self._extra_metrics.popitem(last=False)
        run_steps = self.step_index.refresh(cursor, run)
        if run_steps is self._complete_for and set(extra_metrics) <= set(self.snapshot.metrics):
            return True
        entries = run_steps.entries
        stale = sorted(key for key, entry in entries.items() if self._stamps.get(key) != entry.stamp)
        gone = set(self._stamps) - set(entries)
        schema = run_schema(run)
        aggregates = self._aggregates(schema) if entries else {}
        if not (stale or gone) and aggregates == self.snapshot.aggregates:
            self._complete_for = run_steps
            return True
        new = [name for name, found in aggregates.items() if self.snapshot.aggregates.get(name) != found]
        rows = sum(entry.samples for entry in entries.values())
        stale_rows = sum(entries[key].samples for key in stale)
        work = stale_rows * len(aggregates) + (rows - stale_rows) * len(new)
        if limit is not None and work > limit:
            return False
        run.sample_table.loaded_name()
        connection = cursor()
        connection.execute("BEGIN TRANSACTION")  # one snapshot for all queries
        try:
            self._compute(connection, schema, run_steps, aggregates, stale, gone)
        finally:
            connection.execute("ROLLBACK")  # nothing was written
        self._complete_for = run_steps
        return True

    def is_complete(self, cursor: Callable[[], duckdb.DuckDBPyConnection], run: RunIndex) -> bool:
        """Whether the snapshot has every row of the run; may be asked without the lock."""
        return self.step_index.refresh(cursor, run) is self._complete_for

    def _aggregates(self, schema: RunSchema) -> dict[str, Aggregate]:
        names = dict.fromkeys((*OVERVIEW_METRICS, *self._extra_metrics))
        metrics = {
            METRIC_PREFIX + name: metric_aggregate(schema, name) for name in names if name in schema.metrics
        }
        findings = {FINDINGS: finding_aggregate(schema)}
        every = step_aggregates(schema) | findings | metrics
        return {name: _interned(aggregate) for name, aggregate in every.items()}

    def _compute(
        self,
        cursor: duckdb.DuckDBPyConnection,
        schema: RunSchema,
        run_steps: RunSteps,
        aggregates: Mapping[str, Aggregate],
        stale: list[StepKey],
        gone: set[StepKey],
    ) -> None:
        """New aggregates for the rows that stay, then every aggregate for the steps that changed."""
        tables = dict(self.snapshot.tables)
        stamps = {key: stamp for key, stamp in self._stamps.items() if key not in gone}
        previous = self.snapshot.aggregates
        for split, table in tables.items():
            rest = table.without_steps(steps_of_split(split, gone))
            if aggregates != previous:
                rest = rest.without_steps(steps_of_split(split, stale))
                rest = complete_table(cursor, schema, run_steps, split, rest, aggregates, previous)
            tables[split] = rest
        # Rows with the old aggregates and rows with the new ones are never shown side by side.
        show_at_end = aggregates != previous and any(len(table.step) for table in tables.values())
        for batch in step_batches(run_steps, stale):
            new_rows = compute_table(cursor, batch_input(schema, run_steps, batch), aggregates)
            table = tables.get(batch.split, StepTable())
            tables[batch.split] = table.without_steps(batch.steps).merged_with(new_rows)
            keys = [(batch.split, step) for step in batch.steps.tolist()]
            stamps |= {key: run_steps.entries[key].stamp for key in keys}
            if not show_at_end:
                self._show(aggregates, tables, stamps)
        self._show(aggregates, tables, stamps)

    def _show(
        self,
        aggregates: Mapping[str, Aggregate],
        tables: Mapping[str, StepTable],
        stamps: Mapping[StepKey, int],
    ) -> None:
        filled = {split: table for split, table in tables.items() if len(table.step)}
        self.snapshot = CurvesSnapshot(self.snapshot.serial + 1, aggregates, filled)
        self._stamps = dict(stamps)
