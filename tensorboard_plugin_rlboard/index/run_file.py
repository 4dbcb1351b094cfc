"""The files of a run, how far each has been read, and the parts of them that are to be loaded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.attempts.attempts import Steps
from tensorboard_plugin_rlboard.index.build.part import Part
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange
from tensorboard_plugin_rlboard.sources.file_changes import FileState


@dataclass(frozen=True)
class Range:
    """A byte range of whole lines; `newlines` are those of the file before it."""

    offset: int
    length: int
    newlines: int


@dataclass
class IndexedFile:
    """One file of a run, and how far it has been read.

    Attributes:
        number: its number within the run; `digest` is its stable name in ids.
        path, relative: where it lies; the path never leaves the server.
        known: its format.
        state: what its bytes were at the last look, and how far they are indexed.
        newlines: newline characters up to there.
        waiting_at: size at which nothing but a half-written line was left, -1 where there may be more.
        parts: how many ranges of it are in the table.
        steps: split -> the order of its steps.
        attempts: split -> (offset, attempt) as its rows are numbered.
        to_load: parts of an earlier start that are still to be loaded, in file order.
        cached: its ranges that are in the cache, from the first byte on; none where not all that is read is there.
        early: (offset, end) of its last lines where they are shown before their turn, None where they are not.
        was_early: whether they have been.
        ordered: (ticket, end) of the ranges that are being built in other processes, in file order.
    """

    number: int
    path: str
    relative: str
    known: Format
    state: FileState
    newlines: int = 0
    waiting_at: int = -1
    parts: int = 0
    steps: dict[str, Steps] = field(default_factory=dict)
    attempts: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    to_load: deque[CachedRange] = field(default_factory=deque)
    cached: tuple[CachedRange, ...] = ()
    early: tuple[int, int] | None = None
    was_early: bool = False
    ordered: deque[tuple[int, int]] = field(default_factory=deque)

    @property
    def loaded_to(self) -> int:
        """Offset up to which its rows are in the table."""
        return self.to_load[0].offset if self.to_load else self.state.read_to

    @property
    def ordered_to(self) -> int:
        """Offset up to which its ranges are in the table or being built."""
        return self.ordered[-1][1] if self.ordered else self.loaded_to

    @property
    def digest(self) -> str:
        """Ten characters that name the file in ids, from its path below the log directory."""
        return blake2b(
            self.relative.encode("utf-8", "surrogateescape"), digest_size=5, person=b"rlboard"
        ).hexdigest()

    @property
    def pending(self) -> bool:
        """Whether bytes are left that may hold a whole line."""
        more = self.state.read_to < self.state.size and self.waiting_at != self.state.size
        return bool(self.to_load) or more


@dataclass(frozen=True)
class Arrived:
    """A part that is to be loaded: the rows of one range of one file, in a Parquet file where there are any."""

    file: IndexedFile
    at: Range
    part: Part
    parquet: Path


def digest_of(files: Iterable[IndexedFile]) -> str:
    """A digest of the kept parts of some files, in the order of their paths; empty where there are none."""
    names = [
        "\0".join([file.relative, *(cached.part for cached in file.cached)])
        for file in sorted(files, key=lambda file: file.relative)
        if file.cached
    ]
    if not names:
        return ""
    return blake2b("\n".join(names).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
