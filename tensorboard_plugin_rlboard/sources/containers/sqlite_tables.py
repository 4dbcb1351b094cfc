"""Reads the table `traces` of a SQLite database, as Trackio keeps one for each project. Nothing in the file is run.

The file is opened read-only and immutable: no lock is taken and no file is made beside it, so a training is never in the
way. What still lies in its write-ahead log (`-wal`) is therefore not seen before SQLite moves it into the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tensorboard_plugin_rlboard.sources.containers.base import Container, DamagedFileError
from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
"""The first bytes of every SQLite database."""
_LEFT_OUT = frozenset({"search_text"})
"""Columns that repeat what the others say."""
_ROWS_PER_FETCH = 64
_MAX_COLUMNS = 64
_MAX_CELL = 64 * 1024 * 1024
"""Bytes of one cell."""
_STEPS_PER_CHECK = 1_000_000
_MAX_CHECKS = 20_000
"""Steps of SQLite's machine, in millions, that a file may take: a row takes a few dozen of them."""


def names_traces(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a database whose first pages name such a table."""
    return head.startswith(MAGIC) and b"traces" in head


def _read_rows(path: Path) -> Iterator[object]:
    try:
        import sqlite3  # noqa: PLC0415  some Pythons are built without it
    except ImportError:
        msg = "This Python was built without SQLite, which reading the database needs."
        raise DamagedFileError(msg) from None
    read = 0
    try:
        connection = _opened(path)
        try:
            _check_table(connection)
            cursor = connection.execute("SELECT * FROM traces ORDER BY rowid")
            columns = [str(column[0]) for column in cursor.description]
            if len(columns) > _MAX_COLUMNS:
                msg = f"The table traces has {len(columns)} columns; at most {_MAX_COLUMNS} are read."
                raise DamagedFileError(msg)
            while found := cursor.fetchmany(_ROWS_PER_FETCH):
                for values in found:
                    row = dict(zip(columns, values, strict=True))
                    yield {name: value for name, value in row.items() if name not in _LEFT_OUT}
                read += len(found)
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        msg = f"The database cannot be read behind row {read} ({str(error) or type(error).__name__})."
        raise DamagedFileError(msg) from None


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that may do nothing but read the table, in bounded time and memory."""
    import sqlite3  # noqa: PLC0415  see `_read_rows`

    open_regular(path).close()  # SQLite would wait for the writer of a pipe
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "cache_size = -4096"):
        connection.execute(f"PRAGMA {pragma}")
    checks = 0

    def is_over() -> bool:
        nonlocal checks
        checks += 1
        return checks > _MAX_CHECKS

    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}

    def authorise(action: int, *_: object) -> int:
        return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY

    connection.set_progress_handler(is_over, _STEPS_PER_CHECK)
    connection.set_authorizer(authorise)
    return connection


def _check_table(connection: sqlite3.Connection) -> None:
    """Looks for the table.

    Raises:
        DamagedFileError: there is no plain table of that name.
    """
    found = connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'traces'"
    ).fetchall()
    # A view or a virtual table would run what its maker wrote into the file.
    if not found or not str(found[0][0]).upper().startswith("CREATE TABLE"):
        msg = "The database has no table traces."
        raise DamagedFileError(msg)


SQLITE = Container("sqlite", _read_rows)
