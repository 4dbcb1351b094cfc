"""Query databases that one test after the other uses: to open and close one costs as much as to index a small log."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

import duckdb

from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase

_TEMPORARY = Path(tempfile.gettempdir()).resolve()
_Kind = tuple[Path | None, int]
"""Where parts may be loaded from, and the memory."""
_free: defaultdict[_Kind, list[QueryDatabase]] = defaultdict(list)
"""Kind -> empty databases that nobody uses."""
_uses: WeakKeyDictionary[QueryDatabase, int] = WeakKeyDictionary()
"""How many have used each."""
USES = 200
"""Then it is closed: some tests leave it with less memory, and after three thousand there was none left."""
_parsed: dict[str, duckdb.Statement] = {}
"""Text of a statement -> what its parser made of it."""
MOST_PARSED = 1000
"""Then they are parsed anew: the texts that come again come soon."""
_of_the_parent: list[list[QueryDatabase]] = []
"""After a fork: its threads are not there, so that not even closing it would end."""


def _leave_to_parent() -> None:
    _of_the_parent.extend(_free.values())
    _free.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


class ParsingOnce:
    """As a cursor; a statement that another cursor of this process has executed is not parsed again.

    Tests ask the same questions of one small log after the other, and to parse what they ask was a tenth of their time.

    Args:
        cursor: It does the rest.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def execute(self, query: str, parameters: object = None) -> duckdb.DuckDBPyConnection:
        """See there."""
        statement = _parsed.get(query)
        if statement is None:
            statements = self._cursor.extract_statements(query)
            if len(statements) != 1:
                return self._cursor.execute(query, parameters)
            if len(_parsed) >= MOST_PARSED:
                _parsed.clear()
            statement = _parsed[query] = statements[0]
        return self._cursor.execute(statement, parameters)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the cursor's own."""
        return getattr(self._cursor, name)


class ReusedDatabase:
    """As `QueryDatabase`; `close` empties it for the next that is like it.

    One that may load kept parts of a test's folder may load those of all tests' folders: where a database may look is
    settled when it is opened. The TensorBoards of `tests/e2e` look where they say.

    Args:
        parts: See there.
        memory: See there.
    """

    def __init__(self, parts: Path | None = None, memory: int = 256) -> None:
        is_of_a_test = parts is not None and parts.resolve().is_relative_to(_TEMPORARY)
        self._kind: _Kind = (_TEMPORARY if is_of_a_test else parts, memory)
        self._is_reused = parts is None or is_of_a_test
        database = _at_hand(self._kind) if self._is_reused else None
        self._database: QueryDatabase | None = database or QueryDatabase(*self._kind)
        self.folder = self._database.folder

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """See there."""
        assert self._database is not None, "it is closed"
        return cast("duckdb.DuckDBPyConnection", ParsingOnce(self._database.cursor()))

    def close(self) -> None:
        """See there."""
        database, self._database = self._database, None
        if database is None:
            return
        _uses[database] = _uses.get(database, 0) + 1
        if not self._is_reused or _uses[database] >= USES:
            database.close()
            return
        try:
            _empty(database)
        except duckdb.Error:  # somebody is still in the middle of a transaction
            database.close()
        else:
            _free[self._kind].append(database)


def _at_hand(kind: _Kind) -> QueryDatabase | None:
    try:
        return _free[kind].pop()
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
