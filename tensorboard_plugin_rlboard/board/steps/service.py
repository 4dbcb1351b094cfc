"""Answers /steps from materialised curves, which follow the index in the background, or by queries."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.run_schema import open_session, run_schema
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.kinds.by_value import MAX_VALUES, query_by_value
from tensorboard_plugin_rlboard.board.steps.materialized import (
    MAX_EXTRA_METRICS,
    METRIC_PREFIX,
    OVERVIEW_METRICS,
    CurvesSnapshot,
)
from tensorboard_plugin_rlboard.board.steps.query import (
    query_steps,
    requested_metrics,
    steps_answer,
    takes_whole_steps,
)
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion, check_numbers
from tensorboard_plugin_rlboard.board.steps.run_curves import RunCurves
from tensorboard_plugin_rlboard.board.steps.step_aggregates import STEP_AGGREGATES
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.user_activity import UserActivity

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)
_LOCK_TIMEOUT = 0.5
"""Seconds that a request waits for somebody else who is updating."""
_READY_TIMEOUT = 10.0
"""The same for a run that is read to its end: whoever was told that it is ready must not get the curves of before."""
_MAX_ROWS_IN_REQUEST = 3_000_000
"""Rows times aggregates (about half a second) that a request computes while its run is still being indexed."""
_PAUSE_FACTOR = 6
"""While a run is being indexed, its curves wait so many times as long as they last took."""
_PREPARE_FOR_SECONDS = 120.0
"""Seconds after a question for which its next answer is prepared; a tab asks at least every 30 seconds."""
_CACHE_BYTES = 16 * 1024 * 1024
"""Bytes of answers that are kept beside the encoded ones (`web.encoded_answers`)."""


class StepService:
    """Answers /steps for the runs of a registry; every method may be called from any thread.

    Attributes:
        on_prepared: called in the background with the new answer to a question that will be asked again.
    """

    def __init__(
        self,
        registry: Registry,
        activity: UserActivity,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        slot: Callable[[Selection], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        """Starts empty.

        Args:
            registry: the indexes.
            activity: the run that the user looks at is followed while it is indexed.
            cursor: where cursors of the calling thread come from.
            slot: gives the slot that a selection needs to be queried where it is not materialised.
        """
        self.on_prepared: Callable[[api.Steps], object] = lambda _: None
        self._registry = registry
        self._activity = activity
        self._cursor = cursor
        self._slot = slot
        self._run_curves: dict[str, RunCurves] = {}
        self._lock = threading.Lock()
        self._answers: LruCache[api.Steps] = LruCache(_CACHE_BYTES, _answer_bytes)

    def run_steps(self, run: RunIndex) -> RunSteps:
        """The steps, splits and attempts of a run as of now."""
        return self._curves_of(run).curves.step_index.refresh(self._cursor, run)

    def last_mean(self, run: RunIndex, metric: str) -> float | None:
        """A metric's mean at the newest step that has one, as far as the curves of the run are computed."""
        return self._curves_of(run).curves.snapshot.last_mean(metric)

    def snapshot(self, run: RunIndex, *, fresh: bool = True) -> CurvesSnapshot:
        """The materialised curves of a run.

        Args:
            run: the run.
            fresh: whether what changed is computed first; not while others do that, nor what takes a request too long.
        """
        state = self._curves_of(run)
        curves = state.curves
        if fresh and not curves.step_index.is_restored(run) and curves.lock.acquire(timeout=_LOCK_TIMEOUT):
            try:
                curves.update(self._cursor, run, (), _MAX_ROWS_IN_REQUEST if run.is_pending else None)
            finally:
                curves.lock.release()
        return curves.snapshot

    def is_complete(self, run: RunIndex) -> bool:
        """Whether the snapshot has every row of a run that is read to its end."""
        curves = self._curves_of(run).curves
        return not run.is_pending and curves.is_complete(self._cursor, run)

    def steps(self, run: RunIndex, question: StepsQuestion) -> api.Steps:
        """Curves of a selection: from what is materialised, or by queries where it is searched or filtered.

        Raises:
            ArgumentError: a metric that the run does not have, or more numbers than one answer holds.
        """
        if question.metrics is not None:  # known before anything is computed
            check_numbers(self.run_steps(run), question.selection, len(question.metrics))
        answer = self._materialized(run, question) if takes_whole_steps(question.selection) else None
        if answer is not None:
            return answer
        key, cursor = (run.name, run.version, question), self._cursor()

        def query() -> api.Steps:
            with self._slot(question.selection):
                return query_steps(open_session(run, cursor), question)

        return self._answers.get_or_compute(key, query)

    def by_value(self, run: RunIndex, question: StepsQuestion) -> api.StepsByValue:
        """Curves for each value of a text column, by queries."""
        if question.metrics is not None:
            check_numbers(self.run_steps(run), question.selection, MAX_VALUES * len(question.metrics))
        with self._slot(question.selection):
            return query_by_value(open_session(run, self._cursor()), question)

    def update_in_background(self, run: RunIndex) -> None:
        """Brings the curves of a run up to date, in the thread that indexes; never fails."""
        try:
            self._update(run)
        except Exception:  # the index must go on; a request will meet the reason and say so
            logger.exception("RL Board could not bring the curves of run %s up to date", run.name)

    def _update(self, run: RunIndex) -> None:
        state = self._curves_of(run)
        if state.curves.step_index.is_restored(run):
            return
        pause = _PAUSE_FACTOR * state.update_seconds
        if run.is_pending and (
            run.name != self._activity.viewed_run or time.monotonic() - state.updated_at < pause
        ):
            return
        start = time.monotonic()
        with state.curves.lock:
            state.curves.update(self._cursor, run)
        if state.last_question is not None and start - state.last_question[0] < _PREPARE_FOR_SECONDS:
            self._prepare(run, state.curves.snapshot, state.last_question[1])
        state.updated_at = time.monotonic()
        state.update_seconds = state.updated_at - start
        self._notify_waiting(state)
        if not run.is_pending:
            state.save(run, self._registry.results)

    def _prepare(self, run: RunIndex, snapshot: CurvesSnapshot, question: StepsQuestion) -> None:
        """Makes the answer to a question before it is asked again."""
        answer = self._from_snapshot(run, snapshot, question)
        if answer is not None:
            self.on_prepared(answer)

    def _notify_waiting(self, state: RunCurves) -> None:
        """Raises the revision, so that clients ask again whose answer was older than the last update."""
        with self._lock:
            awaited, state.is_update_awaited = state.is_update_awaited, False
        if awaited:
            self._registry.raise_revision()

    def _curves_of(self, run: RunIndex) -> RunCurves:
        with self._lock:
            state = self._run_curves.setdefault(run.name, RunCurves())
        state.restore(run, self._registry.results)
        return state

    def _materialized(self, run: RunIndex, question: StepsQuestion) -> api.Steps | None:
        """The answer as far as it is materialised; None where a metric is not."""
        state = self._curves_of(run)
        curves = state.curves
        if question.metrics is None:
            state.last_question = time.monotonic(), question
        if curves.step_index.is_restored(run):
            return self._from_snapshot(run, curves.snapshot, question)
        if not (run.samples or curves.snapshot.tables):
            return api.Steps([], {}, {})
        names = requested_metrics(run, run_schema(run), question)
        extra_metrics = [name for name in names if name not in OVERVIEW_METRICS]
        if len(extra_metrics) > MAX_EXTRA_METRICS:
            return None
        complete = False
        may_lag = run.is_pending or curves.is_complete(self._cursor, run)
        if curves.lock.acquire(timeout=_LOCK_TIMEOUT if may_lag else _READY_TIMEOUT):
            try:
                limit = _MAX_ROWS_IN_REQUEST if run.is_pending else None
                complete = curves.update(self._cursor, run, extra_metrics, limit)
            finally:
                curves.lock.release()
        if complete:
            self._notify_waiting(state)
        else:  # said before `snapshot` is read: who updates it meanwhile will see it
            with self._lock:
                state.is_update_awaited = True
        return self._from_snapshot(run, curves.snapshot, question)

    def _from_snapshot(
        self, run: RunIndex, snapshot: CurvesSnapshot, question: StepsQuestion
    ) -> api.Steps | None:
        if question.metrics is None:
            names = [name for name in OVERVIEW_METRICS if name in snapshot.metrics]
        else:
            names = list(question.metrics)
        if any(METRIC_PREFIX + name not in snapshot.aggregates for name in names):
            return None
        key = (run.name, snapshot.serial, question)
        return self._answers.get_or_compute(
            key, lambda: _snapshot_answer(snapshot, question.selection, names)
        )


def _snapshot_answer(snapshot: CurvesSnapshot, selection: Selection, names: Sequence[str]) -> api.Steps:
    """The answer for a range of steps of one split and attempt."""
    if not snapshot.tables:
        return api.Steps([], {}, {})
    split = selection.split or ("train" if "train" in snapshot.tables else min(snapshot.tables))
    table = snapshot.tables.get(split, StepTable())
    lows = [bound for bound in (selection.step, selection.step_min) if bound is not None]
    highs = [bound for bound in (selection.step, selection.step_max) if bound is not None]
    rows = table.row_positions(selection.attempt, max(lows, default=None), min(highs, default=None))
    columns = {
        name: {column: array[rows] for column, array in table.columns[name].items()}
        for name in (*STEP_AGGREGATES, *(METRIC_PREFIX + name for name in names))
        if name in table.columns
    }
    resumed = any((other.attempt > 1).any() for other in snapshot.tables.values())
    return steps_answer(
        table.step[rows],
        {name: columns.get(METRIC_PREFIX + name, {}) for name in names},
        {name: array for aggregate in STEP_AGGREGATES for name, array in columns.get(aggregate, {}).items()},
        int(table.step[0]) if len(table.step) and not resumed else None,
    )


def _answer_bytes(answer: api.Steps) -> int:
    """Bytes that an answer holds, about."""
    return 1000 + 8 * len(answer.step) * (14 * len(answer.metrics) + len(answer.step_metrics))
