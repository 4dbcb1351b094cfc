"""Reads the table `traces` of a SQLite database, as Trackio keeps one for each project. Nothing in the file is run.

The file is opened read-only and immutable: no lock is taken and no file is made beside it, so a training is never in the
way. What still lies in its write-ahead log (`-wal`) would not be seen so: where there is one, both are copied into a
temporary folder, and the copies are read.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tensorboard_plugin_rlboard.sources.companions import WRITE_AHEAD, companions_of
from tensorboard_plugin_rlboard.sources.containers.base import Container, DamagedFileError
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Iterator
    from typing import BinaryIO

MAGIC = b"SQLite format 3\0"
"""The first bytes of every SQLite database."""
_TABLE, _LOOKED_THROUGH = b"TABLE traces", 4 * 1024 * 1024
_TRIES, _LOG_HEADER = 3, 32
_LEFT_OUT = frozenset({"search_text"})
"""Columns that repeat what the others say."""
_ROWS_PER_FETCH = 64
_MAX_COLUMNS = 64
_MAX_CELL = 64 * 1024 * 1024
"""Bytes of one cell."""
_STEPS_PER_CHECK = 1_000_000
_MAX_CHECKS = 20_000
"""Steps of SQLite's machine, in millions, that a file may take: a row takes a few dozen of them."""


def names_traces(head: bytes, rest: BinaryIO | None = None) -> bool:
    """Whether a file is a database whose first pages name such a table.

    Args:
        head: its first bytes.
        rest: the file behind these, where it can be read on: what makes the tables lies behind the pages of some of them.
    """
    if not head.startswith(MAGIC):
        return False
    return b"traces" in head or (rest is not None and _TABLE in rest.read(_LOOKED_THROUGH))


def _read_rows(path: Path) -> Iterator[object]:
    try:
        import sqlite3  # noqa: PLC0415  some Pythons are built without it
    except ImportError:
        msg = "This Python was built without SQLite, which reading the database needs."
        raise DamagedFileError(msg) from None
    read = 0
    try:
        with _connected(path) as connection:
            _check_table(connection)
            cursor = connection.execute("SELECT * FROM traces ORDER BY rowid")
            columns = [str(column[0]) for column in cursor.description]
            if len(columns) > _MAX_COLUMNS:
                msg = f"The table traces has {len(columns):,} columns; at most {_MAX_COLUMNS:,} are read."
                raise DamagedFileError(msg)
            while found := cursor.fetchmany(_ROWS_PER_FETCH):
                for values in found:
                    row = dict(zip(columns, values, strict=True))
                    yield {name: value for name, value in row.items() if name not in _LEFT_OUT}
                read += len(found)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        msg = f"The database cannot be read behind row {read} ({str(error) or type(error).__name__})."
        raise DamagedFileError(msg) from None


@contextmanager
def _connected(path: Path) -> Generator[sqlite3.Connection]:
    """A connection to a database, or to a copy of it with its write-ahead log."""
    logs = companions_of(str(path))
    owned = OwnedFolder("database") if logs else None
    try:
        copied = owned is not None and _copied(path, Path(logs[0].path), owned.path / "copy.db")
        connection = _opened(owned.path / "copy.db") if owned and copied else _opened(path, "&immutable=1")
        try:
            yield connection
        finally:
            connection.close()
    finally:
        if owned is not None:
            owned.cleanup()


def _copied(path: Path, log: Path, target: Path) -> bool:
    """Copy a database and its write-ahead log as of one moment; whether that was possible.

    The log may grow meanwhile: its end is only not seen then. The database must not change, and the log not begin anew.
    """
    if path.stat().st_size + log.stat().st_size > shutil.disk_usage(target.parent).free // 2:
        return False
    for _ in range(_TRIES):
        before = _moment(path, log)
        for source, copy in ((log, target.with_name(target.name + WRITE_AHEAD)), (path, target)):
            with open_regular(str(source)) as stored, copy.open("wb") as file:
                shutil.copyfileobj(stored, file)
        if _moment(path, log) == before:
            return True
    return False


def _moment(path: Path, log: Path) -> tuple[int, int, bytes]:
    """What changes when a log is moved into its database."""
    facts = path.stat()
    with open_regular(str(log)) as stored:
        return facts.st_size, facts.st_mtime_ns, stored.read(_LOG_HEADER)


def _opened(path: Path, immutable: str = "") -> sqlite3.Connection:
    """A connection that may do nothing but read the table, in bounded time and memory.

    Args:
        path: the database; one that is no copy of ours has to be opened as immutable.
        immutable: the part of the address that says so.
    """
    import sqlite3  # noqa: PLC0415  see `_read_rows`

    open_regular(path).close()  # SQLite would wait for the writer of a pipe
    mode = "ro" if immutable else "rw"  # of a copy, so that its log can be read
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}{immutable}", uri=True)
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
