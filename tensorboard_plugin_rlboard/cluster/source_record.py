"""One source file of an indexing job: its ledger, the tasks that are not done yet, and why not all of it could be indexed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.file_identity import Origin, range_matches
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange
from tensorboard_plugin_rlboard.index.cache.manifest_ledger import ManifestLedger
from tensorboard_plugin_rlboard.index.cache.manifest_search import find_manifest
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
from tensorboard_plugin_rlboard.sources.reader import is_packed

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.cluster.range_tasks import TaskResult
    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
    from tensorboard_plugin_rlboard.sources.file_changes import FileState


@dataclass
class SourceRecord:
    """A file and its index so far. Planned by one thread, then kept by another.

    Attributes:
        file, format, state: the file, its format and its state at the start.
        store, key: where its index is stored, and under which key.
        ledger: which ranges have a part.
        open_tasks: number of tasks that are not done yet.
        is_planned: whether there will be no more tasks.
        failure: why not all of it is indexed, one sentence; else empty.
        has_changed: whether its manifest has to be written.
    """

    file: SourceFile
    format: Format
    state: FileState
    store: PartStore
    key: str
    ledger: ManifestLedger = field(init=False)
    open_tasks: int = 0
    is_planned: bool = False
    failure: str = ""
    has_changed: bool = False

    def __post_init__(self) -> None:
        self.ledger = ManifestLedger(self.file.path, self.format.spec)

    @property
    def stored_bytes(self) -> int:
        """Bytes of the file, as it is stored, that are indexed: of a compressed one, all or nothing."""
        if is_packed(self.file.path):
            return self.file.size if self.state.measured and self.ledger.covered_to else 0
        return self.ledger.covered_bytes

    def restore(self) -> None:
        """Takes over what an earlier call has indexed, as far as its parts are there.

        Raises:
            OSError: the store cannot be read.
        """
        cache, sidecar = None, None
        if isinstance(self.store, LocalStore):
            cache = self.store
        else:
            sidecar = self.store.manifest(self.key)
        # One of another format was read otherwise: with another tokenizer, say.
        found = find_manifest(
            self.file, cache, sidecar, lambda manifest: manifest.format_spec == self.format.spec
        )
        if found is None:
            return
        self.ledger = ManifestLedger.of(self.file.path, found.manifest)
        self.ledger.keep_only(lambda cached: self.store.has(cached.part))
        if is_packed(self.file.path):
            self.state = found.state
        elif found.origin is Origin.SAME_HEAD:
            self.ledger.keep_only(self._matches)
        if found.manifest.state.size < found.state.size:
            self.ledger.drop_small_end()
        self.has_changed = found.origin is Origin.SAME_HEAD

    def _matches(self, cached: CachedRange) -> bool:
        """Whether the file has the bytes that the part of a range was built from, as far as can be said."""
        try:
            return range_matches(self.file.path, self.ledger.fingerprint(cached, self.store))
        except (OSError, ValueError):
            return False  # the part is gone or damaged, and is built again

    def missing_ranges(self) -> Iterator[tuple[int, int]]:
        """The ranges that are still to be built, in file order; of a plain file.

        Raises:
            OSError: the file cannot be read.
        """
        return self.ledger.missing_ranges(self.state.size)

    def add(self, result: TaskResult) -> None:
        """Notes what became of a task.

        Raises:
            OSError: a part that the worker sent cannot be written.
        """
        self.open_tasks -= 1
        self.failure = self.failure or result.failure
        for part in result.parts:
            self.ledger.add(part.name or self.store.put(part.facts, part.rows), part.fingerprint)
            self.has_changed = True
        if is_packed(self.file.path) and not result.failure:
            self.state = replace(self.state, size=result.unpacked_size, measured=True)

    def save(self, *, complete: bool = False) -> None:
        """Writes the manifest.

        Args:
            complete: nothing follows; the file is to be found under other paths as well.

        Raises:
            OSError: it cannot be written.
            ValueError: a part is damaged.
        """
        if is_packed(self.file.path) and (not self.state.measured or self.failure):
            return  # what is wrong with an archive is known by unpacking it, not by a part
        state = self.ledger.covered_state(self.state, self.store)
        self.ledger.save(self.store, self.key, state, with_head=complete)
        self.has_changed = False
