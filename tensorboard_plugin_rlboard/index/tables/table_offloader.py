"""Offloads tables to files: those of runs that are read and that nobody looks at, where there are more than a hundred."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Protocol

from tensorboard_plugin_rlboard.index.tables.offloadable_table import OffloadableTable
from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase

logger = logging.getLogger(__name__)
MAX_LOADED = 100
"""So many tables stay in the query database, even if they could be offloaded."""
_RUNS_BETWEEN = 20
"""So many runs are worked on between two attempts to offload tables."""


class RunWithTable(Protocol):
    """What has to be known of a run."""

    name: str
    version: int
    sample_table: OffloadableTable

    @property
    def is_pending(self) -> bool:
        """Whether whole lines may be left to read."""
        ...


class TableOffloader:
    """Offloads the tables of runs to files. Used by the thread that indexes.

    Args:
        database: gives the query database; asked only where there are so many runs.
        before: is told of a run whose table will be offloaded: what has to read its rows does so now.
    """

    def __init__(self, database: Callable[[], QueryDatabase], before: Callable[[str], None]) -> None:
        self._database = database
        self._before = before
        self._kept_at_version: dict[str, int] = {}
        self._worked_on = 0

    def note_run_worked_on(self, runs: Collection[RunWithTable], looked_at: str) -> None:
        """Notes that a run was worked on; now and then offloads what may be."""
        self._worked_on += 1
        if self._worked_on % _RUNS_BETWEEN == 0:
            self.offload_idle(runs, looked_at)

    def offload_idle(self, runs: Collection[RunWithTable], looked_at: str) -> None:
        """Offloads idle tables where more than `MAX_LOADED` are in the database, those of the runs that were found first.

        Args:
            runs: all runs.
            looked_at: the name of the one that a user looks at.
        """
        if len(runs) <= MAX_LOADED:
            return
        database = self._database()
        loaded = [run for run in runs if not run.sample_table.is_offloaded]
        for run in loaded[: max(0, len(loaded) - MAX_LOADED)]:
            may_go = not run.is_pending and run.name != looked_at and run.sample_table.is_idle
            if may_go and self._kept_at_version.get(run.name) != run.version:
                self._before(run.name)
                if not _offload(run.sample_table, database):
                    self._kept_at_version[run.name] = run.version


def _offload(table: OffloadableTable, database: QueryDatabase) -> bool:
    """Offloads a table if it can be; returns whether it is offloaded."""
    try:
        return table.offload(database.cursor, database.folder)
    except Exception as error:  # noqa: BLE001 (without room on the disk, say, it stays where it is)
        logger.info("The table %s is not offloaded: %s", table.name, error)
        return False
