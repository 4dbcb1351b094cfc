"""One range of one file built: the same function in the refresh thread, in a process beside it, and on a cluster."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.registry import by_name
from tensorboard_plugin_rlboard.index.keys import learn, spread
from tensorboard_plugin_rlboard.index.part import Part, build
from tensorboard_plugin_rlboard.sources.access import read_range
from tensorboard_plugin_rlboard.sources.lines import line_starts
from tensorboard_plugin_rlboard.sources.tail import Fingerprint, fingerprint_of

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Order:
    """What to build.

    Attributes:
        path: the file.
        offset, length: whole lines of it, bytes.
        known: name of the format.
    """

    path: str
    offset: int
    length: int
    known: str


@dataclass(frozen=True)
class Built:
    """What was built.

    Attributes:
        fingerprint: of the very bytes that were read.
        part: what the range holds; its rows are in the Parquet file.
    """

    fingerprint: Fingerprint
    part: Part


_own = threading.local()


def _database() -> duckdb.DuckDBPyConnection:
    """The database of this thread that reads ranges, opened at the first of them."""
    import duckdb  # noqa: PLC0415 (half a second, never when TensorBoard starts)

    if not hasattr(_own, "database"):
        _own.database = duckdb.connect(
            config={"threads": 1, "memory_limit": "512MB", "temp_directory": tempfile.gettempdir()}
        )
    found: duckdb.DuckDBPyConnection = _own.database
    return found


def read(path: str, offset: int, length: int) -> bytes:
    """Bytes of a file; fewer where it ends earlier."""
    return read_range(path, offset, length)


def build_range(order: Order, target: Path) -> Built:
    """Reads a range and writes its part to `target`.

    Raises:
        EOFError: the file is shorter than the range.
        OSError: it cannot be read.
    """
    data = read(order.path, order.offset, order.length)
    if len(data) < order.length:
        raise EOFError(order.path)
    known = by_name(order.known)
    keys = learn(spread(data, *line_starts(data, 0)), known)
    part = build(_database(), data, order.offset, known, keys, target)
    return Built(fingerprint_of(data, order.offset), part)
