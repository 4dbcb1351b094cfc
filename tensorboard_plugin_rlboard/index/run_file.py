"""One file of a run: its format, how far it is read, and which cached parts of it are still to be loaded."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import takewhile

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.attempts.attempts import AttemptStarts, StepOrder
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange
from tensorboard_plugin_rlboard.index.parts.part import Part
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.file_changes import (
    FileState,
    is_measurable,
    with_range_read,
    with_unpacked_size,
)
from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint
from tensorboard_plugin_rlboard.sources.kinds.names import plain_name


@dataclass(eq=False)
class IndexedFile:
    """One file of a run, and how far it is read.

    Its fields are read by anyone and changed by its own methods only, which the indexing thread calls.

    Attributes:
        number: its number within the run.
        digest: ten characters that name it in ids, from its path below the log directory.
        path, relative: where it lies; the path never leaves the server.
        format: how its lines are read.
        state: what its bytes were at the last look, and how far they are read.
        newlines: newline characters of what is loaded.
        parts: how many ranges of it are in the run's table.
        steps: split -> the order of its steps.
        attempts: split -> where its attempts begin, as its rows are numbered.
        cached: the ranges that are kept for the next start, from the first byte on without gaps.
        to_load: those of them that are read, and not yet in the run's table, in file order.
        early_range: (offset, end) of its last lines while they are shown before their turn, else None.
        differences: how much later ranges differ from those before, samples without a reward where earlier ones had one,
            lines without a sample, and keys that were not seen before.
        lines: lines of what is loaded, blank ones left out.
        lost_lines: those of them that gave no sample, by kind of problem (`Part.lost_lines`).
        unrewarded_at_end: samples at its end that have no reward although earlier ones have (`Part.lost`).
        is_being_unpacked: whether it has changed and is being unpacked; until that is done it stays what it was.
    """

    number: int
    path: str
    relative: str
    format: Format
    state: FileState
    digest: str = field(init=False)
    newlines: int = 0
    parts: int = 0
    steps: dict[str, StepOrder] = field(default_factory=dict)
    attempts: Mapping[str, AttemptStarts] = field(default_factory=dict)
    cached: tuple[CachedRange, ...] = ()
    to_load: deque[CachedRange] = field(default_factory=deque)
    early_range: tuple[int, int] | None = None
    differences: int = 0
    lines: int = 0
    lost_lines: Counter[str] = field(default_factory=Counter)
    unrewarded_at_end: int = 0
    is_being_unpacked: bool = False
    _keys: set[str] = field(default_factory=set)
    _had_rewards: bool = False
    _waits_at_size: int = -1

    def __post_init__(self) -> None:
        # An archive has the digest of the file that it is an archive of: ids outlive a chunk that is sealed.
        name = plain_name(self.relative).encode("utf-8", "surrogateescape")
        self.digest = blake2b(name, digest_size=5, person=b"rlboard").hexdigest()

    @property
    def loaded_to(self) -> int:
        """Offset up to which its rows are in the table."""
        return self.to_load[0].offset if self.to_load else self.state.read_to

    @property
    def is_pending(self) -> bool:
        """Whether bytes are left that may hold a whole line."""
        return bool(self.to_load) or (self.state.read_to < self.state.size and not self.waits_for_more)

    @property
    def waits_for_more(self) -> bool:
        """Whether nothing can be read before the file grows or `retry` is called."""
        return self._waits_at_size == self.state.size

    def set_state(self, state: FileState) -> None:
        """Takes over what a look at the file has found."""
        self.state = state

    @property
    def is_measurable(self) -> bool:
        """Whether `measure` would have nothing to wait for; where it would, a process begins to unpack the file."""
        return is_measurable(self.state, self.path)

    def measure(self) -> None:
        """Learns the size of a compressed file by unpacking it, where that was not done yet.

        Raises:
            OSError: it cannot be read or unpacked.
        """
        self.state = with_unpacked_size(self.state, self.path)

    def wait_for_more(self) -> None:
        """Notes that what is left holds no whole line, or cannot be read for now."""
        self._waits_at_size = self.state.size

    def set_being_unpacked(self, *, is_being_unpacked: bool) -> bool:
        """Notes whether it has changed and is being unpacked; returns whether that is news."""
        was, self.is_being_unpacked = self.is_being_unpacked, is_being_unpacked
        return was != is_being_unpacked

    def retry(self) -> None:
        """Lets what is left be read although the file has not grown."""
        self._waits_at_size = -1

    def advance(self, fingerprint: Fingerprint, newlines: int) -> None:
        """Notes that the next range is read and done with.

        Args:
            fingerprint: of the bytes that were read.
            newlines: newline characters among them.
        """
        self.state = with_range_read(self.state, fingerprint)
        self.newlines += newlines

    def restore(self, ranges: Sequence[CachedRange]) -> None:
        """Takes over the parts of an earlier start, from the first byte to where the file is read; they are to be loaded."""
        self.cached = tuple(ranges)
        self.to_load = deque(ranges)

    def adopt(self, state: FileState, ranges: Sequence[CachedRange]) -> None:
        """Takes over parts that somebody else has built, from where the file is read to; they are to be loaded.

        Args:
            state: the file's state, read to the end of the last of them.
            ranges: all cached ranges of the file up to there.
        """
        self.to_load = deque(cached for cached in ranges if cached.offset >= self.state.read_to)
        self.state = state
        self.cached = tuple(ranges)

    def note_cached_part_loaded(self, newlines: int) -> None:
        """Notes that the next part of `to_load` is in the table; it has so many newline characters."""
        self.to_load.popleft()
        self.newlines += newlines

    def drop_unloaded(self, state: FileState, ranges: Sequence[CachedRange]) -> None:
        """Forgets the parts that are to be loaded: their ranges are read again.

        Args:
            state: the file's state, read to where they begin.
            ranges: the cached ranges that are left.
        """
        self.state = state
        self.cached = tuple(ranges)
        self.to_load = deque()

    def note_range_cached(self, ranges: Sequence[CachedRange]) -> None:
        """Notes the ranges that are kept for the next start."""
        self.cached = tuple(ranges)

    def note_part_added(self, part: Part, end: int) -> None:
        """Notes that a part is in the table: those of a file come in its order.

        Args:
            part: the part.
            end: offset behind its range.
        """
        self._compare(part)
        self.parts += 1
        self.lines += part.lines
        self.lost_lines.update(part.lost_lines)
        if self.early_range and end >= self.early_range[1]:
            self.early_range = None
        for split, step, offset in part.changes:
            self.steps.setdefault(split, StepOrder()).extend([(step, offset)])

    def _compare(self, part: Part) -> None:
        """Notes how much the next part differs from those before it; the first one differs from nothing."""
        keys = part.keys.numbers | part.keys.texts | part.keys.lists.keys()
        if self.parts and part.rewarded is not None:
            self.differences += len(keys - self._keys) + part.sampleless
            missing = part.samples - part.rewarded if self._had_rewards else 0
            self.differences += missing
        if part.rewarded is not None:
            without = part.lost if self._had_rewards else 0
            self.unrewarded_at_end = part.lost if part.rewarded else self.unrewarded_at_end + without
        self._keys |= keys
        self._had_rewards |= part.samples > 0 if part.rewarded is None else part.rewarded > 0

    def note_early_part_added(self, offset: int, end: int) -> None:
        """Notes that the rows of its last lines are in the table before their turn."""
        self.early_range = offset, end

    def set_attempts(self, attempts: Mapping[str, AttemptStarts]) -> None:
        """Notes how its rows are numbered."""
        self.attempts = attempts


def folder_of(files: Sequence[IndexedFile]) -> str:
    """The deepest folder that files of a run have in common, a path or an address; empty without files."""
    if not files:
        return ""
    below = len(files[0].relative.split("/")) - _shared_folders(files)
    separator = "/" if is_address(files[0].path) else os.sep
    return files[0].path.rsplit(separator, below)[0]


def cached_digest(files: Sequence[IndexedFile]) -> str:
    """A digest of the cached parts of a run's files, in the order of their paths; empty where there are none.

    Of a path it has what lies below the run's folder, so that it is the same wherever that folder is moved.
    """
    above = _shared_folders(files)
    names = [
        "\0".join(["/".join(file.relative.split("/")[above:]), *(cached.part for cached in file.cached)])
        for file in sorted(files, key=lambda file: file.relative)
        if file.cached
    ]
    if not names:
        return ""
    return blake2b("\n".join(names).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _shared_folders(files: Sequence[IndexedFile]) -> int:
    """How many folders their paths below the log directory begin with alike."""
    folders = [file.relative.split("/")[:-1] for file in files]
    return sum(1 for _ in takewhile(lambda alike: len(set(alike)) == 1, zip(*folders, strict=False)))
