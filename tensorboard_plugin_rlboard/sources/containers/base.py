"""What a container is: a file that holds rows in another way than line by line (Parquet, torch, JSON, CSV)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

PREVIEW_BYTES = 64 * 1024
"""Bytes at the beginning of a file that a preview may read."""


class DamagedFileError(ValueError):
    """A container cannot be read from some row on; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Whether a file is worth reading, judged by a few of its bytes.

    Attributes:
        may_hold_rollouts: Whether the file may hold rollouts, so that it is worth reading.
        reason: One sentence for a file that holds none and is shown as ignored; empty where nobody takes it for a log.
    """

    may_hold_rollouts: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of container.

    Attributes:
        suffix: How the names of such files end.
        preview: Judges an open file by its first ``PREVIEW_BYTES`` or about as many at its end; the second argument
            says whether the file is remote. May raise ``OSError``.
        read_rows: Yields the rows of a local file in the file's order, each an object that ``json_lines.row_to_line``
            can write. Raises ``DamagedFileError`` where the file cannot be read on.
        needs_whole_file: Whether all of a file has to be read for its first row.
    """

    suffix: str
    preview: Callable[[BinaryIO, bool], Preview]
    read_rows: Callable[[Path], Iterator[object]]
    needs_whole_file: bool = False
