"""The two DuckDB databases of a process: one reads logs and writes parts, one answers questions and sees parts only.

The second cannot open any file but the parts (settings locked before the first question), so that no expression of a
user can reach the file system. Both spill into one private folder, which goes when the process ends.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.columns import literal

if TYPE_CHECKING:
    import duckdb

INGEST_MEMORY = "640MB"
QUERY_MEMORY = "384MB"


class Engine:
    """Owns the databases and their folder.

    Attributes:
        folder: where parts lie until they are loaded; removed by `close` or with the process.
    """

    def __init__(self, parts: Path | None = None) -> None:
        """Opens both; `parts` is a folder of kept parts that may be loaded beside those of this process."""
        import duckdb  # noqa: PLC0415  half a second: paid in the background thread, never when TensorBoard starts

        self._home = tempfile.TemporaryDirectory(prefix="rlboard-", ignore_cleanup_errors=True)
        self.folder = Path(self._home.name)
        spill = str(self.folder / "spill")
        self._ingest = duckdb.connect(config={"memory_limit": INGEST_MEMORY, "temp_directory": spill})
        self._query = duckdb.connect(
            str(self.folder / "index.duckdb"), config={"memory_limit": QUERY_MEMORY, "temp_directory": spill}
        )
        allowed = ", ".join(literal(str(folder)) for folder in (self.folder, parts) if folder is not None)
        self._query.execute(f"SET allowed_directories=[{allowed}]")
        self._query.execute("SET enable_external_access=false")
        self._query.execute("SET lock_configuration=true")

    def ingest(self) -> duckdb.DuckDBPyConnection:
        """A cursor that may read logs, for one thread."""
        return self._ingest.cursor()

    def query(self) -> duckdb.DuckDBPyConnection:
        """A cursor that may read the index and nothing else, for one thread."""
        return self._query.cursor()

    def close(self) -> None:
        """Closes both databases and removes the folder."""
        self._ingest.close()
        self._query.close()
        self._home.cleanup()
