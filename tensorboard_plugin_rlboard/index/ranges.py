"""One range of one file built: the same function in the refresh thread, in a process beside it, and on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.registry import by_name
from tensorboard_plugin_rlboard.index.keys import Keys, learn, spread
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
        keys: keys to read beside the format's own and those that the range itself teaches.
    """

    path: str
    offset: int
    length: int
    known: str
    keys: Keys


@dataclass(frozen=True)
class Built:
    """What was built.

    Attributes:
        keys: the keys that the rows were read with.
        fingerprint: of the very bytes that were read.
        part: what the range holds; its rows are in the Parquet file.
    """

    keys: Keys
    fingerprint: Fingerprint
    part: Part


def read(path: str, offset: int, length: int) -> bytes:
    """Bytes of a file; fewer where it ends earlier."""
    return read_range(path, offset, length)


def build_range(cursor: duckdb.DuckDBPyConnection, order: Order, target: Path) -> Built:
    """Reads a range and writes its part to `target`.

    Raises:
        EOFError: the file is shorter than the range.
        OSError: it cannot be read.
    """
    data = read(order.path, order.offset, order.length)
    if len(data) < order.length:
        raise EOFError(order.path)
    known = by_name(order.known)
    keys = order.keys | learn(spread(data, *line_starts(data, 0)), known)
    part = build(cursor, data, order.offset, known, keys, target)
    return Built(keys, fingerprint_of(data, order.offset), part)
