"""Unpacks packed files into a temporary folder, so that their lines can be read again by their offsets.

Each file is unpacked once, as a stream. When an archive has grown (members appended, or its last one continued) only
what was added is unpacked; a container that has changed is unpacked anew. The folder has a budget: the files that were
not used for longest are removed, and unpacked anew at their next use.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.container_rows import container_lines
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import (
    UnpackedFile,
    cut_off_sentence,
    file_signature,
    remove_file,
)
from tensorboard_plugin_rlboard.sources.containers.base import DamagedFileError, TornFileError
from tensorboard_plugin_rlboard.sources.containers.row_stream import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from tensorboard_plugin_rlboard.sources.containers.base import FileKind

BUDGET_BYTES = 8 * 1024**3
_PREFIX = "rlboard-unpacked-"
_READ_BYTES = 1024 * 1024
_PROBE_BYTES = 4096
MTIME_TICK_NS = 2_000_000_000
"""The coarsest resolution of file times, 2 s on FAT, in nanoseconds: two changes within it leave the same time."""


class UnpackCache:
    """Unpacked files within a budget, for any number of threads.

    Args:
        open_stored: Opens a packed file by its path, as it is stored.
        kind_of: Says how the rows of a file are stored.
        budget: Bytes of all unpacked files together; at most half of what is free on the disk is used.
    """

    def __init__(
        self,
        open_stored: Callable[[str], BinaryIO],
        kind_of: Callable[[str], FileKind],
        budget: int = BUDGET_BYTES,
    ) -> None:
        self._open_stored = open_stored
        self._kind_of = kind_of
        self._budget = budget
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._entries: dict[str, UnpackedFile] = {}
        self._damage: dict[str, str] = {}
        self._counter = itertools.count()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def open(self, path: str) -> BinaryIO:
        """Open the unpacked file of a packed one; where there is none, it is unpacked first.

        Raises:
            OSError: If the packed file cannot be read, its kind needs a package that is missing, or the temporary
                folder is full.
        """
        while True:
            with self._lock:
                entry = self._entries.get(path)
                if entry is not None:
                    entry.last_use = next(self._counter)
            if entry is None:
                with self._lock_of(path):
                    if path not in self._entries:
                        self._unpack(path, None, settled=False)
                continue
            try:
                return entry.path.open("rb")
            except FileNotFoundError:  # it made room for another just now
                with self._lock:
                    if self._entries.get(path) is entry:
                        del self._entries[path]

    def open_current(self, path: str) -> BinaryIO:
        """Open the unpacked file, brought up to date with the packed file first.

        Args:
            path: Path of the packed file.

        Raises:
            OSError: As ``open``.
        """
        signature = file_signature(path)
        if signature is None:
            with self._lock_of(path):
                self._unpack(path, None, settled=False)
        else:
            self.update(path, signature, settled=abs(time.time_ns() - signature[1]) > MTIME_TICK_NS)
        return self.open(path)

    def update(self, path: str, signature: tuple[int, ...], *, settled: bool) -> int:
        """Bring the unpacked file up to date with the packed file.

        Args:
            path: Path of the packed file.
            signature: Signature of the packed file (`unpacked_file`).
            settled: Whether a later change would show in it.

        Returns:
            The size of the unpacked file in bytes.

        Raises:
            OSError: As ``open``.
        """
        with self._lock_of(path):
            entry = self._entries.get(path)
            if entry is not None and entry.signature == signature and entry.settled:
                return entry.size
            if entry is None or not self._continue(path, entry):
                entry = self._unpack(path, signature, settled=settled)
            entry.signature, entry.settled = signature, settled
            return entry.size

    def damage(self, path: str) -> str:
        """One sentence that says what of a packed file could not be unpacked; empty where all could."""
        return self._damage.get(path, "")

    def clear(self) -> None:
        """Remove every unpacked file."""
        with self._lock:
            self._entries.clear()
            self._damage.clear()
            home, self._folder = self._folder, None
        if home is not None:
            home.cleanup()

    def _lock_of(self, path: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(path, threading.Lock())

    def _unpack(self, path: str, signature: tuple[int, ...] | None, *, settled: bool) -> UnpackedFile:
        kind = self._kind_of(path)
        unpacker = None if kind.container is not None else Decompressor(kind.compression)
        with ExitStack() as opened:
            stored = None if unpacker is None else opened.enter_context(self._open_stored(path))
            with self._lock:
                if self._folder is None:
                    self._folder = tempfile.TemporaryDirectory("", _PREFIX, ignore_cleanup_errors=True)
                target = Path(self._folder.name) / str(next(self._counter))
            entry = UnpackedFile(target, signature, settled, kind, unpacker, last_use=next(self._counter))
            try:
                if stored is None:
                    self._write_rows(path, entry)
                else:
                    self._decompress_rest(path, entry, stored)
            except OSError:
                target.unlink(missing_ok=True)
                raise
        with self._lock:
            before = self._entries.get(path)
            self._entries[path] = entry
        if before is not None:
            remove_file(before.path)
        return entry

    def _continue(self, path: str, entry: UnpackedFile) -> bool:
        """Unpack what was appended to an archive; False where it has changed in another way."""
        unpacker = entry.decompressor
        if (
            unpacker is None
            or self._kind_of(path) != entry.kind
            or not entry.path.exists()
            or (unpacker.damage and not entry.cut_off)
        ):
            return False
        with self._open_stored(path) as stored:
            tail_at = entry.consumed - len(entry.tail)
            for at, known in ((0, entry.head), (tail_at, entry.tail)):
                stored.seek(at)
                if stored.read(len(known)) != known:
                    return False
            if entry.cut_off:
                return True
            stored.seek(entry.consumed)
            try:
                self._decompress_rest(path, entry, stored)
            except OSError:
                with self._lock:
                    self._entries.pop(path, None)
                remove_file(entry.path)
                raise
        return True

    def _decompress_rest(self, path: str, entry: UnpackedFile, stored: BinaryIO) -> None:
        """Decompress what is left of an archive and append it to the unpacked file."""
        unpacker = entry.decompressor
        if unpacker is None:
            return
        with entry.path.open("ab") as target:
            while not unpacker.damage and (data := stored.read(_READ_BYTES)):
                for piece in unpacker.feed(data):
                    if not self._make_room(path, entry.size + len(piece)):
                        entry.cut_off = True
                        unpacker.damage = cut_off_sentence(entry.size)
                        break
                    target.write(piece)
                    entry.size += len(piece)
                entry.consumed += len(data)
                entry.head = entry.head or data[:_PROBE_BYTES]
                entry.tail = data[-_PROBE_BYTES:]
        self._damage[path] = unpacker.damage or unpacker.truncation

    def _write_rows(self, path: str, entry: UnpackedFile) -> None:
        """Write the rows of a container as JSON lines."""
        damage = ""
        with entry.path.open("ab") as target:
            try:
                for piece in container_lines(path, entry.kind, self._open_stored):
                    if not self._make_room(path, entry.size + len(piece)):
                        damage = cut_off_sentence(entry.size)
                        break
                    target.write(piece)
                    entry.size += len(piece)
            except DamagedFileError as error:
                before = self._entries.get(path)
                is_new = isinstance(error, TornFileError) and not entry.settled
                if is_new and before is not None and before.size > entry.size:
                    raise UnreadableFileError(str(error)) from None  # what it was stays until it is whole
                damage = str(error)
        self._damage[path] = damage

    def _make_room(self, path: str, size: int) -> bool:
        """Remove other unpacked files until one of this size fits in; False where it would not fit in alone."""
        with self._lock:
            others = {name: entry for name, entry in self._entries.items() if name != path}
            kept = sum(entry.size for entry in others.values())
            free = shutil.disk_usage(self._folder.name).free if self._folder is not None else 0
            allowed = min(self._budget, (free + kept + size) // 2)
            if size > allowed:
                return False
            gone = []
            for name in sorted(others, key=lambda name: others[name].last_use):
                if size + kept <= allowed:
                    break
                kept -= others[name].size
                gone.append(self._entries.pop(name).path)
        for old in gone:
            remove_file(old)
        return True
