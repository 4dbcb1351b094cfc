"""The index that lies beside the data, in a folder ``.rlboard``, because somebody asked for it (``rlboard index``).

TensorBoard reads it and never writes it. It moves along when the folder is moved or copied.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from tensorboard_plugin_rlboard.index.cache.blob_folder import place
from tensorboard_plugin_rlboard.index.cache.manifest import VERSION, Manifest
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
from tensorboard_plugin_rlboard.sources.addresses import is_address

FOLDER = ".rlboard"
_LISTED_FOR = 60.0
"""Seconds for which an answer about an address is good: one listing for all files of a folder."""


def beside(path: str) -> tuple[PartStore, str]:
    """The store beside a source file, and the file's key there."""
    folder, name = path.rpartition("/")[::2] if is_address(path) else os.path.split(path)
    return PartStore(place(f"{folder}/{FOLDER}")), name


class SidecarStores:
    """The stores beside the files of a log directory. Used by one thread."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, bool]] = {}

    def store(self, path: str) -> tuple[PartStore, str] | None:
        """The store beside a source file and the file's key there, None where there is none."""
        store, key = beside(path)
        there, now = str(store.place), time.monotonic()
        if not is_address(path):
            return (store, key) if (Path(there) / f"files-{VERSION}").is_dir() else None
        asked, found = self._seen.get(there, (-_LISTED_FOR, False))
        if now - asked >= _LISTED_FOR:
            try:
                found = bool(store.place.names(f"files-{VERSION}"))
            except OSError:
                found = False
            self._seen[there] = now, found
        return (store, key) if found else None

    def manifest(self, path: str) -> Manifest | None:
        """What the store beside a file knows of it, None where there is none or it knows nothing."""
        found = self.store(path)
        return None if found is None else found[0].manifest(found[1])
