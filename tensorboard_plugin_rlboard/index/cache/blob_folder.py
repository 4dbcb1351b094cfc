"""A folder whose files are written whole or not at all: on a disk, or behind an address."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import Protocol

from tensorboard_plugin_rlboard.sources.addresses import is_address, printable_path
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.remote import objects
from tensorboard_plugin_rlboard.sources.remote.filesystems import ask, file_systems, path_in_file_system


class BlobFolder(Protocol):
    """A folder of small files. Their names are relative to it, separated by "/"."""

    def read(self, name: str, max_bytes: int) -> bytes:
        """A file's content.

        Raises:
            OSError: it is not there, cannot be read, or is larger than `max_bytes`.
        """

    def write(self, name: str, content: bytes) -> None:
        """Writes a file, and the folders above it.

        Raises:
            OSError: it cannot be written; what was there before still is.
        """

    def names(self, below: str) -> set[str]:
        """The files below one of its folders, by their path from there; none where there is no such folder.

        Raises:
            OSError: it cannot be listed.
        """


def open_folder(path: str) -> BlobFolder:
    """The folder at a path or an address; it need not exist yet."""
    return RemoteFolder(path.rstrip("/")) if is_address(path) else LocalFolder(Path(path))


class LocalFolder:
    """A folder on a disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder)

    def read(self, name: str, max_bytes: int) -> bytes:
        """See `BlobFolder`."""
        with open_regular(self.folder / name) as file:
            size = os.fstat(file.fileno()).st_size
            if size > max_bytes:
                raise _too_large(name)
            return file.read(
                size
            )  # `read` takes the memory for as much as it is asked for, whatever there is

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
        return printable_path(self._url)

    def read(self, name: str, max_bytes: int) -> bytes:
        """See `BlobFolder`."""
        content = objects.read_object(f"{self._url}/{name}", 0, max_bytes + 1)
        if len(content) > max_bytes:
            raise _too_large(name)
        return content

    def write(self, name: str, content: bytes) -> None:
        """See `BlobFolder`."""
        url = f"{self._url}/{name}"
        system = file_systems.get(url)
        ask(url, lambda: system.pipe_file(path_in_file_system(url), content))

    def names(self, below: str) -> set[str]:
        """See `BlobFolder`."""
        try:
            return {found.relative for found in objects.list_objects(f"{self._url}/{below}")}
        except FileNotFoundError:
            return set()


def _too_large(name: str) -> OSError:
    return OSError(errno.EFBIG, f"{name} is larger than any file of an index")
