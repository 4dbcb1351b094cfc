"""Histories saved between starts: by the digest of the parts that a run consists of, as its curves are."""

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
"""What they are called there."""
_SAVE_INTERVAL = 300.0
"""Seconds between two savings of a run's history: 100,000 prompts are 30 MB."""


@dataclass
class _OfRun:
    """What was looked up and saved of a run: by which digest, and when; and what was looked up ahead."""

    looked_up: str = ""
    ahead: tuple[str, StoredHistory | None] = "", None
    saved: str = ""
    saved_at: float = -math.inf


class SavedHistories:
    """The histories that are kept between starts.

    Attributes:
        lock: held by whoever takes or saves one.
    """

    def __init__(self, results: Callable[[], RunResults]) -> None:
        """Saves nothing yet.

        Args:
            results: where.
        """
        self.lock = threading.RLock()
        self._results = results
        self._runs: WeakKeyDictionary[RunIndex, _OfRun] = WeakKeyDictionary()

    def may_have(self, run: RunIndex) -> bool:
        """Whether there may be a history that was not looked up yet."""
        of, digest = self._runs.get(run), run.restored_digest
        return bool(digest) and (of is None or of.looked_up != digest)

    def look_up(self, run: RunIndex) -> None:
        """Reads the history of the parts that a run began with ahead of the question about it: that of one run at a time."""
        digest, folder = run.restored_digest, folder_of(tuple(run.files.values()))
        with self.lock:
            of = self._runs.setdefault(run, _OfRun())
            if not digest or digest in {of.looked_up, of.ahead[0]}:
                return
            for other in self._runs.values():
                other.ahead = "", None
            of.ahead = digest, load_history(self._results().load(_KIND, digest, folder))

    def taken(self, run: RunIndex) -> StoredHistory | None:
        """The history of the parts that a run began with; given once, and None from then on."""
        self.look_up(run)
        of, digest = self._runs[run], run.restored_digest
        if not digest or of.looked_up == digest or of.ahead[0] != digest:
            return None
        of.looked_up, stored = of.ahead
        of.ahead = "", None
        if stored is not None:
            of.saved = digest
        return stored

    def is_due(self, run: RunIndex) -> bool:
        """Whether a history of the rows as they are is worth saving now.

        What is joined is not in the digest, which is of what the log says.
        """
        of = self._runs.setdefault(run, _OfRun())
        if not self._results().can_store or run.joined or run.annotated:
            return False
        digest = cached_digest(tuple(run.files.values()))
        return bool(digest) and digest != of.saved and time.monotonic() - of.saved_at >= _SAVE_INTERVAL

    def save(self, run: RunIndex, stored: StoredHistory) -> None:
        """Saves a history, in place of the one that was saved before."""
        of, results, files = self._runs.setdefault(run, _OfRun()), self._results(), tuple(run.files.values())
        digest = cached_digest(files)
        if not digest or not results.store(_KIND, digest, folder_of(files), dump_history(stored)):
            return
        if of.saved not in {"", digest} and of.saved != of.looked_up:
            results.drop(_KIND, of.saved)
        of.saved, of.saved_at = digest, time.monotonic()
