"""Between the refresh thread and what is kept: what is put there, and what is taken from it at the next start.

A file is kept as a prefix of whole ranges. The small ranges of a log that is still being written are not: they would
be thousands; at the next start they are read again as one. What was made elsewhere is found as well: beside the data,
or in the cache under the path by which another machine knows the file. Then the bytes at both ends of each range have
to be those that its part was built from.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.registry import FORMATS_DIGEST, from_spec
from tensorboard_plugin_rlboard.index.cache.file_identity import (
    Where,
    ends_of_archive,
    head_of,
    holds,
    recognised,
)
from tensorboard_plugin_rlboard.index.cache.local_store import KeptRange, LocalStore, Manifest
from tensorboard_plugin_rlboard.index.cache.manifest import read_part
from tensorboard_plugin_rlboard.index.cache.sidecar_store import SidecarStores
from tensorboard_plugin_rlboard.index.column_names import FIXED, literal
from tensorboard_plugin_rlboard.index.run import IndexedFile, Range
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.discovery.walk import SourceFile
from tensorboard_plugin_rlboard.sources.reader import damage, is_packed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.index.build.range_builder import BuiltRange, RangeOrder
    from tensorboard_plugin_rlboard.sources.file_changes import FileState, Fingerprint

logger = logging.getLogger(__name__)
SMALL = 1024 * 1024


class PartCache:
    """Keeps parts in a cache, and takes them from there or from beside the data. Used by one thread.

    Args:
        cache: where to keep; None for nowhere.
        staging: a folder that the query database may read, for parts that lie beside the data.
    """

    def __init__(self, cache: LocalStore | None, staging: Path | None = None) -> None:
        self._cache = cache
        self._staging = staging
        self._keeps = cache is not None and cache.writable
        self._neighbours = SidecarStores()
        self._unchecked: set[str] = set()
        self._loaded: dict[str, Fingerprint] = {}
        self._ahead: dict[str, tuple[KeptRange, ...]] = {}
        self._heads: dict[str, tuple[str, Fingerprint | None]] = {}

    def recall(self, file: SourceFile) -> tuple[Format, FileState, Manifest] | None:
        """What is known of a file that is still what it was, or has grown since; of several, what goes furthest."""
        best: tuple[FileState, Manifest, Where] | None = None
        for manifest, where in self._known(file):
            state = recognised(manifest, file, where) if manifest.prefix else None
            if state is not None and (best is None or state.read_to > best[0].read_to):
                best = state, manifest, where
                if state.read_to >= state.size:
                    break
        if best is None:
            return None
        state, manifest, where = best
        (self._unchecked.discard if where is Where.HOME else self._unchecked.add)(file.path)
        return from_spec(manifest.known), state, manifest

    def _known(self, file: SourceFile) -> Iterator[tuple[Manifest, Where]]:
        own = None if self._cache is None else self._cache.manifest(file.path)
        if own is not None:
            yield own, Where.HOME
        near = self._neighbours.manifest(file.path)
        if near is not None:
            yield near, Where.BESIDE
        if self._cache is not None and own is None and self._cache.knows_heads:
            for alike in self._cache.alike(head_of(file.path)):
                yield alike, Where.ALIKE

    def place(self, file: IndexedFile, manifest: Manifest) -> None:
        """Lays the parts of an earlier start ready to be loaded."""
        file.to_load = deque(manifest.prefix)
        file.kept = replace(manifest, ranges=manifest.prefix)

    def fetch(
        self, cursor: duckdb.DuckDBPyConnection, file: IndexedFile, kept: KeptRange
    ) -> tuple[BuiltRange, Path] | None:
        """A part and the file of its rows; None where it is not to be had, or was built from other bytes."""
        found = None if self._cache is None else self._cache.part(kept.part)
        found = found or self._from_beside(file, kept)
        if found is None:
            return None
        known = found[0].fingerprint
        if (known.offset, known.length) != (kept.offset, kept.length):
            return None
        if file.path in self._unchecked:
            same = is_packed(file.path) or holds(file.path, known)
            return found if same and _tells_the_truth(cursor, *found) else None
        return found

    def loaded(self, file: IndexedFile, built: BuiltRange, rows: Path) -> None:
        """Notes that a part is in the table, and is no more among those of its file that are to be loaded."""
        self._loaded[file.relative] = built.fingerprint
        if rows.parent == self._staging:
            rows.unlink(missing_ok=True)
        if not file.to_load and file.path in self._unchecked:  # now it is known under this path as well
            self._unchecked.discard(file.path)
            self.save(file)

    def give_up(self, file: IndexedFile) -> bool:
        """Leaves the next part of a file, and those behind it, to be built again; False where it has to begin anew."""
        kept = file.to_load[0]
        last = self._loaded.pop(file.relative, None)
        if file.kept is None or last is None or last.offset + last.length != kept.offset:
            return False
        file.state = replace(file.state, read_to=kept.offset, last=last)
        before = tuple(part for part in file.kept.ranges if part.offset < kept.offset)
        file.kept = replace(file.kept, state=file.state, ranges=before)
        file.to_load = deque()
        return True

    def keep(
        self, file: IndexedFile, order: RangeOrder, built: BuiltRange, parquet: Path, taken: Range
    ) -> None:
        """Keeps a part, if it goes on where the kept ones end; called before the file's state moves on."""
        if self._cache is None or not self._keeps or (is_packed(file.path) and damage(file.path)):
            return  # what is wrong with an archive is known by unpacking it, not by a part
        before = file.kept.ranges if file.kept else ()
        end = before[-1].offset + before[-1].length if before else 0
        if taken.offset != end or (taken.length < SMALL and taken.offset > 0):
            return
        try:
            part = KeptRange(taken.offset, taken.length, self._cache.keep(order, built, parquet))
        except OSError as error:
            self._stop_keeping(error)
            return
        file.kept = Manifest(file.known.spec, file.state, (*before, part))

    def save(self, file: IndexedFile) -> None:
        """Writes down what is kept of a file, once its state is that of the last kept range.

        What somebody else has kept of it meanwhile, further on, stays.
        """
        if self._cache is None or not self._keeps or file.kept is None or not file.kept.ranges:
            return
        last = file.kept.ranges[-1]
        if last.offset + last.length != file.state.read_to:
            return
        file.kept = replace(file.kept, state=file.state, told_by=FORMATS_DIGEST)
        further = self._further(file, self._cache.manifest(file.path))
        if further:
            self._ahead[file.path] = further
        try:
            if is_packed(file.path):
                file.kept = replace(file.kept, archive=ends_of_archive(file.path, file.state.packed))
            manifest = replace(file.kept, ranges=(*file.kept.ranges, *further))
            self._cache.save(file.path, manifest, self._head(file))
        except OSError as error:
            self._stop_keeping(error)

    def go_on(self, file: IndexedFile, *, look: bool = False) -> bool:
        """Takes what somebody else has kept, if it goes on where the file is read; whether there was any.

        Args:
            file: a file of which nothing is under way.
            look: whether to look for what was kept since the last look; else only what is known is taken.
        """
        further = self._ahead.pop(file.path, ())
        if look and self._cache is not None and not file.to_load and file.state.read_to:
            further = self._further(file, self._cache.manifest(file.path))
        return bool(further) and not file.to_load and self._follow(file, further)

    def _head(self, file: IndexedFile) -> str:
        first = file.state.first
        if self._heads.get(file.path, ("", None))[1] != first:
            self._heads[file.path] = head_of(file.path), first
        return self._heads[file.path][0]

    def _further(self, file: IndexedFile, stored: Manifest | None) -> tuple[KeptRange, ...]:
        """What a manifest that others may have written tells of the same file beyond where it is read."""
        if stored is None or stored.known != file.known.spec or is_packed(file.path):
            return ()
        if stored.state.first not in {None, file.state.first}:
            return ()
        return tuple(kept for kept in stored.ranges if kept.offset >= file.state.read_to)

    def _follow(self, file: IndexedFile, further: tuple[KeptRange, ...]) -> bool:
        chain: list[KeptRange] = []
        at = file.state.read_to
        for kept in further:
            if kept.offset != at:
                break
            chain.append(kept)
            at += kept.length
        end = file.kept.ranges[-1] if file.kept and file.kept.ranges else None
        if end is None or end.offset + end.length != file.state.read_to or at > file.state.size:
            return False
        last = self._cache.part(chain[-1].part) if chain and self._cache is not None else None
        if file.kept is None or last is None or not holds(file.path, last[0].fingerprint):
            return False
        if file.state.last is not None:
            self._loaded[file.relative] = file.state.last
        file.state = replace(file.state, read_to=at, last=last[0].fingerprint)
        file.kept = replace(file.kept, state=file.state, ranges=(*file.kept.ranges, *chain))
        file.to_load = deque(chain)
        self._unchecked.add(file.path)
        return True

    def _from_beside(self, file: IndexedFile, kept: KeptRange) -> tuple[BuiltRange, Path] | None:
        near = self._neighbours.store(file.path)
        if near is None:
            return None
        try:
            facts, rows = near[0].fetch(kept.part)
            if self._cache is not None and self._keeps and (is_address(file.path) or self._staging is None):
                self._cache.put(facts, rows)
                return self._cache.part(kept.part)
            if self._staging is None:
                return None
            staged = self._staging / f"{kept.part}.parquet"
            staged.write_bytes(rows)
        except (OSError, ValueError) as error:
            logger.info("A part beside the data is built again: %s", error)
            return None
        return read_part(facts), staged

    def _stop_keeping(self, error: OSError) -> None:
        """A full disk costs what would be kept, never a run; what is kept can still be read."""
        logger.warning("RL Board keeps nothing more of its index: %s", error)
        self._keeps = False


def _tells_the_truth(cursor: duckdb.DuckDBPyConnection, built: BuiltRange, rows: Path) -> bool:
    """Whether the rows of a part are those that its facts tell of."""
    if not built.part.samples:
        return True
    source = f"read_parquet({literal(str(rows))})"
    facts = f"SELECT count(*), min(line_offset), max(line_offset + line_length) FROM {source}"
    try:
        described = cursor.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        count, begin, end = cursor.execute(facts).fetchall()[0]
    except Exception as error:  # noqa: BLE001 (DuckDB's errors on a file that is no Parquet are many)
        logger.info("A kept part is built again: %s", error)
        return False
    strange = [row[0] for row in described if row[0] not in FIXED and row[0][:2] not in {"t:", "m:", "h:"}]
    known = built.fingerprint
    within = known.offset <= begin and end <= known.offset + known.length
    return not strange and count == built.part.samples and within
