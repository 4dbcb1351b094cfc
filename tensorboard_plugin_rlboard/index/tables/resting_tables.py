"""Which tables rest: those of the runs beyond the first hundred that are read, and that nobody looks at."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Protocol

from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase
from tensorboard_plugin_rlboard.index.tables.table_rest import TableRest

logger = logging.getLogger(__name__)
MOST_AWAKE = 100
"""Tables that stay in the query database, if they can rest."""
_ROUND = 20
"""So many runs are worked on between two looks at all of them."""


class OfRun(Protocol):
    """What has to be known of a run."""

    name: str
    version: int
    table_rest: TableRest

    @property
    def pending(self) -> bool:
        """Whether whole lines may be left to read."""
        ...


class RestingTables:
    """Lets tables rest. Used by the thread that indexes.

    Args:
        database: gives the query database; asked only where something rests.
        before: is told of a run whose table will rest: what has to read its rows does so now.
    """

    def __init__(self, database: Callable[[], QueryDatabase], before: Callable[[str], None]) -> None:
        self._database = database
        self._before = before
        self._restless: dict[str, int] = {}
        self._worked_on = 0

    def run_worked_on(self, runs: Collection[OfRun], looked_at: str) -> None:
        """Notes that a run was worked on; now and then lets rest what may."""
        self._worked_on += 1
        if self._worked_on % _ROUND == 0:
            self.let_rest(runs, looked_at)

    def let_rest(self, runs: Collection[OfRun], looked_at: str) -> None:
        """Lets tables rest where more than `MOST_AWAKE` do not, those of the runs that were found first.

        Args:
            runs: all runs.
            looked_at: the name of the one that a user looks at.
        """
        if len(runs) <= MOST_AWAKE:
            return
        database = self._database()
        awake = [run for run in runs if not run.table_rest.is_resting]
        for run in awake[: max(0, len(awake) - MOST_AWAKE)]:
            may_rest = not run.pending and run.name != looked_at and run.table_rest.is_let_alone
            if may_rest and self._restless.get(run.name) != run.version:
                self._before(run.name)
                if not _rests(run.table_rest, database):
                    self._restless[run.name] = run.version


def _rests(table: TableRest, database: QueryDatabase) -> bool:
    """Lets a table rest if it can; returns whether it does."""
    try:
        return table.rest(database.cursor, database.folder)
    except Exception as error:  # noqa: BLE001 (without room on the disk, say, it stays where it is)
        logger.info("The table %s does not rest: %s", table.name, error)
        return False
