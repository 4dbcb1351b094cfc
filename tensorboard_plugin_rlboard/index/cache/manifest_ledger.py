"""Which byte ranges of a source file are covered by which parts: kept alike by TensorBoard and by ``rlboard index``."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.registry import FORMATS_DIGEST
from tensorboard_plugin_rlboard.index.cache.file_identity import ends_of_archive, head_of
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange, Manifest, read_part
from tensorboard_plugin_rlboard.index.parts.range_plan import next_range, plan
from tensorboard_plugin_rlboard.sources.reader import is_packed

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
    from tensorboard_plugin_rlboard.sources.file_changes import FileState
    from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint

SMALL_RANGE = 1024 * 1024
"""Bytes below which a range is not worth a part of its own, unless it is the first of its file.

A log that is being written would have thousands of them; at the next start they are read again as one range."""
_OFFSET = attrgetter("offset")


class ManifestLedger:
    """The ranges of one source file that have a part. They never overlap, and may leave gaps between them.

    Attributes:
        path: the source file.
        format_spec: `Format.spec` with which its parts were built.
        covered_to: offset up to which the file is covered without a gap, bytes.
        covered_bytes: bytes of all ranges together.
    """

    def __init__(self, path: str, format_spec: str) -> None:
        self.path = path
        self.format_spec = format_spec
        self.covered_to = 0
        self.covered_bytes = 0
        self._ranges: list[CachedRange] = []
        self._fingerprints: dict[str, Fingerprint] = {}
        self._head: str | None = None

    @classmethod
    def of(cls, path: str, manifest: Manifest) -> ManifestLedger:
        """The ledger that a manifest was written from, for the file at `path`."""
        ledger = cls(path, manifest.format_spec)
        ledger._replace(0, 0, manifest.ranges)
        state, prefix = manifest.state, manifest.prefix
        for cached, fingerprint in ((prefix[:1], state.first), (prefix[-1:], state.last)):
            if cached and fingerprint is not None:
                ledger._fingerprints[cached[0].part] = fingerprint
        return ledger

    def add(self, part: str, fingerprint: Fingerprint) -> None:
        """Records the range that a part was built from; ranges that it overlaps were cut otherwise, and go.

        Args:
            part: name of the part.
            fingerprint: of the bytes it was built from; says where they lie.
        """
        cached = CachedRange(fingerprint.offset, fingerprint.length, part)
        start = self._index(cached.offset)
        if start and self._ranges[start - 1].end > cached.offset:
            start -= 1
        self._replace(start, self._index(cached.end), (cached,))
        self._fingerprints[part] = fingerprint

    def accepts(self, offset: int, length: int) -> bool:
        """Whether a range continues the covered ones without a gap, and is not too small to be recorded."""
        return self.covers_to(offset) and (offset == 0 or length >= SMALL_RANGE)

    def confirm(self, fingerprint: Fingerprint) -> None:
        """Notes the fingerprint of a range that is recorded already."""
        self._fingerprints[self._ranges[self._index(fingerprint.offset)].part] = fingerprint

    def keep_only(self, is_usable: Callable[[CachedRange], bool]) -> None:
        """Leaves out the ranges that are not usable, whose part is gone, say."""
        self._replace(0, len(self._ranges), [cached for cached in self._ranges if is_usable(cached)])

    def drop_from(self, offset: int) -> None:
        """Leaves out the ranges that begin at an offset or behind it."""
        self._replace(self._index(offset), len(self._ranges), ())

    def drop_small_end(self) -> None:
        """Leaves out a last range that is small: the file has grown, and what was added is better built with it."""
        if len(self._ranges) > 1 and self._ranges[-1].length < SMALL_RANGE:
            self.drop_from(self._ranges[-1].offset)

    def merge(self, stored: Manifest, offset: int) -> None:
        """Takes over what another process has recorded behind an offset, in the place of what is recorded there.

        Nothing changes where the other manifest is of another file or format. A compressed file is recorded by one
        process as a whole, so there is nothing to take over.
        """
        same_start = stored.state.first is None or stored.state.first == self._fingerprint_at(0)
        if stored.format_spec == self.format_spec and same_start and not is_packed(self.path):
            further = [cached for cached in stored.ranges if cached.offset >= offset]
            self._replace(self._index(offset), len(self._ranges), further)

    def covers_to(self, offset: int) -> bool:
        """Whether ranges follow each other without a gap from the first byte to exactly this offset."""
        index = self._index(offset)
        begins = index < len(self._ranges) and self._ranges[index].offset == offset
        return offset == self.covered_to or (begins and offset < self.covered_to)

    def ranges_to(self, offset: int) -> tuple[CachedRange, ...]:
        """The ranges that begin before an offset."""
        return tuple(self._ranges[: self._index(offset)])

    def ranges_from(self, offset: int) -> tuple[CachedRange, ...]:
        """The ranges that follow each other without a gap from an offset on."""
        start = end = self._index(offset)
        while end < len(self._ranges) and self._ranges[end].offset == offset:
            offset = self._ranges[end].end
            end += 1
        return tuple(self._ranges[start:end])

    def missing_ranges(self, size: int) -> Iterator[tuple[int, int]]:
        """The ranges of a plain file that are still to be built.

        Args:
            size: bytes of the file.

        Yields:
            ``(offset, length)`` in bytes, in file order. What is added meanwhile makes no difference.

        Raises:
            OSError: the file cannot be read.
        """
        at = 0
        for cached in tuple(self._ranges):
            while at < cached.offset:
                # Cut as any reader would cut it: it may reach beyond ranges from when the file was shorter.
                found = next_range(self.path, at, size)
                if found is None:
                    return
                yield found
                at = sum(found)
            if at == cached.offset:
                at = cached.end
        yield from plan(self.path, at, size)

    def fingerprint(self, cached: CachedRange, store: PartStore) -> Fingerprint:
        """The fingerprint of a range, from its part where it is not known.

        Raises:
            OSError: its part is gone.
            ValueError: its part is damaged.
        """
        if cached.part not in self._fingerprints:
            self._fingerprints[cached.part] = read_part(store.fetch(cached.part)[0]).fingerprint
        return self._fingerprints[cached.part]

    def fingerprint_before(self, offset: int) -> Fingerprint | None:
        """The fingerprint of the range that ends at an offset, None where it is not known."""
        before = self._ranges[max(0, self._index(offset) - 1) :][:1]
        return self._fingerprints.get(before[0].part) if before and before[0].end == offset else None

    def covered_state(self, state: FileState, store: PartStore) -> FileState:
        """A state of the file with `covered_to` as the offset up to which it is read.

        Raises:
            OSError: a part is gone.
            ValueError: a part is damaged.
        """
        prefix = self.ranges_to(self.covered_to)
        first, last = (self.fingerprint(prefix[i], store) for i in (0, -1)) if prefix else (None, None)
        return replace(state, read_to=self.covered_to, first=first, last=last)

    def save(self, store: PartStore, file_key: str, state: FileState, *, with_head: bool) -> None:
        """Writes the manifest.

        Args:
            store: where to.
            file_key: the file's key there.
            state: the file's state; up to `state.read_to` the ranges have no gap.
            with_head: whether the file is to be found under other paths as well.

        Raises:
            OSError: it cannot be written, or the file cannot be read.
        """
        if with_head and self._head is None:
            self._head = head_of(self.path)
        archive = ends_of_archive(self.path, state.packed) if is_packed(self.path) else ""
        manifest = Manifest(self.format_spec, state, tuple(self._ranges), archive, FORMATS_DIGEST)
        store.save(file_key, manifest, self._head or "" if with_head else "")

    def _index(self, offset: int) -> int:
        """Index of the first range that begins at an offset or behind it."""
        return bisect_left(self._ranges, offset, key=_OFFSET)

    def _fingerprint_at(self, offset: int) -> Fingerprint | None:
        found = self._ranges[self._index(offset) :][:1]
        return self._fingerprints.get(found[0].part) if found else None

    def _replace(self, start: int, stop: int, ranges: Sequence[CachedRange]) -> None:
        """Puts ranges in the place of those with the indices [start, stop)."""
        gone = self._ranges[start:stop]
        self._ranges[start:stop] = ranges
        self.covered_bytes += sum(new.length for new in ranges) - sum(old.length for old in gone)
        if gone:
            self.covered_to = min(self.covered_to, gone[0].offset)
        index = self._index(self.covered_to)
        while index < len(self._ranges) and self._ranges[index].offset == self.covered_to:
            self.covered_to = self._ranges[index].end
            index += 1
