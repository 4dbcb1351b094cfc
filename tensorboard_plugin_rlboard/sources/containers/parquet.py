"""Reads Parquet files, with DuckDB databases that do nothing else."""

from __future__ import annotations

import itertools
import os
import shutil
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import Container, DamagedFileError, Preview
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import BinaryIO

    import duckdb

_ROWS_PER_FETCH = 64
_ALL_ROWS = "SELECT * FROM read_parquet(?, hive_partitioning=false)"
_FIRST_PAGES = ((0, 16), (16, 112))
"""Rows that are skipped and read of a table before the rest is read at once: DuckDB unpacks 2,048 rows together, gigabytes of
a table of few kilobytes. Who looks at the first rows only does not pay for that, and knows by them how large the others are."""
_MAX_IDLE_READERS = 4
_MEMORY = "256MB"
_MAGIC = b"PAR1"
_FOOTER_BYTES = 256 * 1024
_LARGE_REMOTE_BYTES = 64 * 1024 * 1024
_COMPLETIONS = frozenset({"step", "prompt", "completion", "advantage"})
"""Columns of a table of TRL, whose reward functions are the columns of floats behind the completion."""
_ROLLOUT_WORDS = (
    b"prompt",
    b"completion",
    b"response",
    b"message",
    b"token",
    b"output",
    b"conversation",
    b"trajector",
)


def preview_remote(file: BinaryIO) -> Preview:
    """Judge a remote Parquet file, which has to be fetched: not a large one whose columns have no name of a rollout's field."""
    size = file.seek(0, 2)
    if size <= _LARGE_REMOTE_BYTES:
        return Preview(may_hold_rollouts=True)
    file.seek(max(0, size - _FOOTER_BYTES))
    footer = file.read(_FOOTER_BYTES).lower()
    if any(word in footer for word in _ROLLOUT_WORDS):
        return Preview(may_hold_rollouts=True)
    return Preview(
        may_hold_rollouts=False,
        reason="None of its columns is called like a part of a rollout, and it is large: it was not fetched.",
    )


def _read_rows(path: Path) -> Iterator[object]:
    _check_ends(path)
    with _reader() as reader, reader.linked(path) as link:
        yield from _query_rows(reader.database, link)


def _check_ends(path: Path) -> None:
    with open_regular(path) as file:
        head = file.read(4)
        size = file.seek(0, 2)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if size == 0:
        msg = "The file is empty, or is still being written."
        raise DamagedFileError(msg)
    if head not in {_MAGIC[: len(head)], b"PARE"}:
        msg = "It is no Parquet file, whatever its name says."
        raise DamagedFileError(msg)
    if tail == b"PARE":
        msg = "It is an encrypted Parquet file."
        raise DamagedFileError(msg)
    if size < 12 or tail != _MAGIC:
        msg = "The Parquet file has no end: it is torn, or is still being written."
        raise DamagedFileError(msg)


def _query_rows(database: duckdb.DuckDBPyConnection, link: Path) -> Iterator[object]:
    import duckdb  # noqa: PLC0415  see `_Reader`

    read = 0
    try:
        described = database.execute(f"{_ALL_ROWS} LIMIT 0", [str(link)]).description or ()
        columns = [str(column[0]) for column in described]
        # A reward that was not given and a text that is missing are both null: only the type of the column tells them
        # apart, and no line has it. So of TRL's tables a missing float is left out of the line.
        floats = {str(column[0]) for column in described if str(column[1]) in {"DOUBLE", "FLOAT"}}
        floats = floats - _COMPLETIONS if set(columns) >= _COMPLETIONS else set()
        for found in _pages(database, link):
            for values in found:
                # pandas writes an index that is no plain count as one more column, which nobody asked for.
                yield {
                    name: value
                    for name, value in zip(columns, values, strict=True)
                    if not name.startswith("__index_level_") and not (value is None and name in floats)
                }
            read += len(found)
    except (duckdb.Error, UnicodeDecodeError, OverflowError) as error:
        msg = f"The Parquet file cannot be read behind row {read} ({_cause(error, link)}): copy it anew, or write it again."
        raise DamagedFileError(msg) from None


def _pages(database: duckdb.DuckDBPyConnection, link: Path) -> Iterator[list[tuple[object, ...]]]:
    """The rows of a file in their order, some at a time."""
    for skipped, most in _FIRST_PAGES:
        found = database.execute(f"{_ALL_ROWS} LIMIT {most} OFFSET {skipped}", [str(link)]).fetchall()
        yield found
        if len(found) < most:
            return
    database.execute(f"{_ALL_ROWS} OFFSET {sum(_FIRST_PAGES[-1])}", [str(link)])
    while found := database.fetchmany(_ROWS_PER_FETCH):
        yield found


def _cause(error: Exception, link: Path) -> str:
    """What DuckDB has against a file, without the path that it was read by and without bytes of the file."""
    text = str(error).partition("\n")[0]
    for name in (f'Parquet file "{link}"', f'file "{link}"', f"file '{link}'", str(link)):
        text = text.replace(name, "it")
    text = (text.partition(": ")[2] or text).partition(': value "')[0]
    # Of some damage DuckDB names nothing but the byte that it met.
    return text if text.isprintable() and len(text) > 2 else "its bytes are damaged"


class _Reader:
    """A database in memory that runs the statements of `_query_rows` only, on files linked into its own folder.

    Linked, because DuckDB takes * ? [ in a path for a pattern. No text of a file or of a request is part of a statement.
    """

    def __init__(self) -> None:
        import duckdb  # noqa: PLC0415  half a second: paid where a Parquet file is read, never when TensorBoard starts

        self._folder = OwnedFolder("parquet")
        self._names = itertools.count()
        self.database = duckdb.connect(
            ":memory:",
            config={
                "threads": 1,
                "memory_limit": _MEMORY,
                "temp_directory": str(self._folder.path / "spill"),
                "enable_external_file_cache": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )

    @contextmanager
    def linked(self, path: Path) -> Generator[Path]:
        """Link a file under a plain name that no other file has had, and give the link."""
        link = self._folder.path / f"{next(self._names)}.parquet"
        try:
            try:
                link.symlink_to(path.absolute())
            except OSError:  # Windows lets few users make links
                with open_regular(path) as source, link.open("xb") as copy:  # never through a link into a log
                    shutil.copyfileobj(source, copy)
            yield link
        finally:
            with suppress(OSError):  # Windows keeps a file that is open; it goes with the folder
                link.unlink(missing_ok=True)


_idle_readers: dict[int, deque[_Reader]] = {}
"""Process id -> readers that nobody uses. They are kept because opening a database takes many times as long as reading
a small file. None outlives a fork: the readers of the parent process are left alone, their folders are in use there."""


@contextmanager
def _reader() -> Generator[_Reader]:
    """Lend a reader that nobody else uses."""
    idle = _idle_readers.setdefault(os.getpid(), deque(maxlen=_MAX_IDLE_READERS))
    try:
        reader = idle.pop()
    except IndexError:
        reader = _Reader()
    try:
        yield reader
    finally:
        idle.append(reader)


PARQUET = Container("parquet", _read_rows)
