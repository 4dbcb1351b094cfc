"""A folder of small files that are written whole or not at all: on a disk, or behind an address."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import Protocol

from tensorboard_plugin_rlboard.sources.addresses import is_address, printable
from tensorboard_plugin_rlboard.sources.remote import objects
from tensorboard_plugin_rlboard.sources.remote.filesystems import inside, patiently, places


class BlobFolder(Protocol):
    """What the index needs of a folder. Names are relative to it, separated by "/"."""

    def read(self, name: str, most: int) -> bytes:
        """A file's content.

        Raises:
            OSError: it is not there, cannot be read, or is larger than `most` bytes.
        """

    def write(self, name: str, content: bytes) -> None:
        """Writes a file, and the folders above it.

        Raises:
            OSError: it cannot be written; what was there before still is.
        """

    def names(self, below: str) -> set[str]:
        """The files below a folder of it, by their path from there; none where there is no such folder.

        Raises:
            OSError: it cannot be listed.
        """


def place(path: str) -> BlobFolder:
    """The folder at a path or an address; it need not be there yet."""
    return RemoteFolder(path.rstrip("/")) if is_address(path) else LocalFolder(Path(path))


class LocalFolder:
    """A folder on a disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder)

    def read(self, name: str, most: int) -> bytes:
        """See `BlobFolder`."""
        with (self.folder / name).open("rb") as file:
            if os.fstat(file.fileno()).st_size > most:
                raise _too_large(name)
            return file.read(most)

    def write(self, name: str, content: bytes) -> None:
        """See `BlobFolder`; the file has a name of its own until it is whole."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not tempfile: its files are for their maker's eyes only, those of a shared folder for whom the umask says.
        half = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        try:
            with half.open("xb") as file:
                file.write(content)
            half.replace(target)
        except BaseException:
            half.unlink(missing_ok=True)
            raise

    def names(self, below: str) -> set[str]:
        """See `BlobFolder`."""
        root = self.folder / below
        return {
            (Path(folder) / name).relative_to(root).as_posix()
            for folder, _, names in os.walk(root)
            for name in names
            if not name.startswith(".")
        }


class RemoteFolder:
    """A folder behind an address; one object is written at once or not at all where the store has it so."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __str__(self) -> str:
        return printable(self._url)

    def read(self, name: str, most: int) -> bytes:
        """See `BlobFolder`."""
        content = objects.read(f"{self._url}/{name}", 0, most + 1)
        if len(content) > most:
            raise _too_large(name)
        return content

    def write(self, name: str, content: bytes) -> None:
        """See `BlobFolder`."""
        url = f"{self._url}/{name}"
        system = places.get(url)
        patiently(url, lambda: system.pipe_file(inside(url), content))

    def names(self, below: str) -> set[str]:
        """See `BlobFolder`."""
        try:
            return {found.relative for found in objects.listing(f"{self._url}/{below}")}
        except FileNotFoundError:
            return set()


def _too_large(name: str) -> OSError:
    return OSError(errno.EFBIG, f"{name} is larger than anything that is kept")
