"""A cache of histories of prompts: only added steps are read, as long as older ones have not changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from tensorboard_plugin_rlboard.board.labels import Labels, TooManyKindsError
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.prompts.histories.cached_history import CachedHistory
from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PromptHistory
from tensorboard_plugin_rlboard.board.prompts.histories.saved_histories import SavedHistories
from tensorboard_plugin_rlboard.board.prompts.histories.selection_history import SelectionHistory
from tensorboard_plugin_rlboard.board.prompts.histories.storage import StoredHistory
from tensorboard_plugin_rlboard.board.prompts.histories.success_threshold import success_threshold
from tensorboard_plugin_rlboard.board.prompts.histories.visit_batches import (
    ROWS_AT_ONCE,
    batches,
    split_settled,
)
from tensorboard_plugin_rlboard.board.prompts.histories.visits import read_visits
from tensorboard_plugin_rlboard.board.prompts.identity_cache import PromptIdentities
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, pieces_of, select_samples
from tensorboard_plugin_rlboard.board.steps.query import takes_whole_steps
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps, is_loading
from tensorboard_plugin_rlboard.index.run import RunIndex

_MAX_CACHED_HISTORIES = 3
"""Histories that are kept: 100,000 prompts take 30 MB. The one not asked for longest goes."""
_MAX_CACHED_SELECTIONS = 2
"""Histories of a choice of samples that are kept: a reader of one goes through its lists, pages and orders."""
_POLL_SECONDS = 0.1
"""Seconds after which whoever waits for somebody else's reading looks whether it is still wanted."""


class PromptHistories:
    """Reads the history of prompts; every method may be called from any thread."""

    def __init__(
        self, steps: Callable[[RunIndex], RunSteps], identities: PromptIdentities, saved: SavedHistories
    ) -> None:
        """Starts empty.

        Args:
            steps: the steps of a run as of now.
            identities: knows which prompts are the same.
            saved: histories saved between starts.
        """
        self._steps = steps
        self._identities = identities
        self._saved = saved
        self._cache: OrderedDict[tuple[str, str, float | None, str], CachedHistory] = OrderedDict()
        self._selections: LruCache[SelectionHistory] = LruCache(_MAX_CACHED_SELECTIONS)
        self._no_kinds: WeakKeyDictionary[RunIndex, set[str]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(
        self, session: RunSession, selection: Selection, threshold: float | None, columns: Sequence[str]
    ) -> SelectionHistory:
        """The history of every prompt of a selection.

        Args:
            session: the run.
            selection: which samples; whole runs are kept up to date, the last of anything else until the run has more rows.
            threshold: the reward from which on a sample is a success; None for what fits the rewards.
            columns: text columns that may tell kinds of prompts apart, of which the first is taken that has not too many
                values; empty for none.

        Raises:
            TooManyKindsError: not even the last of them.
        """
        if self._saved.may_be_saved(session.run) and not is_loading(session.run):
            self._restore(session.run)
        no_kinds = self._no_kinds.setdefault(session.run, set())
        for by in columns[:-1]:
            try:
                if by not in no_kinds:
                    return self._of(session, selection, threshold, by)
            except TooManyKindsError:
                no_kinds.add(by)
        return self._of(session, selection, threshold, columns[-1])

    def _of(
        self, session: RunSession, selection: Selection, threshold: float | None, by: str
    ) -> SelectionHistory:
        whole = replace(selection, split=None)
        # Rows of an earlier start that are being loaded are not reported step by step.
        loading = is_loading(session.run)
        if loading:
            return self._read(session, selection, threshold, by).with_completeness(complete=False)
        if whole != Selection(selection.run):
            read_as = (session.run.table, session.run.version, selection, threshold, by)
            return self._selections.get_or_compute(
                read_as,
                lambda: self._read(session, selection, threshold, by).with_completeness(complete=True),
            )
        steps = self._steps(session.run)
        split = selection.split or steps.default_split()
        key = (session.run.name, split, threshold, by)
        with self._lock:
            cached = self._cache.setdefault(key, CachedHistory())
            self._cache.move_to_end(key)
            while len(self._cache) > _MAX_CACHED_HISTORIES:
                self._cache.popitem(last=False)
        while not cached.lock.acquire(timeout=_POLL_SECONDS):
            check_stopped()
        try:
            stamps = {step: entry.stamp for (of, step), entry in steps.entries.items() if of == split}
            if cached.answer is not None and cached.answered_for == stamps:
                return cached.answer.with_completeness(complete=not session.run.is_pending)
            if cached.answer is not None and session.run.is_pending and cached.is_recent():
                return cached.answer.with_completeness(complete=False)
            with cached.reading():
                whole = Selection(selection.run, split)
                cached.answer = self._update(session, cached, steps, whole, threshold, by)
            cached.answered_for = stamps
            return cached.answer.with_completeness(complete=not session.run.is_pending)
        finally:
            cached.lock.release()

    def prepare(self, session: RunSession, columns: Sequence[str], *, make_room: bool) -> None:
        """Brings the history of a completely indexed run up to date, with the default settings.

        Args:
            session: the run.
            columns: as `of` takes them.
            make_room: whether another run's history may go for it.
        """
        run = session.run
        if not run.samples or is_loading(run):
            return
        with self._lock:
            has_room = len(self._cache) < _MAX_CACHED_HISTORIES or any(
                name == run.name for name, *_ in self._cache
            )
        if has_room or make_room:
            self._save(run, self.of(session, Selection(run.name), None, columns))

    def _restore(self, run: RunIndex) -> None:
        """Continues from the history that an earlier start saved, if its steps have the same rows."""
        with self._saved.lock:
            stored = self._saved.take(run)
            if stored is None:
                return
            now = {
                step: entry
                for (split, step), entry in self._steps(run).entries.items()
                if split == stored.split and step in stored.entries
            }
            added_to = run.step_versions.copy()  # asked last: what is added from now on gets another stamp
            fits = [
                entry.has_same_counts(stored.entries[step]) and (stored.split, step) not in added_to
                for step, entry in now.items()
            ]
            if not run.restored_digest or len(fits) < len(stored.entries) or not all(fits):
                return
            self._identities.learn(stored.history.keys, stored.history.identity_of_key)
            self._no_kinds.setdefault(run, set()).update(stored.no_kinds)
            cached = CachedHistory(
                settled=stored.history,
                stamps={step: entry.stamp for step, entry in now.items()},
                threshold=stored.threshold,
                labels=Labels(stored.labels),
            )
            with self._lock:
                self._cache.setdefault((run.name, stored.split, None, stored.by), cached)

    def _save(self, run: RunIndex, read: SelectionHistory) -> None:
        """Saves the history for the next start, not too often."""
        with self._saved.lock:
            cached = self._cache.get((run.name, read.split, None, read.by))
            if cached is None or not self._saved.is_due(run) or not cached.lock.acquire(blocking=False):
                return  # where it is being read, the next time
            try:
                entries = {
                    step: entry
                    for (split, step), entry in self._steps(run).entries.items()
                    if split == read.split and cached.stamps.get(step) == entry.stamp
                }
                history, labels = cached.settled, tuple(cached.labels.texts)
                if not entries or entries.keys() != cached.stamps.keys():
                    return  # it is about to be read anew, or so little that it is read in no time
            finally:
                cached.lock.release()
            no_kinds = sorted(self._no_kinds.get(run, ()))
            stored = StoredHistory(read.split, read.by, no_kinds, cached.threshold, labels, entries, history)
            self._saved.save(run, stored)

    def _read(
        self, session: RunSession, selection: Selection, threshold: float | None, by: str
    ) -> SelectionHistory:
        """The history of any selection; a search is run once."""
        with session.snapshot():
            rows = select_samples(session, selection)
            if not takes_whole_steps(selection):
                session.cursor.execute(
                    f"CREATE TEMP TABLE chosen AS SELECT rowid AS place FROM {rows.table_sql} WHERE {rows.where}",
                    rows.values,
                )
                table = session.schema.table
                rows = Relation(table, "rowid IN (SELECT place FROM chosen)", [], rows.split)
            success, labels, history = success_threshold(session, rows, threshold), Labels(), PromptHistory()
            for piece in pieces_of(session.cursor, rows, ROWS_AT_ONCE):
                visits = read_visits(session, piece, self._identities, success.value, by, labels)
                history = history.with_visits(visits)
        return SelectionHistory(history, labels.texts, success, rows.split, by)

    def _update(
        self,
        session: RunSession,
        cached: CachedHistory,
        steps: RunSteps,
        selection: Selection,
        threshold: float | None,
        by: str,
    ) -> SelectionHistory:
        split = str(selection.split)
        success = success_threshold(session, select_samples(session, selection), threshold)
        stamps = {step: entry.stamp for (of, step), entry in steps.entries.items() if of == split}
        rows = {step: entry.samples for (of, step), entry in steps.entries.items() if of == split}
        if success.value != cached.threshold or any(
            stamps.get(step) != at for step, at in cached.stamps.items()
        ):
            cached.settled, cached.stamps, cached.labels = PromptHistory(), {}, Labels()
        cached.threshold = success.value
        settling, newest = split_settled(sorted(set(stamps) - set(cached.stamps)), rows)
        for batch in batches(settling, rows):
            cached.settled = self._added(
                session, cached.settled, selection, batch, success.value, by, cached.labels
            )
            cached.stamps = {**cached.stamps, **{step: stamps[step] for step in batch}}
        history = cached.settled
        for batch in batches(newest, rows):
            history = self._added(session, history, selection, batch, success.value, by, cached.labels)
        return SelectionHistory(history, tuple(cached.labels.texts), success, split, by)

    def _added(
        self,
        session: RunSession,
        history: PromptHistory,
        selection: Selection,
        batch: list[int],
        threshold: float,
        by: str,
        labels: Labels,
    ) -> PromptHistory:
        """A history with a batch of further steps."""
        bounds = replace(selection, step_min=batch[0], step_max=batch[-1])
        found = select_samples(session, bounds)
        where = f"{found.where} AND step IN (SELECT unnest(CAST(? AS BIGINT[])))"
        rows = Relation(found.table_sql, where, [*found.values, batch], found.split)
        return history.with_visits(read_visits(session, rows, self._identities, threshold, by, labels))
