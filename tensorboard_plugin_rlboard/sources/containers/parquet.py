"""Parquet files, read by DuckDB in a database of its own that may open that one file and nothing else."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import Container, DamagedError, Glance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    import duckdb

_AT_ONCE = 64
_MEMORY = "256MB"
_MAGIC = b"PAR1"
_FOOTER = 256 * 1024
_FAR = 64 * 1024 * 1024
_WORDS = (
    b"prompt",
    b"completion",
    b"response",
    b"message",
    b"token",
    b"output",
    b"conversation",
    b"trajector",
)


def _glance(file: BinaryIO, far: bool) -> Glance:
    """Any Parquet file is worth a reason; only a large one behind an address is not fetched for that."""
    if not far:
        return Glance(candidate=True)
    size = file.seek(0, 2)
    if size <= _FAR:
        return Glance(candidate=True)
    file.seek(max(0, size - _FOOTER))
    footer = file.read(_FOOTER).lower()
    if any(word in footer for word in _WORDS):
        return Glance(candidate=True)
    return Glance(
        candidate=False,
        reason="None of its columns is called like a part of a rollout, and it is large: it was not fetched.",
    )


def _rows(path: Path) -> Iterator[object]:
    # Linked under a plain name: DuckDB takes * ? [ in a path for a pattern, and reads columns off folders like step=3.
    with tempfile.TemporaryDirectory(prefix="rlboard-parquet-", ignore_cleanup_errors=True) as folder:
        _check_ends(path)
        link = Path(folder) / "rows.parquet"
        try:
            link.symlink_to(path.absolute())
        except OSError:  # Windows lets few users make links
            shutil.copyfile(path, link)
        yield from _read(link)


def _check_ends(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(4)
        size = file.seek(0, 2)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if size == 0:
        msg = "The file is empty, or is still being written."
        raise DamagedError(msg)
    if head not in {_MAGIC[: len(head)], b"PARE"}:
        msg = "It is no Parquet file, whatever its name says."
        raise DamagedError(msg)
    if tail == b"PARE":
        msg = "It is an encrypted Parquet file."
        raise DamagedError(msg)
    if size < 12 or tail != _MAGIC:
        msg = "The Parquet file has no end: it is torn, or is still being written."
        raise DamagedError(msg)


def _read(link: Path) -> Iterator[object]:
    import duckdb  # noqa: PLC0415  half a second: paid where a Parquet file is read, never when TensorBoard starts

    read = 0
    try:
        with _database(link) as database:
            database.execute("SELECT * FROM read_parquet(?, hive_partitioning=false)", [str(link)])
            columns = [str(column[0]) for column in database.description or ()]
            while found := database.fetchmany(_AT_ONCE):
                for values in found:
                    # pandas writes an index that is no plain count as one more column, which nobody asked for.
                    yield {
                        name: value
                        for name, value in zip(columns, values, strict=True)
                        if not name.startswith("__index_level_")
                    }
                read += len(found)
    except (duckdb.Error, UnicodeDecodeError, OverflowError) as error:
        what = (
            str(error)
            .partition("\n")[0]
            .replace(f'file "{link}"', "it")
            .replace(str(link), "it")
            .partition(": ")[2]
        )
        msg = f"The Parquet file cannot be read behind row {read} ({what or type(error).__name__})."
        raise DamagedError(msg) from None


def _database(link: Path) -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415  see `_read`

    database = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": _MEMORY,
            "temp_directory": str(link.parent / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    quoted = str(link).replace("'", "''")
    database.execute(f"SET allowed_paths=['{quoted}']")
    database.execute("SET enable_external_access=false")
    database.execute("SET lock_configuration=true")
    return database


PARQUET = Container(".parquet", _glance, _rows)
