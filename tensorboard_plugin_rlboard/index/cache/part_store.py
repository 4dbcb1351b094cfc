"""A folder of parts and manifests, local or behind an address.

Any number of TensorBoards, cluster tasks and notebooks may read and write it at once: a file is written whole and then
has its name, a part's name is a digest of all that it holds, and whatever does not match it is as good as absent.
"""

from __future__ import annotations

import logging
from hashlib import blake2b
from pathlib import Path

from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.index.cache.blob_folder import BlobFolder
from tensorboard_plugin_rlboard.index.cache.manifest import (
    VERSION,
    Manifest,
    is_digest,
    manifest_facts,
    part_facts,
    read_manifest,
    read_part,
)
from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange

logger = logging.getLogger(__name__)
_MAX_FACTS = 256 * 1024**2
_MAX_ROWS = 1024**3


def digest_of(*contents: bytes) -> str:
    """A name of 32 characters for bytes, which tells each of them from the next."""
    digest = blake2b(digest_size=16)
    for content in contents:
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


class PartStore:
    """Parts and manifests in a folder, wherever it is.

    Attributes:
        blobs: the folder, on a disk or behind an address.
    """

    def __init__(self, blobs: BlobFolder) -> None:
        self.blobs = blobs
        self._names: set[str] | None = None

    def put_built(self, file_format: Format, built: BuiltRange, parquet: Path) -> str:
        """Writes a part that was built with a format, its rows from a Parquet file, and returns its name.

        Raises:
            OSError: it cannot be written.
        """
        return self.put(part_facts(file_format, built), parquet.read_bytes() if built.part.samples else b"")

    def put(self, facts: bytes, rows: bytes) -> str:
        """Writes a part as it lies in another store, and returns its name.

        Raises:
            OSError: it cannot be written.
        """
        name = digest_of(facts, rows)
        if rows:
            self.blobs.write(rows_file(name), rows)
        # Last: a part is there when its facts are.
        self.blobs.write(facts_file(name), facts)
        return name

    def fetch(self, name: str) -> tuple[bytes, bytes]:
        """The facts and the rows (none where there is no sample) of a part.

        Raises:
            OSError: it is gone or cannot be read.
            ValueError: it is damaged, foreign, or of another version.
        """
        if not is_digest(name):
            raise ValueError("this is no name of a part")
        facts = self.blobs.read(facts_file(name), _MAX_FACTS)
        rows = self.blobs.read(rows_file(name), _MAX_ROWS) if read_part(facts).part.samples else b""
        if digest_of(facts, rows) != name:
            raise ValueError("it is not what its name says")
        return facts, rows

    def has(self, name: str) -> bool:
        """Whether a part is there, by its name alone; of a store that is no cache, as it was when first asked.

        Raises:
            OSError: the folder cannot be listed.
        """
        if self._names is None:
            self._names = self.blobs.names(f"parts-{VERSION}")
        return self._is_complete(
            name, *(path.partition("/")[2] in self._names for path in (facts_file(name), rows_file(name)))
        )

    def _is_complete(self, name: str, has_facts: bool, has_rows: bool) -> bool:
        """Whether a part is there, whose files are or are not; only one without samples has no rows."""
        try:
            return has_facts and (
                has_rows or not read_part(self.blobs.read(facts_file(name), _MAX_FACTS)).part.samples
            )
        except (OSError, ValueError):
            return False

    def save(self, file_key: str, manifest: Manifest, head: str = "") -> None:  # noqa: ARG002 (only a cache has heads)
        """Writes the manifest of a source file.

        Args:
            file_key: which file: its path, or in a folder beside the data its name.
            manifest: what is indexed of it.
            head: a digest of how the file begins, by which a cache finds it under another path; empty for none.

        Raises:
            OSError: it cannot be written.
        """
        self.blobs.write(_file(file_key), manifest_facts(manifest))

    def manifest(self, file_key: str) -> Manifest | None:
        """The manifest of a source file, None where there is none that can be believed."""
        return self.manifest_in(_file(file_key))

    def manifest_in(self, name: str) -> Manifest | None:
        """The manifest in a file of the folder, None where there is none that can be believed."""
        try:
            return read_manifest(self.blobs.read(name, _MAX_FACTS))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            logger.info("A manifest is ignored: %s", error)
            return None


def sharded(folder: str, name: str, suffix: str = ".json") -> str:
    """Folders of a few thousand files: a million in one is slow to list almost everywhere."""
    return f"{folder}/{name[:2]}/{name}{suffix}"


def facts_file(name: str) -> str:
    """Where the facts of a part lie."""
    return sharded(f"parts-{VERSION}", name)


def rows_file(name: str) -> str:
    """Where the rows of a part lie."""
    return sharded(f"parts-{VERSION}", name, ".parquet")


def file_key_digest(file_key: str) -> str:
    """Names a source file: by a digest, and its path stands nowhere, because an address may hold a password."""
    return digest_of(file_key.encode("utf-8", "surrogateescape"))


def _file(file_key: str) -> str:
    return sharded(f"files-{VERSION}", file_key_digest(file_key))
