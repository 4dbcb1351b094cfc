"""The index beside the data, in a folder ``.rlboard`` in each folder of logs, which ``rlboard index --beside`` writes.

TensorBoard reads it and never writes it. It moves along when the folder is moved or copied.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from tensorboard_plugin_rlboard.index.cache.blob_folder import open_folder
from tensorboard_plugin_rlboard.index.cache.manifest import VERSION, Manifest
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
from tensorboard_plugin_rlboard.sources.addresses import is_address

FOLDER = ".rlboard"
_LISTED_FOR = 60.0
"""Seconds for which an answer about an address is good: one listing for all files of a folder."""


def sidecar_of(path: str) -> tuple[PartStore, str]:
    """The store beside a source file, whether there is one or not, and the file's key there."""
    folder, name = path.rpartition("/")[::2] if is_address(path) else os.path.split(path)
    return PartStore(open_folder(f"{folder}/{FOLDER}")), name


class SidecarStores:
    """The stores beside the files of a log directory. Used by one thread."""

    def __init__(self) -> None:
        self._listed: dict[str, tuple[float, bool]] = {}

    def store(self, path: str) -> tuple[PartStore, str] | None:
        """The store beside a source file and the file's key there, None where there is none."""
        store, file_key = sidecar_of(path)
        folder, now = str(store.blobs), time.monotonic()
        if not is_address(path):
            return (store, file_key) if (Path(folder) / f"files-{VERSION}").is_dir() else None
        listed_at, exists = self._listed.get(folder, (-_LISTED_FOR, False))
        if now - listed_at >= _LISTED_FOR:
            try:
                exists = bool(store.blobs.names(f"files-{VERSION}"))
            except OSError:
                exists = False
            self._listed[folder] = now, exists
        return (store, file_key) if exists else None

    def manifest(self, path: str) -> Manifest | None:
        """The manifest of a file in the store beside it, None where there is none."""
        store_and_key = self.store(path)
        return None if store_and_key is None else store_and_key[0].manifest(store_and_key[1])
