"""Parts kept between starts: Parquet files, and beside them what is known of each source file.

Any number of TensorBoards, cluster tasks and notebooks may read and write a folder at once: a file is written whole
under a name of its own and then renamed, a part's name is a digest of all that it holds, and whatever does not match it
is as good as absent.
"""

from __future__ import annotations

import logging
import os
import tempfile
from hashlib import blake2b
from pathlib import Path

from tensorboard_plugin_rlboard.index.facts import (
    VERSION,
    KeptRange,
    Manifest,
    is_name,
    manifest_facts,
    part_facts,
    read_manifest,
    read_part,
)
from tensorboard_plugin_rlboard.index.place import LocalPlace, Place
from tensorboard_plugin_rlboard.index.ranges import Built, Order

__all__ = ["BOUND", "VERSION", "Cache", "KeptRange", "Manifest", "Store", "default_folder", "digest_of"]

logger = logging.getLogger(__name__)
BOUND = 20 * 1024**3
"""Bytes that the folder may hold; beyond them the parts that were not used for longest go."""
_FACTS_MOST = 256 * 1024**2
_ROWS_MOST = 1024**3
_OFTEN = 256 * 1024**2
_UNBOUNDED = "unbounded"


def default_folder() -> Path:
    """The user's cache folder, by the XDG rules."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "rlboard"


def digest_of(*contents: bytes) -> str:
    """A name of 32 characters for bytes, each of them told apart from the next."""
    digest = blake2b(digest_size=16)
    for content in contents:
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


class Store:
    """Parts and manifests in any place.

    Attributes:
        place: where they lie.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._names: set[str] | None = None

    def keep(self, order: Order, built: Built, parquet: Path) -> str:
        """Writes a part and returns its name.

        Raises:
            OSError: it cannot be written.
        """
        return self.put(part_facts(order.known, built), parquet.read_bytes() if built.part.samples else b"")

    def put(self, facts: bytes, rows: bytes) -> str:
        """Writes a part as it lies in another place, and returns its name.

        Raises:
            OSError: it cannot be written.
        """
        name = digest_of(facts, rows)
        if rows:
            self.place.write(_rows(name), rows)
        # Last: a part is there when its facts are.
        self.place.write(_facts(name), facts)
        return name

    def fetch(self, name: str) -> tuple[bytes, bytes]:
        """The facts and the rows (none where there is no sample) of a part.

        Raises:
            OSError: it is gone or cannot be read.
            ValueError: it is damaged, foreign, or of another version.
        """
        if not is_name(name):
            raise ValueError("this is no name of a part")
        facts = self.place.read(_facts(name), _FACTS_MOST)
        rows = self.place.read(_rows(name), _ROWS_MOST) if read_part(facts).part.samples else b""
        if digest_of(facts, rows) != name:
            raise ValueError("it is not what its name says")
        return facts, rows

    def has(self, name: str) -> bool:
        """Whether a part is there, by its name alone; of a place that is not a cache, when it was first asked.

        Raises:
            OSError: the place cannot be listed.
        """
        if self._names is None:
            self._names = self.place.names(f"parts-{VERSION}")
        return self._whole(
            name, *(path.partition("/")[2] in self._names for path in (_facts(name), _rows(name)))
        )

    def _whole(self, name: str, has_facts: bool, has_rows: bool) -> bool:
        """Whether a part is there, whose files are or are not; only one without samples has no rows."""
        try:
            return has_facts and (
                has_rows or not read_part(self.place.read(_facts(name), _FACTS_MOST)).part.samples
            )
        except (OSError, ValueError):
            return False

    def save(self, key: str, manifest: Manifest) -> None:
        """Writes what is known of a source file.

        Args:
            key: which file, in this place: its path, or in a folder beside the data its name.
            manifest: what is known.

        Raises:
            OSError: it cannot be written.
        """
        self.place.write(_file(key), manifest_facts(manifest))

    def manifest(self, key: str) -> Manifest | None:
        """What is known of a source file, None where nothing is."""
        return self._read(_file(key))

    def _read(self, name: str) -> Manifest | None:
        try:
            return read_manifest(self.place.read(name, _FACTS_MOST))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            logger.info("What an index says of a file is ignored: %s", error)
            return None


class Cache(Store):
    """A bounded folder on a disk, from which TensorBoard loads parts as they lie there.

    Attributes:
        parts: where the parts lie.
        writable: whether more can be kept; a folder of somebody else may only be read.
    """

    def __init__(self, folder: Path, bound: int = BOUND) -> None:
        """Opens the folder, making it where there is none.

        Raises:
            OSError: it cannot be made, and there is none.
        """
        super().__init__(LocalPlace(folder))
        self.folder = folder
        self.parts = folder / f"parts-{VERSION}"
        self._bound = bound
        self._written = 0
        self.writable = True
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.parts):
                pass
        except OSError:
            if not self.parts.is_dir():
                raise
            self.writable = False
            logger.info("RL Board reads the index in %s, and cannot write there", folder)

    def put(self, facts: bytes, rows: bytes) -> str:
        """See `Store`; what is there already is not written again."""
        name = digest_of(facts, rows)
        if not (self.folder / _facts(name)).exists() or (rows and not (self.folder / _rows(name)).exists()):
            super().put(facts, rows)
            self._written += len(facts) + len(rows)
            if self._written > min(_OFTEN, self._bound):
                self._written = 0
                self.evict()
        return name

    def has(self, name: str) -> bool:
        """See `Store`; as it is now."""
        return self._whole(name, *((self.folder / path).exists() for path in (_facts(name), _rows(name))))

    def part(self, name: str) -> tuple[Built, Path] | None:
        """A kept part and the file of its rows, None where it is gone or is not what it was."""
        files = (self.folder / _facts(name), self.folder / _rows(name))
        try:
            facts, _ = self.fetch(name)
            if self.writable:
                for path in files:
                    if path.exists():
                        os.utime(path)
        except (OSError, ValueError) as error:
            logger.info("A cached part is built again: %s", error)
            if isinstance(error, ValueError) and self.writable and is_name(name):
                for path in files:  # else the good one that is built now would not be written
                    path.unlink(missing_ok=True)
            return None
        return read_part(facts), files[1]

    def save(self, key: str, manifest: Manifest, head: str = "") -> None:
        """See `Store`; `head` is a digest of how the file begins, by which it is found under another path."""
        super().save(key, manifest)
        if head and not (self.folder / _head(head, key)).exists():
            self.place.write(_head(head, key), b"")

    @property
    def knows_heads(self) -> bool:
        """Whether it can find a file under another path at all."""
        return (self.folder / f"heads-{VERSION}").is_dir()

    def alike(self, head: str) -> list[Manifest]:
        """What is known of files that begin in a certain way, whatever their paths were."""
        names = sorted(self.place.names(f"heads-{VERSION}/{head}")) if is_name(head) else []
        found = [self._read(_sharded(f"files-{VERSION}", name)) for name in names if is_name(name)]
        return [manifest for manifest in found if manifest is not None]

    def unbound(self) -> None:
        """Lets the folder grow without bound: its parts were made on purpose, not by the way.

        Raises:
            OSError: the folder cannot be written.
        """
        if not (self.folder / _UNBOUNDED).exists():
            self.place.write(_UNBOUNDED, b"")

    def keep_curves(self, digest: str, content: bytes) -> None:
        """Keeps the materialised curves of a run that consists of the parts that the digest names."""
        if self.writable:
            try:
                self.place.write(_sharded(f"curves-{VERSION}", digest, ".bin"), content)
            except OSError as error:
                logger.info("The curves of a run are not kept: %s", error)

    def recall_curves(self, digest: str) -> bytes:
        """The curves kept under a digest, empty where there are none."""
        path = self.folder / _sharded(f"curves-{VERSION}", digest, ".bin")
        try:
            content = path.read_bytes()
            if self.writable:
                os.utime(path)
        except OSError:
            return b""
        return content

    def evict(self) -> None:
        """Removes the parts that were not used for longest until the folder is within its bound."""
        if not self.writable or (self.folder / _UNBOUNDED).exists():
            return
        sizes: dict[Path, int] = {}
        used: dict[Path, int] = {}
        # Those of earlier versions too, and whatever else is kept of the rows: manifests alone are small.
        for path in self.folder.glob("*/**/*"):
            if path.relative_to(self.folder).parts[0].startswith(("files-", "heads-")):
                continue
            try:
                facts = path.stat()
            except OSError:  # another process was faster
                continue
            if not path.is_dir():
                part = path.with_suffix("")
                sizes[part] = sizes.get(part, 0) + facts.st_size
                used[part] = max(used.get(part, 0), facts.st_mtime_ns)
        total = sum(sizes.values())
        for part in sorted(used, key=lambda part: used[part]):
            if total <= self._bound:
                return
            for path in part.parent.glob(f"{part.name}.*"):
                path.unlink(missing_ok=True)
            part.unlink(missing_ok=True)
            total -= sizes[part]


def _sharded(folder: str, name: str, suffix: str = ".json") -> str:
    """Folders of a few thousand files: a million in one is slow to list almost everywhere."""
    return f"{folder}/{name[:2]}/{name}{suffix}"


def _facts(name: str) -> str:
    return _sharded(f"parts-{VERSION}", name)


def _rows(name: str) -> str:
    return _sharded(f"parts-{VERSION}", name, ".parquet")


def _key(key: str) -> str:
    return digest_of(key.encode("utf-8", "surrogateescape"))


def _file(key: str) -> str:
    """Named by a digest, and the path stands nowhere in it: an address may hold a password."""
    return _sharded(f"files-{VERSION}", _key(key))


def _head(head: str, key: str) -> str:
    return f"heads-{VERSION}/{head}/{_key(key)}"
