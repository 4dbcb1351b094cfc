"""What a container is: a file that holds rows in another way than line by line (Parquet, torch, JSON, CSV)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PREVIEW_BYTES = 64 * 1024
"""Bytes at the beginning of a file that a preview may read."""


class DamagedFileError(ValueError):
    """A container cannot be read from some row on; the message is one sentence that says why.

    Attributes:
        kind: The kind of problem that this is.
    """

    kind = "damaged_archive"


class RowsLeftOutError(DamagedFileError):
    """A container was read to its end, without the rows that do not fit; the message says how many."""

    kind = "rows_left_out"


class RepeatedKeyError(DamagedFileError):
    """All of a container was read; its header, or an object in it, has a name twice."""

    kind = "key_twice"


class TornFileError(DamagedFileError):
    """A container ends in the middle, as it does while somebody writes it."""


DAMAGE_KINDS = (DamagedFileError.kind, RowsLeftOutError.kind, RepeatedKeyError.kind)


@dataclass(frozen=True, slots=True)
class Damage:
    """What is to be said of a packed file as a whole.

    Attributes:
        reason: One sentence that says what could not be unpacked, or was unpacked otherwise than it may be meant; empty
            where there is nothing to say.
        kind: The kind of problem that this is.
    """

    reason: str = ""
    kind: str = DamagedFileError.kind


NO_DAMAGE = Damage()


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of container.

    Attributes:
        name: What it is called, in lower case.
        read_rows: Yields the rows of a local file in the file's order, each an object that ``json_lines.row_to_line``
            can write. Raises ``DamagedFileError`` where the file cannot be read on.
        needs_whole_file: Whether all of a file has to be read for its first row.
    """

    name: str
    read_rows: Callable[[Path], Iterator[object]]
    needs_whole_file: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """Whether a file is worth reading, judged by a few of its bytes.

    Attributes:
        may_hold_rollouts: Whether the file may hold rollouts, so that it is worth reading.
        reason: One sentence that says why it holds none; empty where it may.
        is_listed: Whether a file that turns out to hold none is among the ignored ones: a table or rows with texts are, what
            lies in every folder beside a training (settings, checkpoints, pictures) is not.
    """

    may_hold_rollouts: bool
    reason: str = ""
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class FileKind:
    """How the rows of a file are stored, told by its first bytes.

    Attributes:
        container: The kind of container; None for a file of lines.
        compression: ``gzip`` or ``zstd``; empty for a file that is stored as it is.
        preview: Whether it is worth reading.
    """

    container: Container | None = None
    compression: str = ""
    preview: Preview = Preview(may_hold_rollouts=True)

    @property
    def is_packed(self) -> bool:
        """Whether the file is unpacked before its lines can be read."""
        return self.container is not None or bool(self.compression)
