"""Query databases that one test after the other uses: to open and close one costs as much as to index a small log."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from pathlib import Path

import duckdb

from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase

_free: defaultdict[int, list[QueryDatabase]] = defaultdict(list)
"""Memory -> empty databases that nobody uses."""
_of_the_parent: list[list[QueryDatabase]] = []
"""After a fork: its threads are not there, so that not even closing it would end."""


def _leave_to_parent() -> None:
    _of_the_parent.extend(_free.values())
    _free.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


class ReusedDatabase:
    """As `QueryDatabase`; one that may load no parts of other folders is emptied by `close`, for the next that is like it.

    Args:
        parts: See there.
        memory: See there.
    """

    def __init__(self, parts: Path | None = None, memory: int = 256) -> None:
        self._is_shared, self._memory = parts is None, memory
        database = _at_hand(memory) if self._is_shared else None
        self._database: QueryDatabase | None = database or QueryDatabase(parts, memory)
        self.folder = self._database.folder

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """See there."""
        assert self._database is not None, "it is closed"
        return self._database.cursor()

    def close(self) -> None:
        """See there."""
        database, self._database = self._database, None
        if database is None:
            return
        if not self._is_shared:
            database.close()
            return
        try:
            _empty(database)
        except duckdb.Error:  # somebody is still in the middle of a transaction
            database.close()
        else:
            _free[self._memory].append(database)


def _at_hand(memory: int) -> QueryDatabase | None:
    try:
        return _free[memory].pop()
    except IndexError:
        return None


def _empty(database: QueryDatabase) -> None:
    cursor = database.cursor()
    tables = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'rlboard'"
    ).fetchall()
    for (name,) in tables:
        cursor.execute(f'DROP TABLE "{name}"')
    for path in database.folder.iterdir():
        if path.name.startswith(("index.duckdb", "spill")):  # these are the database's own
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def close_all() -> None:
    """Closes those that nobody uses."""
    for databases in _free.values():
        while databases:
            databases.pop().close()
