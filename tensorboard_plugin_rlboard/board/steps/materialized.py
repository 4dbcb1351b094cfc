"""The curves of one run, materialised: what every step's samples reduce to, computed again only where they changed.

Rows are replaced step by step, all units of a step from one snapshot of the database: a row is always the whole truth
about its step as of one moment. A row whose step has changed since stays as it was until it is computed again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.run_schema import sample_metrics
from tensorboard_plugin_rlboard.board.steps.aggregates import SHARED, Unit, metric_unit, shared_units
from tensorboard_plugin_rlboard.board.steps.batches import batches, completed, computed, samples_of, steps_of
from tensorboard_plugin_rlboard.board.steps.step_index import Catalogue, Key, StepIndex
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.board.steps.storage import KeptCurves
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

OVERVIEW = (
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
MOST_FURTHER = 16
"""Metrics beside the overview's that are kept up to date; the one not asked for longest goes."""
METRIC = "m:"
"""What stands before the name of a metric's unit."""


@dataclass(frozen=True)
class Shown:
    """What can be answered at one moment.

    Attributes:
        serial: another number whenever an answer is another.
        units: those that every row has.
        tables: split -> rows.
    """

    serial: int = 0
    units: Mapping[str, Unit] = field(default_factory=dict)
    tables: Mapping[str, StepTable] = field(default_factory=dict)

    @property
    def metrics(self) -> list[str]:
        """The metrics that every row has."""
        return [name.removeprefix(METRIC) for name in self.units if name not in SHARED]


class MaterializedCurves:
    """Keeps the curves of one run. `shown` may be read at any time; `update` is for one thread at a time.

    Attributes:
        catalog: the steps of the run.
        lock: held by whoever calls `update`, `start_from` or `to_keep`.
        shown: what can be answered now.
    """

    def __init__(self) -> None:
        self.catalog = StepIndex()
        self.lock = threading.Lock()
        self.shown = Shown()
        self._marks: dict[Key, int] = {}
        self._further: OrderedDict[str, None] = OrderedDict()
        self._done: Catalogue | None = None

    def start_from(self, kept: KeptCurves) -> None:
        """Takes the curves of an earlier start over the same parts; they stand until these are loaded."""
        self._marks = {key: entry.stamp for key, entry in kept.entries.items()}
        self.shown = Shown(self.shown.serial + 1, kept.units, kept.tables)
        self.catalog.start_from(kept.entries)  # last: from now on they are answered without the lock

    def to_keep(self) -> KeptCurves:
        """What a later start can go on from: the overview's curves, of the steps that are up to date."""
        wanted = {*SHARED, *(METRIC + name for name in OVERVIEW)}
        units = {name: unit for name, unit in self.shown.units.items() if name in wanted}
        entries = self.catalog.now.entries
        known = {key: entry for key, entry in entries.items() if self._marks.get(key) == entry.stamp}
        others = set(self._marks) - set(known)
        tables = {split: table.without(steps_of(split, others)) for split, table in self.shown.tables.items()}
        return KeptCurves(known, units, tables)

    def update(
        self,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        run: RunIndex,
        further: Sequence[str] = (),
        limit: int | None = None,
    ) -> bool:
        """Computes what changed, and metrics that were not asked for yet.

        Args:
            cursor: where a cursor comes from, asked only if there is something to query.
            run: the run.
            further: metrics beside the overview's that are to be there, at most `MOST_FURTHER`.
            limit: rows times units beyond which it is left to somebody who has more time; None does everything.

        Returns:
            Whether everything is up to date.
        """
        for name in further:
            self._further[name] = None
            self._further.move_to_end(name)
        while len(self._further) > MOST_FURTHER:
            self._further.popitem(last=False)
        catalogue = self.catalog.look(cursor, run)
        if catalogue is self._done and set(further) <= set(self.shown.metrics):
            return True
        stale = sorted(key for key, entry in catalogue.entries.items() if self._marks.get(key) != entry.stamp)
        gone = set(self._marks) - set(catalogue.entries)
        units = self._units(run) if catalogue.entries else {}
        if not (stale or gone) and units == self.shown.units:
            self._done = catalogue
            return True
        fresh = [name for name, unit in units.items() if self.shown.units.get(name) != unit]
        rows = sum(entry.samples for entry in catalogue.entries.values())
        waiting = sum(catalogue.entries[key].samples for key in stale)
        if limit is not None and waiting * len(units) + (rows - waiting) * len(fresh) > limit:
            return False
        found = cursor()
        found.execute("BEGIN TRANSACTION")  # one snapshot for all queries
        try:
            self._work(found, run, catalogue, units, stale, gone)
        finally:
            found.execute("ROLLBACK")  # nothing was written
        self._done = catalogue
        return True

    def _units(self, run: RunIndex) -> dict[str, Unit]:
        known = set(sample_metrics(run))
        names = [name for name in dict.fromkeys((*OVERVIEW, *self._further)) if name in known]
        return shared_units(run) | {METRIC + name: metric_unit(run, name) for name in names}

    def _work(
        self,
        cursor: duckdb.DuckDBPyConnection,
        run: RunIndex,
        catalogue: Catalogue,
        units: Mapping[str, Unit],
        stale: list[Key],
        gone: set[Key],
    ) -> None:
        """New units for the rows that stay, then every unit for the steps that changed."""
        tables = dict(self.shown.tables)
        marks = {key: stamp for key, stamp in self._marks.items() if key not in gone}
        other_units = units != self.shown.units
        for split, table in tables.items():
            left = table.without(steps_of(split, gone))
            if other_units:
                left = left.without(steps_of(split, stale))
                tables[split] = completed(cursor, run, catalogue, split, left, units, self.shown.units)
            else:
                tables[split] = left
        # Rows with the old units and rows with the new ones are never shown side by side.
        at_once = other_units and any(len(table.step) for table in tables.values())
        for split, steps, among in batches(catalogue, stale):
            table = computed(cursor, samples_of(run, catalogue, split, steps, among), units)
            tables[split] = tables.get(split, StepTable()).without(steps).plus(table)
            marks |= {(split, step): catalogue.entries[split, step].stamp for step in steps.tolist()}
            if not at_once:
                self._show(units, tables, marks)
        self._show(units, tables, marks)

    def _show(
        self, units: Mapping[str, Unit], tables: Mapping[str, StepTable], marks: Mapping[Key, int]
    ) -> None:
        filled = {split: table for split, table in tables.items() if len(table.step)}
        self.shown = Shown(self.shown.serial + 1, units, filled)
        self._marks = dict(marks)
