"""The query database: it holds the tables of all runs and answers questions.

It cannot open any file but parts (settings locked before the first question), so that no expression of a user can reach
the file system. It lives in a private folder, which goes when the process ends; whatever does not fit into its memory
lies there. Parts are written by databases of their own (`build/parquet_writer.py`).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.dependencies import import_fault
from tensorboard_plugin_rlboard.index.column_names import literal
from tensorboard_plugin_rlboard.operating_system import run_at_lower_priority
from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder, sweep_left_folders

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)
_ROWS_PER_GROUP = 30720
"""DuckDB stores rows in groups. DuckDB rewrites the last group with every load: its own 122,880 rows cost three times the time."""


class QueryDatabase:
    """Owns the database and its folder.

    Attributes:
        folder: where parts lie until they are loaded; removed by `close` or with the process.
    """

    def __init__(self, parts: Path | None = None, memory: int = 256) -> None:
        """Opens it.

        Args:
            parts: a folder of kept parts that may be loaded beside those of this process.
            memory: megabytes that it may hold; the rest of the rows is read from its file.

        Raises:
            RuntimeError: DuckDB cannot be imported; the message says what to type.
        """
        try:
            import duckdb  # noqa: PLC0415  half a second: paid in the background thread, never when TensorBoard starts
        except Exception as error:
            raise RuntimeError(import_fault("duckdb", error).sentence) from error

        sweep_left_folders()
        self._owned = OwnedFolder("index")
        self.folder = self._owned.path
        spill = str(self.folder / "spill")
        # DuckDB starts its threads here, and they have the priority of whoever starts them.
        self._connection = run_at_lower_priority(
            lambda: duckdb.connect(
                config={
                    "memory_limit": f"{memory}MB",
                    "temp_directory": spill,
                    "enable_external_file_cache": False,
                    # Each writing into the file writes the last group of rows again: less often is less work.
                    "checkpoint_threshold": f"{memory // 4}MB",
                }
            )
        )
        # Nobody reads the file after a crash, so nothing is written twice for one.
        options = f"RECOVERY_MODE NO_WAL_WRITES, ROW_GROUP_SIZE {_ROWS_PER_GROUP}"
        self._connection.execute(
            f"ATTACH {literal(str(self.folder / 'index.duckdb'))} AS rlboard ({options})"
        )
        # Nor is anything written into a file that goes with its folder in the next moment.
        self._connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        # Looking for the best compression of long texts took five times as long as writing them.
        self._connection.execute("PRAGMA force_compression='uncompressed'")
        allowed = ", ".join(literal(str(folder)) for folder in (self.folder, parts) if folder is not None)
        self._connection.execute(f"SET allowed_directories=[{allowed}]")
        self._connection.execute("SET enable_external_access=false")
        self._connection.execute("SET lock_configuration=true")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor that may read the index and nothing else, for one thread."""
        return self._connection.cursor().execute("USE rlboard")

    def close(self) -> None:
        """Closes the database and removes the folder."""
        self._connection.close()
        self._owned.cleanup()


def checkpoint_if_large(cursor: duckdb.DuckDBPyConnection) -> None:
    """Writes a checkpoint of the database where the rows that are not in its file yet hold more memory than they may.

    DuckDB does so by itself, but it counts the bytes of rows. A run of a few rows with a hundred columns holds half a
    megabyte, whatever they say, and a few hundred such runs were all the memory, which nothing gave back.
    """
    memory_sql = (
        "SELECT coalesce(sum(memory_usage_bytes), 0) FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'"
    )
    threshold = "parse_formatted_bytes(current_setting('checkpoint_threshold'))"
    try:
        if cursor.execute(f"SELECT ({memory_sql}) > {threshold}").fetchall() == [(True,)]:
            cursor.execute("CHECKPOINT")
    except Exception as error:  # noqa: BLE001 (whoever writes may be in its way; the next load tries again)
        logger.info("Rows stay in memory for now: %s", error)
