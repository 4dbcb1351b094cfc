"""The cache: a folder on a disk in which TensorBoard stores parts for its next start, within a bound of size."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.cache.blob_folder import LocalFolder
from tensorboard_plugin_rlboard.index.cache.manifest import (
    VERSION,
    CachedRange,
    Manifest,
    is_digest,
    read_part,
)
from tensorboard_plugin_rlboard.index.cache.part_store import (
    PartStore,
    digest_of,
    facts_file,
    file_key_digest,
    rows_file,
    sharded,
)
from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange
from tensorboard_plugin_rlboard.sources.local_files import open_regular

__all__ = ["SIZE_LIMIT", "CachedRange", "LocalStore", "Manifest"]

logger = logging.getLogger(__name__)
SIZE_LIMIT = 20 * 1024**3
"""Bytes that the folder may hold; beyond them the parts that were not used for longest go."""
_EVICT_EVERY = 256 * 1024**2
"""Bytes written between two looks at the size of the folder."""
_MAX_NAME_CHARACTERS = 100
_NO_LIMIT = "unbounded"


class LocalStore(PartStore):
    """A bounded folder on a disk, from which TensorBoard loads parts as they lie there.

    Attributes:
        folder: the folder.
        parts_folder: the folder in it where the parts lie.
        writable: whether more can be stored; a folder of somebody else may only be read.
    """

    def __init__(self, folder: Path, size_limit: int = SIZE_LIMIT) -> None:
        """Opens the folder, making it where there is none.

        Raises:
            OSError: it cannot be made, and there is none.
        """
        super().__init__(LocalFolder(folder))
        self.folder = folder
        self.parts_folder = folder / f"parts-{VERSION}"
        self._size_limit = size_limit
        self._written = 0
        self.writable = True
        try:
            self.parts_folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.parts_folder):
                pass
        except OSError:
            if not self.parts_folder.is_dir():
                raise
            self.writable = False
            logger.info("RL Board reads the index in %s, and cannot write there", folder)

    def put(self, facts: bytes, rows: bytes) -> str:
        """See `PartStore`; what is there already is not written again."""
        name = digest_of(facts, rows)
        if not (self.folder / facts_file(name)).exists() or (
            rows and not (self.folder / rows_file(name)).exists()
        ):
            super().put(facts, rows)
            self._written += len(facts) + len(rows)
            if self._written > min(_EVICT_EVERY, self._size_limit):
                self._written = 0
                self.evict()
        return name

    def has(self, name: str) -> bool:
        """See `PartStore`; as it is now."""
        return self._is_complete(
            name, *((self.folder / path).exists() for path in (facts_file(name), rows_file(name)))
        )

    def part(self, name: str) -> tuple[BuiltRange, Path] | None:
        """A stored part and the file of its rows, None where it is gone or is not what it was."""
        files = (self.folder / facts_file(name), self.folder / rows_file(name))
        try:
            facts, _ = self.fetch(name)
            if self.writable:
                for path in files:
                    if path.exists():
                        os.utime(path)
        except (OSError, ValueError) as error:
            logger.info("A cached part is built again: %s", error)
            if isinstance(error, ValueError) and self.writable and is_digest(name):
                for path in files:  # else the good one that is built now would not be written
                    path.unlink(missing_ok=True)
            return None
        return read_part(facts), files[1]

    def save(self, file_key: str, manifest: Manifest, head: str = "") -> None:
        """See `PartStore`."""
        super().save(file_key, manifest)
        if head and not (self.folder / _head(head, file_key)).exists():
            self.blobs.write(_head(head, file_key), b"")

    @property
    def has_heads(self) -> bool:
        """Whether any file can be found by how it begins."""
        return (self.folder / f"heads-{VERSION}").is_dir()

    def manifests_by_head(self, head: str) -> list[Manifest]:
        """The manifests of files that begin in a certain way, whatever their paths were."""
        names = sorted(self.blobs.names(f"heads-{VERSION}/{head}")) if is_digest(head) else []
        found = [self.manifest_in(sharded(f"files-{VERSION}", name)) for name in names if is_digest(name)]
        return [manifest for manifest in found if manifest is not None]

    def remove_size_limit(self) -> None:
        """Lets the folder grow without limit: its parts were built on purpose, not by the way.

        Raises:
            OSError: the folder cannot be written.
        """
        if not (self.folder / _NO_LIMIT).exists():
            self.blobs.write(_NO_LIMIT, b"")

    def store_run_result(self, kind: str, digest: str, content: bytes) -> bool:
        """Stores what was computed of a run that consists of the parts that a digest names; returns whether it is stored.

        Args:
            kind: what it is: `curves`, or `prompts`.
            digest: of the parts.
            content: it.
        """
        if not self.writable:
            return False
        try:
            self.blobs.write(_derived(kind, digest), content)
        except OSError as error:
            logger.info("The %s of a run are not stored: %s", kind, error)
            return False
        return True

    def drop_run_result(self, kind: str, digest: str) -> None:
        """Removes what was stored so, where a later one takes its place."""
        if self.writable:
            (self.folder / _derived(kind, digest)).unlink(missing_ok=True)

    def load_run_result(self, kind: str, digest: str) -> bytes:
        """What was stored so, empty where there is nothing."""
        path = self.folder / _derived(kind, digest)
        try:
            with open_regular(path) as file:
                content = file.read()
            if self.writable:
                os.utime(path)
        except OSError:
            return b""
        return content

    def store_annotated(self, digest: str, file_format: Format, built: BuiltRange, parquet: Path) -> None:
        """Stores rows that were built with annotations.

        Args:
            digest: of all that they were made of.
            file_format: the format of their lines.
            built: the part.
            parquet: its rows.
        """
        if self.writable:
            try:
                name = self.put_built(file_format, built, parquet)
                self.blobs.write(_annotated(digest), name.encode())
            except OSError as error:
                logger.info("Annotated rows are not stored: %s", error)

    def load_annotated(self, digest: str) -> tuple[BuiltRange, Path] | None:
        """The rows stored under a digest and the file that they lie in; None where there are none."""
        try:
            name = self.blobs.read(_annotated(digest), _MAX_NAME_CHARACTERS).decode("ascii", "replace")
        except OSError:
            return None
        return self.part(name)

    def evict(self) -> None:
        """Removes the parts that were not used for longest until the folder is within its limit."""
        if not self.writable or (self.folder / _NO_LIMIT).exists():
            return
        parts: dict[str, list[tuple[str, int, int]]] = {}
        for path, size, used in _stored_files(self.folder):
            parts.setdefault(os.path.splitext(path)[0], []).append((path, size, used))  # noqa: PTH122 (see _files)
        total = sum(size for files in parts.values() for _, size, _ in files)
        # A part goes whole, by the latest use of any of its files.
        for files in sorted(parts.values(), key=lambda files: max(used for _, _, used in files)):
            if total <= self._size_limit:
                return
            for path, size, _ in files:
                with suppress(OSError):  # another process was faster, or reads it on Windows
                    Path(path).unlink()
                total -= size


def _stored_files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """The path, size and last use of every file of a cache but the manifests, which are small.

    Those of earlier versions are among them. Strings and the system's own entries, because there may be 100,000 of
    them, and TensorBoard waits for it.
    """
    pending = [entry.path for entry in os.scandir(folder) if entry.is_dir()]
    pending = [path for path in pending if not Path(path).name.startswith(("files-", "heads-"))]
    while pending:
        with suppress(FileNotFoundError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    pending.append(entry.path)
                    continue
                facts = entry.stat()
                yield entry.path, facts.st_size, facts.st_mtime_ns


def _annotated(digest: str) -> str:
    return sharded(f"annotated-{VERSION}", digest, ".name")


def _derived(kind: str, digest: str) -> str:
    return sharded(f"{kind}-{VERSION}", digest, f".{kind}")


def _head(head: str, file_key: str) -> str:
    return f"heads-{VERSION}/{head}/{file_key_digest(file_key)}"
