"""Parquet files, read by DuckDB in databases of their own."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import Container, DamagedError, Glance

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import BinaryIO

    import duckdb

_AT_ONCE = 64
_KEPT = 4
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
    _check_ends(path)
    with _reader() as reader, reader.linked(path) as link:
        yield from _read(reader.database, link)


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


def _read(database: duckdb.DuckDBPyConnection, link: Path) -> Iterator[object]:
    import duckdb  # noqa: PLC0415  see `_Reader`

    read = 0
    try:
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
        text = str(error).partition("\n")[0].replace(f'file "{link}"', "it").replace(str(link), "it")
        what = text.partition(": ")[2] or text
        msg = f"The Parquet file cannot be read behind row {read} ({what or type(error).__name__})."
        raise DamagedError(msg) from None


class _Reader:
    """A database in memory that only ever runs the one statement of `_read`, on files linked into a folder of its own.

    Linked, because DuckDB takes * ? [ in a path for a pattern. No text of a file or of a request is part of a statement.
    """

    def __init__(self) -> None:
        import duckdb  # noqa: PLC0415  half a second: paid where a Parquet file is read, never when TensorBoard starts

        self._home = tempfile.TemporaryDirectory(prefix="rlboard-parquet-", ignore_cleanup_errors=True)
        self._names = itertools.count()
        self.database = duckdb.connect(
            ":memory:",
            config={
                "threads": 1,
                "memory_limit": _MEMORY,
                "temp_directory": str(Path(self._home.name) / "spill"),
                "enable_external_file_cache": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )

    @contextmanager
    def linked(self, path: Path) -> Generator[Path]:
        """The file under a plain name, which no other file has had."""
        link = Path(self._home.name) / f"{next(self._names)}.parquet"
        try:
            try:
                link.symlink_to(path.absolute())
            except OSError:  # Windows lets few users make links
                with path.open("rb") as source, link.open("xb") as copy:  # never through a link into a log
                    shutil.copyfileobj(source, copy)
            yield link
        finally:
            with suppress(OSError):  # Windows keeps a file that is open; it goes with the folder
                link.unlink(missing_ok=True)


_idle: dict[int, deque[_Reader]] = {}
"""Process -> readers that nobody uses: to open a database takes many times as long as to read a small file, and none
outlives a fork. Those of the process that was forked from are left alone: their folders are still in use there."""


@contextmanager
def _reader() -> Generator[_Reader]:
    """A reader that nobody else uses."""
    idle = _idle.setdefault(os.getpid(), deque(maxlen=_KEPT))
    try:
        reader = idle.pop()
    except IndexError:
        reader = _Reader()
    try:
        yield reader
    finally:
        idle.append(reader)


PARQUET = Container(".parquet", _glance, _rows)
