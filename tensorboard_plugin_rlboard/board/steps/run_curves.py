"""The curves of one run with the state of their updates, and how they are saved between starts."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.steps.materialized import MaterializedCurves
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.steps.step_index import is_loading
from tensorboard_plugin_rlboard.board.steps.storage import dump_curves, load_curves
from tensorboard_plugin_rlboard.index.cache.run_results import RunResults
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import cached_digest, folder_of

_KIND = "curves"
"""The name of curves in the store of results."""
_SAVE_INTERVAL_SECONDS = 30.0
"""Seconds between two savings of a run's curves."""


@dataclass
class RunCurves:
    """The curves of one run with the state of their updates.

    Attributes:
        curves: the curves.
        restored_from: digest of the rows that saved curves were looked up for.
        saved: digest of the rows and serial of the curves that were saved last.
        saved_at: when that was.
        is_update_awaited: whether somebody was answered with curves that were not up to date.
        last_question: when curves of the overview were asked for last, and what exactly.
        update_seconds: how long the last update took.
        updated_at: when it ended.
    """

    curves: MaterializedCurves = field(default_factory=MaterializedCurves)
    restored_from: str = ""
    saved: tuple[str, int] = ("", 0)
    saved_at: float = -math.inf
    is_update_awaited: bool = False
    last_question: tuple[float, StepsQuestion] | None = None
    update_seconds: float = 0.0
    updated_at: float = 0.0

    def restore(self, run: RunIndex, results: RunResults) -> None:
        """Goes on from the curves that an earlier start saved of the rows that are being loaded; tried once."""
        if not run.restored_digest or self.restored_from == run.restored_digest or not is_loading(run):
            return
        with self.curves.lock:
            if self.restored_from == run.restored_digest:
                return
            self.restored_from = run.restored_digest
            folder = folder_of(tuple(run.files.values()))
            stored = load_curves(results.load(_KIND, run.restored_digest, folder))
            if stored is not None:
                self.curves.restore(stored)
                self.saved = run.restored_digest, self.curves.snapshot.serial

    def save(self, run: RunIndex, results: RunResults) -> None:
        """Saves the curves for a later start, under the digest of the rows that it will begin with; not too often.

        Lines that are in no stored part are in the curves as well. They will be read again, and reported then. What is
        joined would not be reported: the digest is of what the log says.
        """
        now = time.monotonic()
        if (
            not results.can_store
            or run.joined
            or run.annotated
            or now - self.saved_at < _SAVE_INTERVAL_SECONDS
        ):
            return
        with self.curves.lock:
            files = tuple(run.files.values())
            digest, serial = cached_digest(files), self.curves.snapshot.serial
            if not digest or self.saved == (digest, serial):
                return
            stored = self.curves.to_store()
        self.saved, self.saved_at = (digest, serial), now
        results.store(_KIND, digest, folder_of(files), dump_curves(stored))
