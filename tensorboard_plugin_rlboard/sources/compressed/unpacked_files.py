"""The unpacked files that lie in the temporary folder, within a budget: what was not used for longest makes room."""

from __future__ import annotations

import itertools
import shutil
import threading
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import UnpackedFile, remove_file
from tensorboard_plugin_rlboard.sources.containers.base import NO_DAMAGE, Damage
from tensorboard_plugin_rlboard.sources.containers.row_stream import UnreadableFileError
from tensorboard_plugin_rlboard.sources.owned_folder import OwnedFolder

if TYPE_CHECKING:
    from pathlib import Path


class UnpackedFiles:
    """Packed file -> its unpacked one, for any number of threads.

    Args:
        budget: Bytes of all together; at most half of what is free on the disk is used.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._entries: dict[str, UnpackedFile] = {}
        self._damage: dict[str, Damage] = {}
        self._counter = itertools.count()
        self._folder: OwnedFolder | None = None

    @property
    def paths(self) -> list[str]:
        """The packed files that there is an unpacked one of."""
        return list(self._entries)

    @property
    def folder(self) -> Path | None:
        """Where the unpacked files lie; None where there was none yet."""
        return None if self._folder is None else self._folder.path

    def new_target(self) -> tuple[Path, int]:
        """A path for one more unpacked file, and the number of its first use.

        Raises:
            OSError: There is no temporary folder.
        """
        with self._lock:
            if self._folder is None:
                self._folder = OwnedFolder("unpacked")
            return self._folder.path / str(next(self._counter)), next(self._counter)

    def find(self, path: str) -> UnpackedFile | None:
        """The unpacked file of a packed one, if there is one."""
        return self._entries.get(path)

    def use(self, path: str) -> UnpackedFile | None:
        """The same; it counts as used now."""
        with self._lock:
            entry = self._entries.get(path)
            if entry is not None:
                entry.last_use = next(self._counter)
            return entry

    def keep(self, path: str, entry: UnpackedFile, damage: Damage, *, is_torn: bool = False) -> UnpackedFile:
        """Put an unpacked file in the place of what was there.

        Args:
            path: The packed file.
            entry: What it was unpacked to.
            damage: What could not be unpacked.
            is_torn: Whether it is a container that ends in the middle: while it is being written, what was there stays.

        Raises:
            UnreadableFileError: What was there stays.
        """
        with self._lock:
            before = self._entries.get(path)
            if is_torn and not entry.settled and before is not None and before.size > entry.size:
                remove_file(entry.path)
                raise UnreadableFileError(damage.reason)
            self._entries[path] = entry
            self._damage[path] = damage
        if before is not None:
            remove_file(before.path)
        return entry

    def note_damage(self, path: str, damage: Damage) -> None:
        """Note what could not be unpacked of a file."""
        self._damage[path] = damage

    def damage(self, path: str) -> Damage:
        """What could not be unpacked of a file."""
        return self._damage.get(path, NO_DAMAGE)

    def drop(self, path: str, entry: UnpackedFile) -> None:
        """Forget an unpacked file, and remove it; another one in its place stays."""
        with self._lock:
            if self._entries.get(path) is entry:
                del self._entries[path]
        remove_file(entry.path)

    def make_room(self, path: str, size: int) -> bool:
        """Remove other unpacked files until one of this size fits in; False where it would not fit in alone."""
        with self._lock:
            others = {name: entry for name, entry in self._entries.items() if name != path}
            kept_bytes = sum(entry.size for entry in others.values())
            free = shutil.disk_usage(self._folder.path).free if self._folder is not None else 0
            allowed = min(self._budget, (free + kept_bytes + size) // 2)
            if size > allowed:
                return False
            gone = []
            for name in sorted(others, key=lambda name: others[name].last_use):
                if size + kept_bytes <= allowed:
                    break
                kept_bytes -= others[name].size
                gone.append(self._entries.pop(name).path)
        for old in gone:
            remove_file(old)
        return True

    def clear(self) -> None:
        """Remove every unpacked file."""
        with self._lock:
            self._entries.clear()
            self._damage.clear()
            home, self._folder = self._folder, None
        if home is not None:
            home.cleanup()
