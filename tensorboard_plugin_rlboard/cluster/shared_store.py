"""A store of parts that other machines may see, too: a random id in a file of it tells them that it is the same one."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from tensorboard_plugin_rlboard.index.cache.blob_folder import open_folder
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore

_ID_FILE = "place"
"""Named so by earlier versions, whose stores have it as well."""
_ID_BYTES = 16


class SharedStore:
    """A store and its id.

    Attributes:
        store: the store.
        address: its path or address.
        is_sidecar: whether it lies beside the data, where a file's key is its name; else that is its path.
    """

    def __init__(self, store: PartStore, address: str, *, is_sidecar: bool) -> None:
        self.store = store
        self.address = address
        self.is_sidecar = is_sidecar
        self._lock = threading.Lock()
        self._id = b""

    def store_id(self) -> bytes:
        """The id of the store; it is written there when the first task asks for it.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            if not self._id:
                try:
                    self._id = self.store.blobs.read(_ID_FILE, _ID_BYTES)
                except OSError:
                    store_id = secrets.token_bytes(_ID_BYTES)
                    self.store.blobs.write(_ID_FILE, store_id)
                    self._id = store_id
            return self._id


@cache
def is_same_store(address: str, store_id: bytes) -> bool:
    """Whether this machine sees the store that has this id, and not just a folder of the same name."""
    try:
        return open_folder(address).read(_ID_FILE, len(store_id)) == store_id
    except OSError:
        return False
