"""Restores cached parts when TensorBoard starts, and stores the parts that it builds.

Of each file a prefix of whole ranges is stored. Parts that were built elsewhere are found as well: beside the data, or
in the cache under the path by which another machine knows the file. Then the bytes at both ends of each range have to
be those that its part was built from.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.index.cache.cache_folder import unusable
from tensorboard_plugin_rlboard.index.cache.file_identity import Origin, range_matches
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange, read_part
from tensorboard_plugin_rlboard.index.cache.manifest_ledger import ManifestLedger
from tensorboard_plugin_rlboard.index.cache.manifest_search import find_manifest
from tensorboard_plugin_rlboard.index.cache.sidecar_store import SidecarStores
from tensorboard_plugin_rlboard.index.column_names import FIXED, literal
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.reader import damage_in, is_packed

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
    from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
    from tensorboard_plugin_rlboard.sources.file_changes import FileState
    from tensorboard_plugin_rlboard.sources.fingerprints import Fingerprint

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RestoredFile:
    """What is cached of a file.

    Attributes:
        format: the format with which its parts were built.
        state: its state now; the ranges cover it up to `state.read_to`.
        ranges: its parts, from the first byte on without gaps.
        formats_digest: digest of the formats among which its format was found.
    """

    format: Format
    state: FileState
    ranges: tuple[CachedRange, ...]
    formats_digest: str


class PartCache:
    """Stores parts in the cache, and fetches them from there or from beside the data. Used by one thread.

    A file is named by its path; its state is passed in and returned as a plain value.

    Args:
        cache: where parts are stored; None for nowhere.
        staging: a folder that the query database may read, for parts that lie beside the data.
    """

    def __init__(self, cache: LocalStore | None, staging: Path | None = None) -> None:
        self._cache = cache
        self._staging = staging
        self._stores = cache is not None and cache.writable
        self._sidecars = SidecarStores()
        self._ledgers: dict[str, ManifestLedger] = {}
        self._unverified: set[str] = set()

    def restore(self, file: SourceFile) -> RestoredFile | None:
        """What is cached of a file that is still what it was, or has grown since; None where nothing is."""
        sidecar = self._sidecars.manifest(file.path)
        found = find_manifest(file, self._cache, sidecar, lambda manifest: bool(manifest.prefix))
        if found is None:
            return None
        manifest = found.manifest
        self._ledgers[file.path] = ManifestLedger.of(
            file.path, structs.replace(manifest, ranges=manifest.prefix)
        )
        is_own = found.origin is Origin.OWN_PATH
        (self._unverified.discard if is_own else self._unverified.add)(file.path)
        file_format = from_spec(manifest.format_spec)
        return RestoredFile(file_format, found.state, manifest.prefix, manifest.formats_digest)

    def fetch(
        self, cursor: duckdb.DuckDBPyConnection, path: str, cached: CachedRange
    ) -> tuple[BuiltRange, Path] | None:
        """A part of a file and the Parquet file of its rows; None where it is gone, or was built from other bytes."""
        found = (self._cache and self._cache.part(cached.part)) or self._fetch_sidecar(path, cached)
        if found is None:
            return None
        fingerprint = found[0].fingerprint
        if (fingerprint.offset, fingerprint.length) != (cached.offset, cached.length):
            return None
        if path in self._unverified:
            same = is_packed(path) or range_matches(path, fingerprint)
            return found if same and _rows_match_manifest(cursor, *found) else None
        return found

    def note_loaded(self, path: str, state: FileState, fingerprint: Fingerprint, rows: Path) -> None:
        """Notes that a part that was fetched is in the table.

        Args:
            path: its file.
            state: the file's state; `state.read_to` is the end of its last cached range.
            fingerprint: of the part.
            rows: the Parquet file of its rows.
        """
        if rows.parent == self._staging:
            rows.unlink(missing_ok=True)
        ledger = self._ledgers[path]
        ledger.confirm(fingerprint)
        if fingerprint.offset + fingerprint.length == state.read_to and path in self._unverified:
            self._unverified.discard(path)  # from now on it is cached under this path as well
            self._save(ledger, state)

    def drop_from(
        self, path: str, state: FileState, offset: int
    ) -> tuple[FileState, tuple[CachedRange, ...]] | None:
        """Leaves out the parts of a file from an offset on; they have to be built again.

        Returns:
            The state of the file read up to there and the ranges that are left, None where none are.
        """
        ledger = self._ledgers.get(path)
        last = ledger.fingerprint_before(offset) if ledger else None
        if ledger is None or last is None:
            return None
        ledger.drop_from(offset)
        return replace(state, read_to=offset, last=last), ledger.ranges_to(offset)

    def store(
        self, path: str, file_format: Format, state: FileState, built: BuiltRange, rows: Path
    ) -> tuple[CachedRange, ...]:
        """Stores a part that was built, where it follows the cached ones, and writes the manifest.

        What another process has stored of the file meanwhile, further on, stays.

        Args:
            path: its file.
            file_format: the file's format.
            state: the file's state with the part's range read.
            built: the part.
            rows: the Parquet file of its rows.

        Returns:
            The cached ranges from the first byte to `state.read_to`; none where not all of these bytes are cached.
        """
        start, length, _ = built.fingerprint
        if start == 0:
            self._ledgers[path] = ManifestLedger(path, file_format.spec)
        ledger = self._ledgers.get(path)
        if self._cache is None or ledger is None or not self._stores or not ledger.accepts(start, length):
            return ()
        if is_packed(path) and damage_in(path):
            return ()  # what is wrong with an archive is known by unpacking it, not by a part
        try:
            ledger.add(self._cache.put_built(file_format, built, rows), built.fingerprint)
        except OSError as error:
            self._stop_storing(error)
            return ()
        self._save(ledger, state)
        return ledger.ranges_to(state.read_to)

    def adopt(
        self, path: str, state: FileState, *, reload: bool = False
    ) -> tuple[FileState, tuple[CachedRange, ...]] | None:
        """Takes over parts that another process has stored, if they begin where the file is read to.

        Args:
            path: a file of which no range is being built.
            state: its state.
            reload: whether to read the manifest anew; else what it said last time counts.

        Returns:
            The state with these parts read and the cached ranges up to there, None where there are none.
        """
        ledger = self._ledgers.get(path)
        if self._cache is None or ledger is None or not state.read_to or not ledger.covers_to(state.read_to):
            return None
        stored = self._cache.manifest(path) if reload else None
        if stored is not None:
            ledger.merge(stored, state.read_to)
        further = ledger.ranges_from(state.read_to)
        if not further or further[-1].end > state.size:
            return None
        last = self._cache.part(further[-1].part)
        if last is None or not range_matches(path, last[0].fingerprint):
            ledger.drop_from(state.read_to)
            return None
        self._unverified.add(path)
        read_to = further[-1].end
        return replace(state, read_to=read_to, last=last[0].fingerprint), ledger.ranges_to(read_to)

    def _save(self, ledger: ManifestLedger, state: FileState) -> None:
        """Writes the manifest of a file whose ranges are those that are read."""
        if self._cache is None or not self._stores or not ledger.covers_to(state.read_to):
            return
        stored = self._cache.manifest(ledger.path)
        if stored is not None:
            ledger.merge(stored, state.read_to)
        try:
            ledger.save(self._cache, ledger.path, state, with_head=True)
        except OSError as error:
            self._stop_storing(error)

    def _fetch_sidecar(self, path: str, cached: CachedRange) -> tuple[BuiltRange, Path] | None:
        sidecar = self._sidecars.store(path)
        if sidecar is None:
            return None
        try:
            facts, rows = sidecar[0].fetch(cached.part)
            if self._cache is not None and self._stores and (is_address(path) or self._staging is None):
                self._cache.put(facts, rows)
                return self._cache.part(cached.part)
            if self._staging is None:
                return None
            staged = self._staging / f"{cached.part}.parquet"
            staged.write_bytes(rows)
        except (OSError, ValueError) as error:
            logger.info("A part beside the data is built again: %s", error)
            return None
        return read_part(facts), staged

    def _stop_storing(self, error: OSError) -> None:
        """A full disk costs what would be stored, never a run; what is cached can still be read."""
        if self._cache is not None:
            logger.warning("RL Board: %s", unusable(self._cache.folder, error))
        self._stores = False


def _rows_match_manifest(cursor: duckdb.DuckDBPyConnection, built: BuiltRange, rows: Path) -> bool:
    """Whether the rows of a part have the number, the places and the columns that its facts say."""
    if not built.part.samples:
        return True
    source = f"read_parquet({literal(str(rows))})"
    query = f"SELECT count(*), min(line_offset), max(line_offset + line_length) FROM {source}"
    try:
        described = cursor.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        count, begin, end = cursor.execute(query).fetchall()[0]
    except Exception as error:  # noqa: BLE001 (DuckDB's errors on a file that is no Parquet are many)
        logger.info("A cached part is built again: %s", error)
        return False
    strange = [row[0] for row in described if row[0] not in FIXED and row[0][:2] not in {"t:", "m:", "h:"}]
    fingerprint = built.fingerprint
    within = fingerprint.offset <= begin and end <= fingerprint.offset + fingerprint.length
    return not strange and count == built.part.samples and within
