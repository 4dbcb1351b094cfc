"""Packed files unpacked into a temporary folder, so that their lines can be read again by their offsets.

Each file is unpacked once, as a stream. When an archive has grown (members appended, or its last one went on) only
what was added is unpacked; a container (Parquet and its like) that has changed is unpacked anew. The folder has a
budget: the files that were not asked for longest make room, and are
unpacked anew when someone asks for them.
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

from tensorboard_plugin_rlboard.sources.compressed.decompression import Unpacker
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import Entry, facts_of, remove, too_much
from tensorboard_plugin_rlboard.sources.containers import row_stream
from tensorboard_plugin_rlboard.sources.containers.base import DamagedError
from tensorboard_plugin_rlboard.sources.containers.registry import container_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

BUDGET = 8 * 1024**3
_BLOCK = 1024 * 1024
_PROBE = 4096
TICK_NS = 2_000_000_000
"""File systems keep times in ticks, up to 2 s long on FAT: two changes within one tick leave the same time."""


class UnpackCache:
    """Unpacked files within a budget, for any number of threads.

    Args:
        open_stored: Opens an archive by its path.
        budget: Bytes of all unpacked files together; at most half of what is free on the disk is used.
    """

    def __init__(self, open_stored: Callable[[str], BinaryIO], budget: int = BUDGET) -> None:
        self._open_stored = open_stored
        self._budget = budget
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._entries: dict[str, Entry] = {}
        self._damage: dict[str, str] = {}
        self._names = itertools.count()
        self._home: tempfile.TemporaryDirectory[str] | None = None

    def open(self, path: str) -> BinaryIO:
        """Open the unpacked file; it is unpacked now where it is not there.

        Args:
            path: The archive's path.

        Raises:
            OSError: If the archive cannot be read, its kind needs a package that is missing, or the temporary
                folder is full.
        """
        while True:
            with self._lock:
                entry = self._entries.get(path)
                if entry is not None:
                    entry.used = next(self._names)
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

    def open_anew(self, path: str) -> BinaryIO:
        """Open the unpacked file as its archive is now.

        Args:
            path: The archive's path.

        Raises:
            OSError: As ``open``.
        """
        facts = facts_of(path)
        if facts is None:
            with self._lock_of(path):
                self._unpack(path, None, settled=False)
        else:
            self.refresh(path, facts, settled=abs(time.time_ns() - facts[1]) > TICK_NS)
        return self.open(path)

    def refresh(self, path: str, facts: tuple[int, ...], *, settled: bool) -> int:
        """Bring the unpacked file up to date with its archive.

        Args:
            path: The archive's path.
            facts: Numbers of which one changes when the archive does; its size is the first.
            settled: Whether a later change would show in them.

        Returns:
            The size of the unpacked file in bytes.

        Raises:
            OSError: As ``open``.
        """
        with self._lock_of(path):
            entry = self._entries.get(path)
            if entry is not None and entry.facts == facts and entry.settled:
                return entry.size
            if entry is None or not self._go_on(path, entry):
                entry = self._unpack(path, facts, settled=settled)
            entry.facts, entry.settled = facts, settled
            return entry.size

    def damage(self, path: str) -> str:
        """Say what of an archive could not be unpacked, in one sentence; empty where all could."""
        return self._damage.get(path, "")

    def clear(self) -> None:
        """Remove every unpacked file."""
        with self._lock:
            self._entries.clear()
            self._damage.clear()
            home, self._home = self._home, None
        if home is not None:
            home.cleanup()

    def _lock_of(self, path: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(path, threading.Lock())

    def _unpack(self, path: str, facts: tuple[int, ...] | None, *, settled: bool) -> Entry:
        unpacker = None if container_of(path) is not None else Unpacker(path)
        with ExitStack() as opened:
            stored = None if unpacker is None else opened.enter_context(self._open_stored(path))
            with self._lock:
                if self._home is None:
                    self._home = tempfile.TemporaryDirectory(
                        prefix="rlboard-unpacked-", ignore_cleanup_errors=True
                    )
                target = Path(self._home.name) / str(next(self._names))
            entry = Entry(target, facts, settled, unpacker, used=next(self._names))
            try:
                if stored is None:
                    self._write_rows(path, entry)
                else:
                    self._pour(path, entry, stored)
            except OSError:
                target.unlink(missing_ok=True)
                raise
        with self._lock:
            before = self._entries.get(path)
            self._entries[path] = entry
        if before is not None:
            remove(before.path)
        return entry

    def _go_on(self, path: str, entry: Entry) -> bool:
        """Unpack what was added to an archive; False where it is not the one that was unpacked, with more to it."""
        unpacker = entry.unpacker
        if unpacker is None or not entry.path.exists() or (unpacker.damage and not entry.full):
            return False
        with self._open_stored(path) as stored:
            tail_at = entry.consumed - len(entry.tail)
            for at, known in ((0, entry.head), (tail_at, entry.tail)):
                stored.seek(at)
                if stored.read(len(known)) != known:
                    return False
            if entry.full:
                return True
            stored.seek(entry.consumed)
            try:
                self._pour(path, entry, stored)
            except OSError:
                with self._lock:
                    self._entries.pop(path, None)
                remove(entry.path)
                raise
        return True

    def _pour(self, path: str, entry: Entry, stored: BinaryIO) -> None:
        """Unpack from where both stand to the archive's end."""
        unpacker = entry.unpacker
        if unpacker is None:
            return
        with entry.path.open("ab") as target:
            while not unpacker.damage and (data := stored.read(_BLOCK)):
                for piece in unpacker.feed(data):
                    if not self._make_room(path, entry.size + len(piece)):
                        entry.full = True
                        unpacker.damage = too_much(entry.size)
                        break
                    target.write(piece)
                    entry.size += len(piece)
                entry.consumed += len(data)
                entry.head = entry.head or data[:_PROBE]
                entry.tail = data[-_PROBE:]
        self._damage[path] = unpacker.damage or unpacker.torn

    def _write_rows(self, path: str, entry: Entry) -> None:
        """Write the rows of a container as lines."""
        damage = ""
        with entry.path.open("ab") as target:
            try:
                for piece in row_stream.pieces(path, self._open_stored):
                    if not self._make_room(path, entry.size + len(piece)):
                        damage = too_much(entry.size)
                        break
                    target.write(piece)
                    entry.size += len(piece)
            except DamagedError as error:
                damage = str(error)
        self._damage[path] = damage

    def _make_room(self, path: str, size: int) -> bool:
        """Remove other files until one of this size fits in; False where it does not fit in alone."""
        with self._lock:
            others = {name: entry for name, entry in self._entries.items() if name != path}
            kept = sum(entry.size for entry in others.values())
            free = shutil.disk_usage(self._home.name).free if self._home is not None else 0
            allowed = min(self._budget, (free + kept + size) // 2)
            if size > allowed:
                return False
            gone = []
            for name in sorted(others, key=lambda name: others[name].used):
                if size + kept <= allowed:
                    break
                kept -= others[name].size
                gone.append(self._entries.pop(name).path)
        for old in gone:
            remove(old)
        return True
