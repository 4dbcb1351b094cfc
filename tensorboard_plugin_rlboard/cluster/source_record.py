"""One source file of an indexing job: what is kept of it already, what is left to do, and what was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.build.range_plan import next_range, plan
from tensorboard_plugin_rlboard.index.cache.file_identity import (
    Where,
    ends_of_archive,
    head_of,
    holds,
    recognised,
)
from tensorboard_plugin_rlboard.index.cache.local_store import KeptRange, LocalStore, Manifest
from tensorboard_plugin_rlboard.index.cache.manifest import read_part
from tensorboard_plugin_rlboard.index.cache.part_cache import SMALL
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
from tensorboard_plugin_rlboard.sources.reader import is_packed

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.cluster.range_tasks import Done, Outcome
    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.sources.discovery.walk import SourceFile
    from tensorboard_plugin_rlboard.sources.file_changes import FileState, Fingerprint


@dataclass
class Record:
    """A file and its index so far. Planned by one thread, then kept by another.

    Attributes:
        file, known, state: the file, its format and its state at the start.
        store, key: where its index is kept, and under which key.
        kept: offset -> range that is kept.
        ends: offset -> fingerprint, where it is known without asking the store.
        stale: offsets of kept ranges whose place others take.
        waiting: tasks that are not done yet.
        planned: whether there will be no more tasks.
        failure: why not all of it is indexed, one sentence; else empty.
        changed: whether its manifest has to be written.
    """

    file: SourceFile
    known: Format
    state: FileState
    store: PartStore
    key: str
    kept: dict[int, KeptRange] = field(default_factory=dict)
    ends: dict[int, Fingerprint] = field(default_factory=dict)
    stale: list[int] = field(default_factory=list)
    waiting: int = 0
    planned: bool = False
    failure: str = ""
    changed: bool = False

    @property
    def read_to(self) -> int:
        """Offset up to which it is kept without a gap, bytes."""
        at = 0
        while at in self.kept:
            at += self.kept[at].length
        return at

    @property
    def stored(self) -> int:
        """Bytes of the file, as it is stored, that are kept: of a compressed one, all or nothing."""
        if is_packed(self.file.path):
            return self.file.size if self.state.measured and self.read_to else 0
        return sum(kept.length for kept in self.kept.values())

    def recall(self) -> None:
        """Takes over what an earlier call has kept, as far as its parts are there.

        Raises:
            OSError: the store cannot be read.
        """
        manifest, where = self._known()
        if manifest is None or manifest.known != self.known.spec:
            return  # nothing is kept, or it was read otherwise: with another tokenizer, say
        state = recognised(manifest, self.file, where)
        if state is None:
            return
        if is_packed(self.file.path):
            self.state = state
        self.kept = {kept.offset: kept for kept in manifest.ranges if self.store.has(kept.part)}
        self.ends = {
            end.offset: end for end in (manifest.state.first, manifest.state.last) if end is not None
        }
        self.changed = where is Where.ALIKE
        if where is Where.ALIKE and not is_packed(self.file.path):
            self.kept = {at: kept for at, kept in self.kept.items() if holds(self.file.path, self.end(kept))}
        last = max(self.kept, default=0)
        if last and self.kept[last].length < SMALL and manifest.state.size < state.size:
            del self.kept[last]  # the file has grown: else each call would add a range of a few lines

    def _known(self) -> tuple[Manifest | None, Where]:
        own = self.store.manifest(self.key)
        if not isinstance(self.store, LocalStore):
            return own, Where.BESIDE
        if own is None and self.store.knows_heads:
            for alike in self.store.alike(head_of(self.file.path)):
                if recognised(alike, self.file, Where.ALIKE) is not None:
                    return alike, Where.ALIKE
        return own, Where.HOME

    def end(self, kept: KeptRange) -> Fingerprint:
        """The fingerprint of a range that is kept.

        Raises:
            OSError: its part is gone.
            ValueError: its part is damaged.
        """
        known = self.ends.get(kept.offset)
        if known is None or known.length != kept.length:
            known = read_part(self.store.fetch(kept.part)[0]).fingerprint
        return known

    def ranges(self) -> Iterator[tuple[int, int]]:
        """The ranges that are left to be built, in file order; of a plain file.

        Raises:
            OSError: the file cannot be read.
        """
        at, path, size = 0, self.file.path, self.state.size
        before = dict(self.kept)  # what is built meanwhile is noted by another thread
        last = max(before, default=-1)
        while at <= last:
            if at in before:
                at += before[at].length
                continue
            found = next_range(path, at, size)
            if found is None:
                return
            # Cut otherwise than now, when the file was shorter.
            self.stale.extend(offset for offset in before if at < offset < sum(found))
            yield found
            at = sum(found)
        yield from plan(path, at, size)

    def add(self, outcome: Outcome) -> None:
        """Notes what became of a task.

        Raises:
            OSError: a part that the worker sent cannot be written.
        """
        self.waiting -= 1
        self.failure = self.failure or outcome.failure
        for done in outcome.done:
            self._add(done)
        if is_packed(self.file.path) and not outcome.failure:
            self.state = replace(self.state, size=outcome.size, measured=True)

    def _add(self, done: Done) -> None:
        ends = done.fingerprint
        name = done.name or self.store.put(done.facts, done.rows)
        self.kept[ends.offset] = KeptRange(ends.offset, ends.length, name)
        self.ends[ends.offset] = ends
        self.changed = True

    def save(self, *, finally_: bool = False) -> None:
        """Writes the manifest.

        Args:
            finally_: nothing follows; the file is to be found under other paths as well.

        Raises:
            OSError: it cannot be written.
            ValueError: a part is damaged.
        """
        for offset in self.stale:
            self.kept.pop(offset, None)
        self.stale.clear()
        read_to = self.read_to
        if is_packed(self.file.path) and (not self.state.measured or self.failure):
            return  # what is wrong with an archive is known by unpacking it, not by a part
        prefix = sorted(at for at in self.kept if at < read_to)
        first, last = (self.end(self.kept[at]) for at in (prefix[0], prefix[-1])) if prefix else (None, None)
        state = replace(self.state, read_to=read_to, first=first, last=last)
        ranges = tuple(self.kept[at] for at in sorted(self.kept))
        archive = ends_of_archive(self.file.path, self.file.size) if is_packed(self.file.path) else ""
        manifest = Manifest(self.known.spec, state, ranges, archive)
        if isinstance(self.store, LocalStore):
            self.store.save(self.key, manifest, head_of(self.file.path) if finally_ else "")
        else:
            self.store.save(self.key, manifest)
        self.changed = False
