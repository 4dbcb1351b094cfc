"""A run's table of samples: in the query database, or offloaded to a file until somebody asks for it.

A table of 140 columns costs a megabyte there, whatever its rows hold: of ten thousand short runs that are ten
gigabytes. The file of ten rows has 50 kB, and the table is made of it again in ten milliseconds.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.errors import StoppedError
from tensorboard_plugin_rlboard.index.column_names import literal

if TYPE_CHECKING:
    import duckdb

LOST = "The rows of this run lay in the temporary folder, which was cleared; they are read again, so ask again in a moment."
IDLE_SECONDS = 60.0
"""A table that another thread has asked for stays at least so long: its question has ended by then."""


class OffloadableTable:
    """One table; `loaded_name` may be called from any thread, everything else from the one that writes it.

    Args:
        name: of the table in the query database.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._file: Path | None = None
        self._cursor: Callable[[], duckdb.DuckDBPyConnection] | None = None
        self._asked_at = -math.inf
        self._writer = threading.get_ident()
        self._lock = threading.Lock()

    @property
    def is_offloaded(self) -> bool:
        """Whether it lies in its file."""
        return self._file is not None

    @property
    def is_lost(self) -> bool:
        """Whether its file is gone: somebody has cleared the temporary folder."""
        return self._file is not None and not self._file.exists()

    @property
    def is_idle(self) -> bool:
        """Whether no other thread has asked for it lately."""
        return time.monotonic() - self._asked_at > IDLE_SECONDS

    def loaded_name(self) -> str:
        """Its name, for a statement that begins after this call: it is loaded from its file first, where it lies there.

        Raises:
            StoppedError: its file is gone.
        """
        with self._lock:
            if self._file is not None and self._cursor is not None:
                cursor, file = self._cursor(), self._file
                if self.is_lost:
                    raise StoppedError(LOST)
                cursor.execute(
                    f"CREATE TABLE {self.name} AS SELECT * FROM read_parquet({literal(str(file))})"
                )
                self._file = None
                file.unlink(missing_ok=True)
            if threading.get_ident() != self._writer:
                self._asked_at = time.monotonic()
            return self.name

    def forget(self) -> None:
        """Notes that the table is made anew: what lay in its file is not wanted."""
        with self._lock:
            if self._file is not None:
                self._file.unlink(missing_ok=True)
            self._file = None

    def offload(self, cursor: Callable[[], duckdb.DuckDBPyConnection], folder: Path) -> bool:
        """Writes it into a file and drops it from the database; returns whether it is offloaded now.

        Args:
            cursor: where cursors of the query database come from.
            folder: one that the database may read.
        """
        with self._lock:
            self._writer = threading.get_ident()
            if self._file is not None or not self.is_idle:
                return self._file is not None
            connection, file = cursor(), folder / f"{self.name}.parquet"
            rows, last = connection.execute(f"SELECT count(*), max(rowid) FROM {self.name}").fetchall()[0]
            # With gaps between them its rows would get other numbers, and answers are kept by these.
            if rows == 0 or last != rows - 1:
                return False
            connection.execute(f"COPY {self.name} TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")
            connection.execute(f"DROP TABLE {self.name}")
            self._file, self._cursor = file, cursor
            return True
