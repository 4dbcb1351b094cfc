"""The curves that everybody looks at, answered from what is materialised; it follows the index in the background."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.api import Steps
from tensorboard_plugin_rlboard.api.number_column import LargeSteps, carried
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.aggregates import SHARED
from tensorboard_plugin_rlboard.board.steps.materialized import (
    METRIC,
    MOST_FURTHER,
    OVERVIEW,
    MaterializedCurves,
    Shown,
)
from tensorboard_plugin_rlboard.board.steps.query import answered, everything, steps, wanted
from tensorboard_plugin_rlboard.board.steps.step_index import Catalogue, loading
from tensorboard_plugin_rlboard.board.steps.step_table import StepTable
from tensorboard_plugin_rlboard.board.steps.storage import dump, load
from tensorboard_plugin_rlboard.index.attention import Attention
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import cached_digest

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)
_PATIENCE = 0.5
"""Seconds that a request waits for somebody else who is updating."""
_REQUEST = 3_000_000
"""Rows times units (about half a second) that a request computes while its run is still being indexed."""
_SHARE = 6
"""While a run is being indexed, its curves wait so many times as long as they last took."""
_SAVE_EVERY = 30.0
"""Seconds between two savings of a run's curves."""
_ATTENTION = 120.0
"""Seconds after a question for which its next answer is prepared; a tab asks at least every 30 seconds."""
_MEMORY = 48 * 1024 * 1024
"""Bytes of answers that are kept."""


@dataclass
class _State:
    """One run: its curves, and what is going on with them."""

    curves: MaterializedCurves = field(default_factory=MaterializedCurves)
    recalled: str = ""
    saved: tuple[str, int] = ("", 0)
    saved_at: float = -math.inf
    waited_for: bool = False
    asked: tuple[float, Selection] | None = None
    took: float = 0.0
    finished: float = 0.0


class StepService:
    """Answers /steps for the runs of a registry; every method may be called from any thread."""

    def __init__(
        self,
        registry: Registry,
        attention: Attention,
        cursor: Callable[[], duckdb.DuckDBPyConnection] | None = None,
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Knows nothing yet.

        Args:
            registry: the indexes.
            attention: the run that the user looks at is followed while it is indexed.
            cursor: where cursors of the calling thread come from, by default the registry.
            turn: what a selection that is not materialised waits for before it is queried.
        """
        self._registry = registry
        self._attention = attention
        self._cursor = registry.cursor if cursor is None else cursor
        self._turn = turn
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()
        self._answers: LruCache[Steps] = LruCache(_MEMORY, _cost)

    def catalogue(self, run: RunIndex) -> Catalogue:
        """The steps, splits and attempts of a run as of now."""
        return self._state(run).curves.catalog.look(self._cursor, run)

    def steps(self, run: RunIndex, chosen: Selection, metrics: tuple[str, ...] | None) -> Steps:
        """Curves of a selection: from what is materialised, or by queries where it is searched or filtered.

        Raises:
            ArgumentError: a metric that the run does not have.
        """
        found = self._materialised(run, chosen, metrics) if everything(chosen) else None
        if found is not None:
            return found
        key = (run.name, run.version, chosen, metrics)
        cursor = self._cursor()

        def query() -> Steps:
            with self._turn():
                return carried(cursor, steps(cursor, run, chosen, metrics))

        return self._answers.get(key, query)

    def follow(self, run: RunIndex) -> None:
        """Brings the curves of a run up to date, in the thread that indexes; never fails."""
        try:
            self._follow(run)
        except Exception:  # the index must go on; a request will meet the reason and say so
            logger.exception("RL Board could not bring the curves of run %s up to date", run.name)

    def _follow(self, run: RunIndex) -> None:
        state = self._state(run)
        if state.curves.catalog.held(run):
            return
        if run.pending and (
            run.name != self._attention.run_name or time.monotonic() - state.finished < _SHARE * state.took
        ):
            return
        start = time.monotonic()
        with state.curves.lock:
            state.curves.update(self._cursor, run)
        if state.asked is not None and start - state.asked[0] < _ATTENTION:
            self._answer(run, state.curves.shown, state.asked[1], None)  # ready before it is asked for again
        state.finished = time.monotonic()
        state.took = state.finished - start
        self._tell(state)
        if not run.pending:
            self._save(run, state)

    def _tell(self, state: _State) -> None:
        """Lets everybody ask again who was answered from before the last update."""
        with self._lock:
            waited, state.waited_for = state.waited_for, False
        if waited:
            self._registry.changed()

    def _state(self, run: RunIndex) -> _State:
        with self._lock:
            state = self._states.setdefault(run.name, _State())
        if run.restored_digest and state.recalled != run.restored_digest and loading(run):
            with state.curves.lock:
                if state.recalled != run.restored_digest:
                    state.recalled = run.restored_digest
                    cache = self._registry.cache
                    kept = load(cache.recall_curves(run.restored_digest)) if cache else None
                    if kept is not None:
                        state.curves.start_from(kept)
                        state.saved = run.restored_digest, state.curves.shown.serial
        return state

    def _save(self, run: RunIndex, state: _State) -> None:
        """Keeps the curves for a later start, under the digest of the parts that it will begin with.

        Lines that are in no kept part are in the curves as well. They will be read again, and told then. What is joined
        would not be told: the digest is of what the log says.
        """
        cache, now = self._registry.cache, time.monotonic()
        if cache is None or run.joined or now - state.saved_at < _SAVE_EVERY:
            return
        with state.curves.lock:
            digest, serial = cached_digest(tuple(run.files.values())), state.curves.shown.serial
            if not digest or state.saved == (digest, serial):
                return
            kept = state.curves.to_keep()
        state.saved, state.saved_at = (digest, serial), now
        cache.keep_curves(digest, dump(kept))

    def _materialised(
        self, run: RunIndex, chosen: Selection, metrics: tuple[str, ...] | None
    ) -> Steps | None:
        """The answer as far as it is materialised; None where a metric is not."""
        state = self._state(run)
        curves = state.curves
        if metrics is None:
            state.asked = time.monotonic(), chosen
        if curves.catalog.held(run):
            return self._answer(run, curves.shown, chosen, metrics)
        if not (run.samples or curves.shown.tables):
            return Steps([], {}, {})
        further = [name for name in wanted(run, metrics) if name not in OVERVIEW]
        if len(further) > MOST_FURTHER:
            return None
        complete = False
        if curves.lock.acquire(timeout=_PATIENCE):
            try:
                limit = _REQUEST if run.pending else None
                complete = curves.update(self._cursor, run, further, limit)
            finally:
                curves.lock.release()
        if complete:
            self._tell(state)
        else:  # said before `shown` is read: who updates it meanwhile will see it
            with self._lock:
                state.waited_for = True
        return self._answer(run, curves.shown, chosen, metrics)

    def _answer(
        self, run: RunIndex, shown: Shown, chosen: Selection, metrics: tuple[str, ...] | None
    ) -> Steps | None:
        names = [name for name in OVERVIEW if name in shown.metrics] if metrics is None else list(metrics)
        if any(METRIC + name not in shown.units for name in names):
            return None
        key = (run.name, shown.serial, chosen, metrics)
        return self._answers.get(key, lambda: carried(self._cursor(), _made(shown, chosen, names)))


def _made(shown: Shown, chosen: Selection, names: Sequence[str]) -> Steps:
    """The answer for a range of steps of one split and attempt."""
    if not shown.tables:
        return Steps([], {}, {})
    split = chosen.split or ("train" if "train" in shown.tables else min(shown.tables))
    table = shown.tables.get(split, StepTable())
    lows = [bound for bound in (chosen.step, chosen.step_min) if bound is not None]
    highs = [bound for bound in (chosen.step, chosen.step_max) if bound is not None]
    places = table.places(chosen.attempt, max(lows, default=None), min(highs, default=None))
    columns = {
        unit: {name: array[places] for name, array in table.columns[unit].items()}
        for unit in (*SHARED, *(METRIC + name for name in names))
        if unit in table.columns
    }
    resumed = any((other.attempt > 1).any() for other in shown.tables.values())
    return answered(
        table.step[places],
        {name: columns.get(METRIC + name, {}) for name in names},
        {name: array for unit in SHARED for name, array in columns.get(unit, {}).items()},
        int(table.step[0]) if len(table.step) and not resumed else None,
    )


def _cost(answer: Steps) -> int:
    """Bytes that an answer holds."""
    numbers = 8 * len(answer.step) * (14 * len(answer.metrics) + len(answer.step_metrics))
    return 1000 + numbers + (len(answer.gzipped) if isinstance(answer, LargeSteps) else 0)
