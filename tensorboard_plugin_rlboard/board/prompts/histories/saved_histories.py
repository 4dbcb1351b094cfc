"""Histories of prompts saved between starts, by the digest of the run's parts, as its curves are."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard.board.prompts.histories.storage import (
    StoredHistory,
    dump_history,
    load_history,
)
from tensorboard_plugin_rlboard.index.cache.run_results import RunResults
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import cached_digest, folder_of

_KIND = "prompts"
"""The name of histories in the store of results."""
_SAVE_INTERVAL_SECONDS = 300.0
"""Seconds between two savings of a run's history: 100,000 prompts are 30 MB."""


@dataclass
class _SavedRun:
    """The digests by which a run's history was taken and saved, when that was, and one that was preloaded."""

    taken_digest: str = ""
    preloaded: tuple[str, StoredHistory | None] = "", None
    saved_digest: str = ""
    saved_at: float = -math.inf


class SavedHistories:
    """The histories that are kept between starts.

    Attributes:
        lock: held by whoever takes or saves one.
    """

    def __init__(self, results: Callable[[], RunResults]) -> None:
        """Starts empty.

        Args:
            results: gives the store.
        """
        self.lock = threading.RLock()
        self._results = results
        self._records: WeakKeyDictionary[RunIndex, _SavedRun] = WeakKeyDictionary()

    def may_be_saved(self, run: RunIndex) -> bool:
        """Whether there may be a saved history that was not taken yet."""
        record, digest = self._records.get(run), run.restored_digest
        return bool(digest) and (record is None or record.taken_digest != digest)

    def preload(self, run: RunIndex) -> None:
        """Reads the history of the parts that a run began with before it is asked for; keeps one run's at a time."""
        digest, folder = run.restored_digest, folder_of(tuple(run.files.values()))
        with self.lock:
            record = self._records.setdefault(run, _SavedRun())
            if not digest or digest in {record.taken_digest, record.preloaded[0]}:
                return
            for other in self._records.values():
                other.preloaded = "", None
            record.preloaded = digest, load_history(self._results().load(_KIND, digest, folder))

    def take(self, run: RunIndex) -> StoredHistory | None:
        """The history of the parts that a run began with; given once, and None from then on."""
        self.preload(run)
        record, digest = self._records[run], run.restored_digest
        if not digest or record.taken_digest == digest or record.preloaded[0] != digest:
            return None
        record.taken_digest, stored = record.preloaded
        record.preloaded = "", None
        if stored is not None:
            record.saved_digest = digest
        return stored

    def is_due(self, run: RunIndex) -> bool:
        """Whether the history of the present rows is worth saving now.

        What is joined is not in the digest, which is of what the log says.
        """
        record = self._records.setdefault(run, _SavedRun())
        if not self._results().can_store or run.joined or run.annotated:
            return False
        digest = cached_digest(tuple(run.files.values()))
        return (
            bool(digest)
            and digest != record.saved_digest
            and time.monotonic() - record.saved_at >= _SAVE_INTERVAL_SECONDS
        )

    def save(self, run: RunIndex, stored: StoredHistory) -> None:
        """Saves a history, in place of the one that was saved before."""
        record, results, files = (
            self._records.setdefault(run, _SavedRun()),
            self._results(),
            tuple(run.files.values()),
        )
        digest = cached_digest(files)
        if not digest or not results.store(_KIND, digest, folder_of(files), dump_history(stored)):
            return
        if record.saved_digest not in {"", digest} and record.saved_digest != record.taken_digest:
            results.drop(_KIND, record.saved_digest)
        record.saved_digest, record.saved_at = digest, time.monotonic()
