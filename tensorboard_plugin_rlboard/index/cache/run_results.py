"""Stores what was computed of whole runs between starts: in the cache, or in folders ``.rlboard`` beside the logs.

TensorBoard reads both and writes the cache only; `rlboard index --beside` writes beside the logs. Either way it is found
by the parts that a run consists of, so it is of these rows, wherever they lie.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.blob_folder import open_folder
from tensorboard_plugin_rlboard.index.cache.manifest import VERSION
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.mounts import mounts

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore

logger = logging.getLogger(__name__)
_MAX_BYTES = 512 * 1024**2
"""Of what is read beside the logs: a million prompts take 300 MB."""


class RunResults:
    """Stores what was computed of runs, and fetches it.

    Args:
        cache: where it is stored; None for nowhere.
        writes_beside: whether it is stored beside the logs instead.
    """

    def __init__(self, cache: LocalStore | None = None, *, writes_beside: bool = False) -> None:
        self._cache = cache
        self.writes_beside = writes_beside

    @property
    def can_store(self) -> bool:
        """Whether there is a place for more."""
        return self.writes_beside or self._cache is not None

    def load(self, kind: str, digest: str, folder: str) -> bytes:
        """What was stored of a run, empty where there is nothing.

        Args:
            kind: what it is: `curves`, or `prompts`.
            digest: of the parts that the run consists of.
            folder: the run's folder, or its address.
        """
        cached = b"" if self._cache is None else self._cache.load_run_result(kind, digest)
        return cached or _load_beside(kind, digest, folder)

    def store(self, kind: str, digest: str, folder: str, content: bytes) -> bool:
        """Stores it, and returns whether it is stored. Beside the logs it replaces what was there of that kind.

        Args:
            kind: as `load` takes it.
            digest: likewise.
            folder: likewise.
            content: what was computed.
        """
        if not self.writes_beside:
            return self._cache is not None and self._cache.store_run_result(kind, digest, content)
        try:
            open_folder(f"{folder}/{FOLDER}").write(_beside(kind), digest.encode() + content)
        except OSError as error:
            logger.warning("The %s of a run are not stored beside it: %s", kind, error)
            return False
        return True

    def drop(self, kind: str, digest: str) -> None:
        """Removes it from the cache, where a later one takes its place."""
        if self._cache is not None:
            self._cache.drop_run_result(kind, digest)


def _load_beside(kind: str, digest: str, folder: str) -> bytes:
    store = open_folder(f"{folder}/{FOLDER}")

    def read() -> bytes:
        return store.read(_beside(kind), _MAX_BYTES)

    try:
        content = read() if is_address(folder) else mounts.run_in_time(folder, read)
    except OSError:
        return b""
    return content.removeprefix(digest.encode()) if content.startswith(digest.encode()) else b""


def _beside(kind: str) -> str:
    """One of each kind: what is of rows that were there before is of no use."""
    return f"{kind}-{VERSION}/run.{kind}"
